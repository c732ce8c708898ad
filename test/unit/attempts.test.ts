import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { decodeEvents } from '../../broker-bridge/sources/celery/events.ts'
import { attemptsOf } from '../../broker-bridge/tasks/attempts.ts'
import type { Step } from '../../broker-bridge/tasks/life.ts'
import type { TaskError } from '../../broker-bridge/tasks/record.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import { bytes, sample } from './celerySamples.ts'

/** `R1@a S2@a T3@a`: received, started, retried … at a second, on a worker. */
const letters: Readonly<Record<string, string>> = {
  P: 'PENDING',
  R: 'RECEIVED',
  S: 'STARTED',
  T: 'RETRY',
  G: 'PROGRESS',
  O: 'SUCCESS',
  F: 'FAILURE',
  X: 'REVOKED',
}

function life(text: string): Step[] {
  return text.split(' ').map((word) => {
    const [, letter = '', at = '', worker = ''] = /^(\w)([\d.]+)@(\w+)$/.exec(word) ?? []
    return { state: letters[letter] ?? '', at: Number(at), worker }
  })
}

/** Each attempt as `number state worker received-started-ended`. */
function outline(text: string, retries = 0): string[] {
  return attemptsOf(life(text), [], retries).map(
    ({ number, state, worker, receivedAt, startedAt, endedAt }) =>
      `${number} ${state} ${worker} ${[receivedAt, startedAt, endedAt].map((at) => at ?? '?').join('-')}`,
  )
}

/** What became of each task of a recording: its attempts in few words. */
function recorded(file: string): string[][] {
  const store = new TaskStore(1_000)
  const ids = new Set<string>()
  for (const event of sample(file)['events'] as readonly unknown[]) {
    const { tasks } = decodeEvents(bytes(event), 'application/json', 'utf-8', 1)
    for (const { id } of tasks) ids.add(id)
    store.apply('c', tasks, 1)
  }
  return [...ids].map((id) => {
    const attempts = store.detail({ connection: 'c', id })?.attempts ?? []
    return attempts.map(({ number, state, worker, exception }) => `${number} ${state} ${worker} ${exception ?? ''}`.trim())
  })
}

describe('attempts', () => {
  it('of recorded tasks are what really happened, with the errors of each', () => {
    const notYet = "KeyError('not yet')"
    for (const [file, worker] of [
      ['526', 'w1@facts'],
      ['553', 'w55@facts'],
    ] as const) {
      assert.deepEqual(recorded(`timeline.flaky_exhaust.${file}.json`), [
        [`1 RETRY ${worker} ${notYet}`, `2 RETRY ${worker} ${notYet}`, `3 FAILURE ${worker} ${notYet}`],
      ])
      assert.deepEqual(recorded(`timeline.flaky_ok.${file}.json`), [[`1 RETRY ${worker} ${notYet}`, `2 SUCCESS ${worker}`]])
      // Replaced: the first part has no end of its own.
      assert.deepEqual(recorded(`timeline.repl.${file}.json`), [[`1 STARTED ${worker}`, `2 SUCCESS ${worker}`]])
      assert.deepEqual(recorded(`timeline.expired.${file}.json`), [[]])
    }
    const [late, reserved, eta] = recorded('timeline.kill9-redelivery.553.json')
    assert.deepEqual(late, ['1 STARTED wk1@facts', '2 SUCCESS wk2@facts'])
    assert.deepEqual([reserved, eta], [['1 SUCCESS wk2@facts'], ['1 SUCCESS wk2@facts']])
    const [unlock] = recorded('timeline.chord-unlock.553.json')
    assert.deepEqual(
      unlock?.map((attempt) => attempt.slice(0, 7)),
      ['1 RETRY', '2 RETRY', '3 SUCCE'],
    )
  })

  const lives: [string, number, string[]][] = [
    ['P1@p', 0, []],
    ['R1@a', 0, ['1 RECEIVED a 1-?-?']],
    ['R1@a S2@a O3@a', 0, ['1 SUCCESS a 1-2-3']],
    // The retry is received before the attempt it follows is seen to end, or even to start.
    ['R1@a S2@a R3@a T4@a S5@a O6@a', 1, ['1 RETRY a 1-2-4', '2 SUCCESS a 3-5-6']],
    ['R1@a R2@a S3@a T4@a S5@a O6@a', 1, ['1 RETRY a 1-3-4', '2 SUCCESS a 2-5-6']],
    ['R1@a S2@a R3@b S4@b T5@a O6@b', 1, ['1 RETRY a 1-2-5', '2 SUCCESS b 3-4-6']],
    ['R1@a S2@a T3@a R4@a', 1, ['1 RETRY a 1-2-3', '2 RECEIVED a 4-?-?']],
    ['R1@a S2@a P3@p T4@a', 1, ['1 RETRY a 1-2-4']],
    // A worker that was lost: with what it ran, or only held.
    ['R1@a S2@a R3@b S4@b O5@b', 0, ['1 STARTED a 1-2-?', '2 SUCCESS b 3-4-5']],
    ['R1@a R2@b S3@b O4@b', 0, ['1 SUCCESS b 2-3-4']],
    ['R1@a R2@a S3@a O4@a', 0, ['1 SUCCESS a 1-3-4']],
    // Revoked: twice as Celery 4.4 tells it, before it began, and while it waited for its retry.
    ['R1@a S2@a X3@a X3.1@a', 0, ['1 REVOKED a 1-2-3']],
    ['R1@a X2@a', 0, ['1 REVOKED a 1-?-2']],
    ['R1@a S2@a T3@a R4@a X5@a', 1, ['1 RETRY a 1-2-3', '2 REVOKED a 4-?-5']],
    // Run again under the same id.
    ['R1@a S2@a F3@a R4@a S5@a O6@a', 0, ['1 FAILURE a 1-2-3', '2 SUCCESS a 4-5-6']],
    // States of its own, told by a process with a clock of its own.
    ['R1@a G2@a S3@a O4@a', 0, ['1 SUCCESS a 1-3-4']],
    ['R1@a S2@a G3@a', 0, ['1 PROGRESS a 1-2-?']],
    // First seen in the middle of its life.
    ['F3@a', 0, ['1 FAILURE a ?-?-3']],
    ['R1@a S2@a F3@a', 4, ['5 FAILURE a 1-2-3']],
    // A publisher whose clock is ahead.
    ['R1@a S2@a O3@a P9@p', 0, ['1 SUCCESS a 1-2-3']],
  ]
  for (const [text, retries, expected] of lives) {
    it(`${text} with ${retries} retries is ${expected.join(', ') || 'none'}`, () =>
      assert.deepEqual(outline(text, retries), expected))
  }

  it('carry the newest tracebacks whole and of older, giant ones the end', () => {
    const errors = [1, 2, 3].map((at): TaskError => ({
      at,
      state: 'RETRY',
      exception: `E${at}`,
      traceback: `${'x'.repeat(300_000)}\nE${at}`,
    }))
    const [first, second, third] = attemptsOf(life('T1@a T2@a T3@a'), errors, 2)
    assert.equal(third?.traceback, errors[2]?.traceback)
    for (const [attempt, name] of [
      [first, 'E1'],
      [second, 'E2'],
    ] as const) {
      assert.ok((attempt?.traceback?.length ?? 0) < 10_000)
      assert.match(attempt?.traceback ?? '', new RegExp(`^… \\[shortened by Warren\\]\n[^]*\n${name}$`))
    }
  })

  it('of any life are in order, each with its own start, and lose no end', () => {
    const step = fc.record({
      state: fc.constantFrom(...Object.values(letters)),
      at: fc.integer({ min: 1, max: 50 }),
      worker: fc.constantFrom('a', 'b'),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat(5), (drawn, retries) => {
        const steps = drawn.sort((one, other) => one.at - other.at)
        const attempts = attemptsOf(steps, [], retries)
        for (const [index, { number }] of attempts.entries()) assert.equal(number, (attempts[0]?.number ?? 0) + index)
        const count = (states: readonly string[]) => steps.filter(({ state }) => states.includes(state)).length
        assert.equal(attempts.filter(({ startedAt }) => startedAt !== null).length, count(['STARTED']))
        const ended = attempts.filter(({ endedAt }) => endedAt !== null).length
        assert.ok(ended <= count(['RETRY', 'SUCCESS', 'FAILURE', 'REVOKED']))
        assert.ok(ended >= count(['RETRY', 'SUCCESS', 'FAILURE']))
      }),
      { numRuns: 2_000 },
    )
  })
})
