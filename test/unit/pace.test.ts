import assert from 'node:assert/strict'
import { describe, mock, test, type TestContext } from 'node:test'
import { Pace } from '../../broker-bridge/server/pace.ts'

/** A pace of 100 ms under a clock that the test turns, and the times at which it sent something. */
function pace(context: TestContext, ready: () => boolean = () => true) {
  let now = 0
  mock.timers.enable({ apis: ['setTimeout'] })
  const clock = mock.method(performance, 'now', () => now)
  context.after(() => {
    clock.mock.restore()
    mock.timers.reset()
  })
  const sent: number[] = []
  const turn = (milliseconds: number, each: () => void = () => undefined): void => {
    for (let passed = 0; passed < milliseconds; passed++) {
      now++
      mock.timers.tick(1)
      each()
    }
  }
  return { pace: new Pace(100, ready, () => sent.push(now)), sent, turn }
}

describe('the pace of pictures', () => {
  test('is one at once, then one per interval while something changes, the newest in the end, and none afterwards', (context) => {
    const { pace: one, sent, turn } = pace(context)
    one.mark()
    turn(250, () => one.mark())
    turn(1_000)
    assert.deepEqual(sent, [1, 101, 201, 301])
  })

  test('does not make who asks wait', (context) => {
    const { pace: one, sent, turn } = pace(context)
    one.mark()
    turn(10)
    one.mark()
    one.soon()
    turn(1_000)
    assert.deepEqual(sent, [1, 11])
  })

  test('skips pictures while the receiver is behind, and ends with the newest', (context) => {
    let ready = false
    const { pace: one, sent, turn } = pace(context, () => ready)
    one.mark()
    turn(550, () => one.mark())
    assert.deepEqual(sent, [])
    ready = true
    turn(1_000)
    assert.deepEqual(sent, [601])
  })

  test('ends with its viewer', (context) => {
    const { pace: one, sent, turn } = pace(context)
    one.mark()
    one.dispose()
    one.mark()
    one.soon()
    turn(1_000)
    assert.deepEqual(sent, [])
  })
})
