import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Door } from '../../broker-bridge/actions/door.ts'
import type { Action, Pass } from '../../broker-bridge/actions/door.ts'
import { confirmed, RequestError } from '../../broker-bridge/protocol/index.ts'
import type { Confirmation, Handle } from '../../broker-bridge/protocol/index.ts'
import { guarded, somewhere } from '../support/doors.ts'
import { pair } from '../support/wire.ts'

const enqueue = { connection: 'c', name: 'orders.pay', key: 'key-00000001' }
const nothing = { answers: [], silent: [] }

/** A client of a bridge whose door asks about turning events on; `details` are what it asks about, one after the other. */
function asking(...details: string[]) {
  const asked: string[] = []
  let done = 0
  const action: Action<Pass, unknown> = {
    name: 'Turn on',
    describe: () => 'workers',
    confirmation: () => {
      const detail = details.length > 1 ? details.shift() : details[0]
      return Promise.resolve({ question: 'Sure?', detail: detail ?? '', action: 'Turn on', count: 1 })
    },
    perform: () => {
      done++
      return Promise.resolve(nothing)
    },
  }
  const door = new Door(guarded())
  const { client } = pair((_method, params) => door.pass(action, params as Pass))
  const turnOn = (yes: boolean) =>
    confirmed(client, 'enableEvents', { connection: 'c', key: 'key-00000001' }, ({ detail }: Confirmation) => {
      asked.push(detail)
      return Promise.resolve(yes)
    })
  return { turnOn, asked, done: () => done }
}

const answering = (handle: Handle, ask = () => Promise.resolve(true)) => confirmed(pair(handle).client, 'enqueue', enqueue, ask)

test('what the bridge asks about is done after a yes, once', async () => {
  const { turnOn, asked, done } = asking('two workers')
  assert.deepEqual(await turnOn(true), nothing)
  assert.deepEqual([asked, done()], [['two workers'], 1])
})

test('after a no nothing is done', async () => {
  const { turnOn, asked, done } = asking('two workers')
  assert.equal(await turnOn(false), null)
  assert.deepEqual([asked, done()], [['two workers'], 0])
})

test('what has changed between question and answer is asked about anew', async () => {
  const { turnOn, asked, done } = asking('two workers', 'three workers')
  assert.deepEqual(await turnOn(true), nothing)
  assert.deepEqual([asked, done()], [['two workers', 'three workers'], 1])
})

test('a bridge that only ever asks is given up', async () => {
  let asked = 0
  const data: Confirmation = { nonce: 'n', question: 'q', detail: 'd', action: 'a', count: 1, place: somewhere }
  const ask = () => Promise.resolve(++asked > 0)
  await assert.rejects(
    answering(() => Promise.reject(new RequestError('confirmation_needed', 'Sure?', data)), ask),
    /again and again, so nothing was done/,
  )
  assert.equal(asked, 5)
})

test('every other refusal is passed on unasked, and so is a question that is none', async () => {
  const ask = () => assert.fail('nobody is to be asked')
  for (const refusal of [new RequestError('read_only', 'No.'), new RequestError('confirmation_needed', 'No.', { nonce: 7 })])
    await assert.rejects(
      answering(() => Promise.reject(refusal), ask),
      /^RequestError: No\.$/,
    )
})
