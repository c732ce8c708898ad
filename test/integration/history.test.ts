import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { HistoryPage, TaskRow } from '../../broker-bridge/protocol/index.ts'
import { startBridgeProcess, type BridgeProcess } from '../support/bridgeProcess.ts'
import { startWorker, testApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { startPublisher, taskEvent, wholeTask, type EventPublisher } from '../support/events.ts'
import { eventually, freshKey, isReading } from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

let rabbit: PrivateRabbit
let worker: CeleryWorker
let publisher: EventPublisher
let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'warren-history-'))
  rabbit = await startRabbit({ management: false })
  worker = await startWorker(testApp(rabbit.amqpUrl))
  publisher = await startPublisher(rabbit.amqpUrl)
})
after(async () => {
  await publisher[Symbol.asyncDispose]()
  await worker[Symbol.asyncDispose]()
  await rabbit[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

async function start(file: string): Promise<BridgeProcess> {
  const bridge = await startBridgeProcess({}, ['--history', file])
  await bridge.client.request('connect', { id: 'c', name: 'test', address: rabbit.amqpUrl })
  await bridge.until('connected and reading events', isReading)
  return bridge
}

async function run(bridge: BridgeProcess, name: string, args: string): Promise<string> {
  const sent = await bridge.client.request('enqueue', {
    connection: 'c',
    key: freshKey(),
    name: `tasksapp.${name}`,
    args,
    queue: 'celery',
  })
  return sent.id
}

const query = (bridge: BridgeProcess, text: string): Promise<HistoryPage> =>
  bridge.client.request('queryHistory', { connection: 'c', query: text, limit: 100 })

async function held(bridge: BridgeProcess): Promise<readonly TaskRow[]> {
  return (await bridge.client.request('listTasks', { filter: { connection: 'c' }, limit: 100 })).tasks
}

/** Waits until the history answers a query with so many tasks. */
async function kept(bridge: BridgeProcess, text: string, count: number): Promise<HistoryPage> {
  let found: HistoryPage | undefined
  await eventually(
    `the history has ${count} of ${text || 'all tasks'}`,
    async () => (found = await query(bridge, text)).counted === count,
    () => JSON.stringify(found),
  )
  return found as unknown as HistoryPage
}

async function holds(bridge: BridgeProcess, what: string, test: (tasks: readonly TaskRow[]) => boolean): Promise<void> {
  let tasks: readonly TaskRow[] = []
  await eventually(
    what,
    async () => test((tasks = await held(bridge))),
    () => JSON.stringify(tasks),
  )
}

describe('the history', () => {
  it('brings tasks back after the bridge was killed, and counts events that come again once', async () => {
    const file = join(folder, 'killed', 'history.db')
    const events = wholeTask('known-task')
    let ids: string[] = []
    {
      await using bridge = await start(file)
      ids = await Promise.all([...[1, 2, 3].map((number) => run(bridge, 'add', `[${number}, 1]`)), run(bridge, 'fail', '[]')])
      await publisher.send(events)
      await kept(bridge, 'state:succeeded', 4)
      await kept(bridge, 'state:failed exception:Broken', 1)
      bridge.signal('SIGKILL')
      await eventually('the bridge is dead', () => !bridge.running())
    }
    await using bridge = await start(file)
    await holds(
      bridge,
      'the tasks are back',
      (tasks) => tasks.length === 5 && tasks.every(({ fromHistory }) => fromHistory === true),
    )
    assert.deepEqual(new Set((await held(bridge)).map(({ id }) => id)), new Set([...ids, 'known-task']))
    const before = await bridge.client.request('getTask', { connection: 'c', id: 'known-task' })
    await publisher.send(events)
    await publisher.send(taskEvent('new-task', 'task-received'))
    await holds(bridge, 'the new task is there, first', (tasks) => tasks[0]?.id === 'new-task')
    assert.deepEqual(await bridge.client.request('getTask', { connection: 'c', id: 'known-task' }), before)
    assert.equal((await held(bridge)).length, 6)
    await publisher.send(taskEvent('known-task', 'task-received', { retries: 1 }))
    await holds(bridge, 'the known task is heard of again', (tasks) => tasks[0]?.id === 'known-task' && !tasks[0].fromHistory)
    const again = await bridge.client.request('getTask', { connection: 'c', id: 'known-task' })
    assert.deepEqual([again.timeline.length, again.state], [4, 'SUCCESS'])
    await kept(bridge, '', 6)
    await kept(bridge, 'retries:>0', 1)
    assert.deepEqual(await readdir(join(file, '..')), ['history.db', 'history.db-shm', 'history.db-wal'])
  })

  it('is written by one of two windows, and has each task once', async () => {
    const file = join(folder, 'shared', 'history.db')
    await using one = await start(file)
    await publisher.send(wholeTask('first'))
    await kept(one, '', 1)
    await using two = await start(file)
    await publisher.send(wholeTask('second'))
    await kept(two, '', 2)
    await two.until('the other one writes', ({ history }) => history?.writtenHere === false)
    assert.equal(one.info()?.history?.writtenHere, true)
    one.client.close()
    one.signal('SIGKILL')
    await publisher.send(wholeTask('third'))
    await kept(two, '', 3)
  })

  it('says what is wrong, while the monitor goes on; and warns of nothing on the terminal', async () => {
    await writeFile(join(folder, 'no folder'), '')
    let errors: Promise<string>
    {
      await using bridge = await start(join(folder, 'no folder', 'history.db'))
      errors = bridge.errors
      const { history } = await bridge.until('a sentence about the history', (info) => info.history?.kept === false)
      assert.equal(history?.message, 'The history is paused: its folder is no folder.')
      await publisher.send(wholeTask('seen'))
      await holds(bridge, 'the task is there', (tasks) => tasks.some(({ id, state }) => id === 'seen' && state === 'SUCCESS'))
    }
    assert.doesNotMatch(await errors, /Experimental|Warning/)
  })
})
