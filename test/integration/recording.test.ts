import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Confirmation, Method, Params, Result, TaskRow } from '../../broker-bridge/protocol/index.ts'
import { startBridgeProcess, type BridgeProcess } from '../support/bridgeProcess.ts'
import { runPython, startWorker, testApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { startPublisher, type EventPublisher } from '../support/events.ts'
import { confirmation, eventually, freshKey, isReading } from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

let rabbit: PrivateRabbit
let worker: CeleryWorker
let publisher: EventPublisher
let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'warren-recording-'))
  rabbit = await startRabbit()
  worker = await startWorker(testApp(rabbit.amqpUrl))
  publisher = await startPublisher(rabbit.amqpUrl)
})
after(async () => {
  await publisher[Symbol.asyncDispose]()
  await worker[Symbol.asyncDispose]()
  await rabbit[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

async function start(
  file: string | null,
  params: Partial<Params<'connect'>> = {},
  options: readonly string[] = [],
): Promise<BridgeProcess> {
  const bridge = await startBridgeProcess({}, ['--history', file ?? 'off', ...options])
  await bridge.client.request('connect', { id: 'c', name: 'test', address: rabbit.amqpUrl, ...params })
  await bridge.until('connected and reading events', isReading)
  return bridge
}

const ask = <M extends Method>(bridge: BridgeProcess, method: M, params: Params<M>): Promise<Result<M>> =>
  bridge.client.request(method, params, 30_000)

/** Asks, and says yes to what is asked back. */
async function record(
  bridge: BridgeProcess,
  more: Partial<Params<'recordHistory'>> = {},
): Promise<{ question: Confirmation; done: Result<'recordHistory'> }> {
  const params = { connection: 'c', key: freshKey(), ...more }
  const question = await confirmation(ask(bridge, 'recordHistory', params))
  return { question, done: await ask(bridge, 'recordHistory', { ...params, nonce: question.nonce }) }
}

async function stop(bridge: BridgeProcess): Promise<Confirmation> {
  const params = { connection: 'c', key: freshKey() }
  const question = await confirmation(ask(bridge, 'stopRecording', params))
  await ask(bridge, 'stopRecording', { ...params, nonce: question.nonce })
  return question
}

const held = async (bridge: BridgeProcess): Promise<readonly TaskRow[]> =>
  (await ask(bridge, 'listTasks', { filter: { connection: 'c' }, limit: 1_000 })).tasks

async function holds(
  bridge: BridgeProcess,
  what: string,
  test: (tasks: readonly TaskRow[]) => boolean,
): Promise<readonly TaskRow[]> {
  let tasks: readonly TaskRow[] = []
  await eventually(
    what,
    async () => test((tasks = await held(bridge))),
    () => JSON.stringify(tasks),
  )
  return tasks
}

async function kill(bridge: BridgeProcess): Promise<void> {
  bridge.client.close()
  bridge.signal('SIGKILL')
  await eventually('the bridge is dead', () => !bridge.running())
}

/** Runs tasks without Warren. */
async function runTasks(code: string): Promise<string[]> {
  const program = `import tasksapp\nsent = [task.id for task in (${code})]\nprint("\\n".join(sent))`
  return (await runPython(testApp(rabbit.amqpUrl), program)).trim().split('\n')
}

const queues = async (): Promise<{ name: string; type: string; durable: boolean; arguments: Record<string, unknown> }[]> =>
  (await rabbit.management('queues/%2F?columns=name,type,durable,arguments')) as never[]

describe('a recording on the broker', () => {
  it('is made when the user says so, and replays once what happened while no bridge ran', async () => {
    const file = join(folder, 'recorded', 'history.db')
    const before = new Set((await queues()).map(({ name }) => name))
    let known: string[] = []
    {
      await using bridge = await start(file)
      const { question, done } = await record(bridge, { maxAge: '3D', megabytes: 20 })
      assert.match(question.detail, /durable stream “warren\.history”.*\/.*celeryev.*3 days.*20 MB/s)
      assert.deepEqual(done, { queue: 'warren.history', created: true })
      const made = (await queues()).find(({ name }) => name === 'warren.history')
      assert.deepEqual([made?.type, made?.durable, made?.arguments['x-max-age']], ['stream', true, '3D'])
      await bridge.until('the recording is known', ({ recording }) => recording?.queue === 'warren.history')
      known = await runTasks('tasksapp.add.delay(n, 1) for n in range(3)')
      await holds(bridge, 'tasks are heard', (tasks) =>
        known.every((id) => tasks.some((task) => task.id === id && task.state === 'SUCCESS')),
      )
      await eventually(
        'they are kept',
        async () => (await ask(bridge, 'queryHistory', { connection: 'c', query: 'state:succeeded', limit: 10 })).counted === 3,
      )
      await kill(bridge)
    }
    const missed = await runTasks('[tasksapp.add.delay(n, 2) for n in range(20)] + [tasksapp.fail.delay()]')
    await eventually('the worker is done', async () => (await worker.log()).includes(`${missed.at(-1) ?? ''}] raised`))
    await using bridge = await start(file)
    const tasks = await holds(
      bridge,
      'all are there',
      (all) => all.length === 24 && all.every(({ state }) => state === 'SUCCESS' || state === 'FAILURE'),
    )
    assert.deepEqual(new Set(tasks.map(({ id }) => id)), new Set([...known, ...missed]))
    const detail = await ask(bridge, 'getTask', { connection: 'c', id: missed[0] ?? '' })
    assert.deepEqual(new Set(detail.timeline.map(({ state }) => state)), new Set(['PENDING', 'RECEIVED', 'STARTED', 'SUCCESS']))
    await stop(bridge)
    assert.deepEqual(
      new Set((await queues()).map(({ name }) => name).filter((name) => !name.startsWith('warren.'))),
      new Set([...before].filter((name) => !name.startsWith('warren.'))),
    )
    assert.equal(
      (await queues()).some(({ name }) => name === 'warren.history'),
      false,
    )
    await readFile(`${file}.recordings.json`, 'utf8').then((text) =>
      assert.deepEqual(JSON.parse(text), { version: 1, recordings: [] }),
    )
  })
})
