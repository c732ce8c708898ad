import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Door } from '../../broker-bridge/actions/door.ts'
import type { Action, Pass } from '../../broker-bridge/actions/door.ts'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { Confirmation, Question } from '../../broker-bridge/protocol/index.ts'
import { guarded, somewhere } from '../support/doors.ts'
import { until } from '../support/until.ts'

interface Purge extends Pass {
  readonly what: string
}

function purge(asks: boolean, outcome: () => Promise<string> = () => Promise.resolve('done')) {
  const done: string[] = []
  const action: Action<Purge, string> = {
    name: 'Purge',
    describe: ({ what }) => what,
    confirmation: ({ what }) =>
      Promise.resolve(asks ? { question: `Purge ${what}?`, detail: '', action: 'Purge', count: 3 } : null),
    perform: ({ what }) => {
      done.push(what)
      return outcome()
    },
  }
  return { action, done }
}

const door = (readOnly = false) => new Door(guarded({ isReadOnly: () => readOnly }))
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

const asks = (question: Partial<Question>): Action<Purge, string> => ({
  ...purge(true).action,
  confirmation: () => Promise.resolve({ question: 'Purge?', detail: 'All of it.', action: 'Purge', count: 3, ...question }),
})

test('every question names the place, and a yes is for that place, that detail and about that count', async () => {
  const changes: [Partial<Question>, boolean][] = [
    [{}, true],
    [{ count: 4 }, false],
    [{ detail: 'More of it.' }, false],
    [{ question: 'Purge what is there now?' }, true],
  ]
  for (const [change, done] of changes) {
    const one = new Door(guarded())
    const asked: unknown = await one.pass(asks({}), request()).catch((error: unknown) => error)
    assert.ok(asked instanceof RequestError)
    const { place, nonce } = asked.data as Confirmation
    assert.deepEqual(place, somewhere)
    const answer = one.pass(asks(change), request({ nonce }))
    if (done) assert.equal(await answer, 'done')
    else await assert.rejects(answer, refusal('confirmation_needed'), JSON.stringify(change))
  }
  let environment: 'staging' | 'production' = 'staging'
  const moving = new Door(guarded({ place: () => ({ ...somewhere, environment }) }))
  const nonce = await nonceOf(moving.pass(asks({}), request()))
  environment = 'production'
  await assert.rejects(moving.pass(asks({}), request({ nonce })), refusal('confirmation_needed'))
})

test('a hundred messages more among ten thousand are no other question', async () => {
  const busy = door()
  const nonce = await nonceOf(busy.pass(asks({ count: 10_000 }), request()))
  assert.equal(await busy.pass(asks({ count: 10_100 }), request({ nonce })), 'done')
})

test('where a name is to be typed, a yes without it does nothing', async () => {
  const strict = door()
  const action = asks({ typed: 'mail' })
  for (const typed of [undefined, 'Mail']) {
    const nonce = await nonceOf(strict.pass(action, request()))
    await assert.rejects(
      strict.pass(action, request({ nonce, ...(typed === undefined ? {} : { typed }) })),
      /Type mail to confirm/,
    )
  }
  const nonce = await nonceOf(strict.pass(action, request()))
  assert.equal(await strict.pass(action, request({ nonce, typed: 'mail' })), 'done')
})

test('what passed, failed or was refused is noted with who asked, what it was done to, and how many were asked about', async () => {
  const watched = guarded()
  const noting = new Door(watched)
  const nonce = await nonceOf(noting.pass(asks({}), request()))
  await noting.pass(asks({}), request({ nonce }), { name: 'page', readOnly: false })
  const failing = purge(false, () => Promise.reject(new Error('It is gone.'))).action
  await assert.rejects(noting.pass(failing, request({ key: 'key-00000002' })))
  await assert.rejects(
    noting.pass(failing, request({ key: 'key-00000003' }), { name: 'model', readOnly: true }),
    refusal('read_only'),
  )
  const common = { action: 'Purge', connection: 'c', what: 'queue' }
  assert.deepEqual(watched.deeds, [
    { ...common, by: 'page', count: 3, outcome: 'done', said: '' },
    { ...common, by: 'Warren', count: null, outcome: 'failed', said: 'It is gone.' },
    { ...common, by: 'model', count: null, outcome: 'refused', said: 'read-only' },
  ])
})

test('work that goes on is noted when it begins, and again with its end', async () => {
  const watched = guarded()
  let end = (): void => undefined
  const action: Action<Purge, string> = {
    ...purge(false).action,
    outcome: () => new Promise((resolve) => (end = () => resolve({ outcome: 'failed', said: 'The broker went away.' }))),
  }
  await new Door(watched).pass(action, request())
  assert.deepEqual(
    watched.deeds.map(({ outcome }) => outcome),
    ['begun'],
  )
  end()
  await until(() => watched.deeds.length === 2)
  assert.deepEqual([watched.deeds[1]?.outcome, watched.deeds[1]?.said], ['failed', 'The broker went away.'])
})
