import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filterWords } from '../../broker-bridge/actions/filterWords.ts'
import { isRegistered, registeredNames, registeredTasks } from '../../broker-bridge/actions/registeredNames.ts'
import { Retry } from '../../broker-bridge/actions/retry.ts'
import { doubts } from '../../broker-bridge/actions/retryDoubts.ts'
import { Families } from '../../broker-bridge/actions/retryManyKin.ts'
import { newRunId } from '../../broker-bridge/actions/retryManyIds.ts'
import { SentTasks } from '../../broker-bridge/actions/sentTasks.ts'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { RetryPlan } from '../../broker-bridge/protocol/index.ts'
import type { Connection } from '../../broker-bridge/sources/connection.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import { taskEvent } from './taskEvents.ts'

const planned = (more: Partial<RetryPlan>): RetryPlan => ({
  ...{ connection: 'c', id: 'a', name: 'shop.pay', source: 'payload', explanation: '', args: '[]', kwargs: '{}' },
  ...{ argsShown: null, kwargsShown: null, queue: 'orders', queueSource: '', queueChoices: [], canvas: null },
  ...more,
})

test('a task whose recorded message is gone by its turn is refused, whether or not anybody could read its arguments', async () => {
  let sent = 0
  const connection = {
    params: { id: 'c' },
    send: () => {
      sent++
      return Promise.resolve()
    },
  }
  const parts = {
    connections: { get: () => connection },
    store: new TaskStore(10),
    sent: new SentTasks(),
    findKept: () => Promise.resolve(undefined),
    findPayloads: () => Promise.resolve([]),
  }
  const retry = new Retry(parts as unknown as ConstructorParameters<typeof Retry>[0])
  const params = { connection: 'c', id: 'a', key: 'k', carryCanvas: false }
  for (const plan of [planned({ args: null, kwargs: null }), planned({ args: '[1]' })]) {
    const refused = retry.send(params, plan, 'new')
    await assert.rejects(refused, (error) => error instanceof RequestError && /message of this task is gone/.test(error.message))
  }
  assert.equal(sent, 0)
})

test('messages that cannot be read are counted, with what goes along with them', () => {
  const told = doubts([planned({ args: null, kwargs: null }), planned({}), planned({ source: 'event' })])
  assert.equal(told.length, 2)
  assert.match(told[0] ?? '', /^The arguments of 1 were read back/)
  assert.match(told[1] ?? '', /^The recorded messages of 1 are of a kind .* is sent along and runs again\.$/)
  assert.deepEqual(doubts([planned({})]), [])
})

test('a task that only the history holds hides nothing of its workflow: neither the chord nor a run that another Warren sent', () => {
  const store = new TaskStore(10)
  const [kept, held, first] = ['kept', 'held', 'first']
  const run = newRunId('operation', held)
  const of = (id: string) => ({ ...taskEvent(id, 'RECEIVED', 1), root: first })
  store.apply('c', [taskEvent(first, 'SUCCESS', 1), of(held), of(run)], 1)
  store.drain()
  const families = new Families(store.workflows('c'))
  assert.equal(families.runOf({ id: kept, root: first }), undefined)
  assert.equal(families.runOf({ id: held, root: first })?.id, run)
})

test('workers that did not answer in time may have any task', async () => {
  const answering = (silent: readonly string[]) =>
    ({
      conversation: { registeredTasks: () => Promise.resolve({ tasks: [{ name: 'shop.pay', workers: ['w1'] }], silent }) },
    }) as unknown as Connection
  assert.deepEqual([...(await registeredNames(answering([])))], ['shop.pay'])
  assert.deepEqual([...(await registeredNames(answering(['w2'])))], [])
  assert.equal(await registeredTasks(answering(['w2'])), null)
  // A name of an event may be one for display: that nobody who answered has it is reason enough to ask the user.
  assert.deepEqual(
    [await isRegistered(answering(['w2']), 'pretty'), await isRegistered(answering(['w2']), 'shop.pay')],
    [false, true],
  )
})

test('the log of actions names what a filter is about, and nothing that a query seeks', () => {
  assert.equal(filterWords({}), 'all')
  const filter = { name: 'shop.pay', worker: 'w1', states: ['FAILURE', 'RETRY'], query: 'kwargs.email:a@b.c' }
  assert.equal(filterWords(filter), 'in FAILURE, RETRY, named shop.pay, of w1, with a query')
})
