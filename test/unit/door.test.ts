import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Door } from '../../broker-bridge/actions/door.ts'
import type { Action, Pass } from '../../broker-bridge/actions/door.ts'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { Confirmation } from '../../broker-bridge/protocol/index.ts'

interface Purge extends Pass {
  readonly what: string
}

function purge(asks: boolean, outcome: () => Promise<string> = () => Promise.resolve('done')) {
  const done: string[] = []
  const action: Action<Purge, string> = {
    name: 'Purge',
    confirmation: ({ what }) =>
      Promise.resolve(asks ? { question: `Purge ${what}?`, detail: '', action: 'Purge', count: 3 } : null),
    perform: ({ what }) => {
      done.push(what)
      return outcome()
    },
  }
  return { action, done }
}

const door = (readOnly = false) => new Door(() => readOnly)
const request = (more: Partial<Purge> = {}): Purge => ({ connection: 'c', key: 'key-00000001', what: 'queue', ...more })
const refusal = (code: string) => (error: unknown) => error instanceof RequestError && error.code === code

async function nonceOf(answer: Promise<unknown>): Promise<string> {
  const error: unknown = await answer.catch((reason: unknown) => reason)
  assert.ok(error instanceof RequestError && error.code === 'confirmation_needed')
  return (error.data as Confirmation).nonce
}

test('nothing passes on a read-only connection', async () => {
  const { action, done } = purge(false)
  await assert.rejects(door(true).pass(action, request()), refusal('read_only'))
  assert.deepEqual(done, [])
})

test('an action that asks is done only with the nonce of this very request, and only once', async () => {
  const { action, done } = purge(true)
  const guarded = door()
  const nonce = await nonceOf(guarded.pass(action, request()))
  assert.deepEqual(done, [])
  await assert.rejects(guarded.pass(action, request({ nonce: 'made up' })), refusal('confirmation_needed'))
  await assert.rejects(
    guarded.pass(action, request({ nonce, what: 'another', key: 'key-00000002' })),
    refusal('confirmation_needed'),
  )
  const fresh = await nonceOf(guarded.pass(action, request()))
  assert.equal(await guarded.pass(action, request({ nonce: fresh })), 'done')
  await assert.rejects(guarded.pass(action, request({ nonce: fresh, key: 'key-00000003' })), refusal('confirmation_needed'))
  assert.deepEqual(done, ['queue'])
})

test('the same key acts once, however often it arrives, and never for another request', async () => {
  const { action, done } = purge(false)
  const guarded = door()
  assert.deepEqual(await Promise.all([guarded.pass(action, request()), guarded.pass(action, request())]), ['done', 'done'])
  assert.equal(await guarded.pass(action, request()), 'done')
  assert.deepEqual(done, ['queue'])
  await assert.rejects(guarded.pass(action, request({ what: 'another' })), refusal('invalid'))
})

test('what failed without leaving anything may be tried again with its key; what may be on its way may not', async () => {
  const outcomes = [new RequestError('unroutable', 'no queue'), new RequestError('timeout', 'no confirm')]
  const { action, done } = purge(false, () => Promise.reject(outcomes.shift() ?? new Error('asked too often')))
  const guarded = door()
  await assert.rejects(guarded.pass(action, request()), refusal('unroutable'))
  await assert.rejects(guarded.pass(action, request()), refusal('timeout'))
  await assert.rejects(guarded.pass(action, request()), refusal('timeout'))
  assert.equal(done.length, 2)
})
