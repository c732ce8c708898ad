import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { connect } from 'amqplib'
import fc from 'fast-check'
import type { TaskDetail, ViewSnapshot } from '../../broker-bridge/protocol/index.ts'
import { decodeEvents } from '../../broker-bridge/sources/celery/events.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import { celeryState, type CelerySays } from '../support/celeryState.ts'
import { runPython, startWorker, testApp, type CeleryApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { eventually, startLiveBridge, type LiveBridge } from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'
import { samples } from '../unit/celerySamples.ts'

/** One field of a task as Celery's own state and as Warren show it. */
interface Field {
  readonly celery: (task: CelerySays) => unknown
  readonly ours: (task: TaskDetail) => unknown
}

const fields: Readonly<Record<string, Field>> = {
  state: { celery: (task) => task.state, ours: (task) => task.state },
  worker: { celery: (task) => task.worker, ours: (task) => task.worker },
  name: { celery: (task) => task['name'], ours: (task) => task.name },
  args: { celery: (task) => task['args'], ours: (task) => task.args },
  kwargs: { celery: (task) => task['kwargs'], ours: (task) => task.kwargs },
  root: { celery: (task) => task['root_id'], ours: (task) => task.root },
  parent: { celery: (task) => task['parent_id'], ours: (task) => task.parent },
  retries: { celery: (task) => task['retries'] ?? 0, ours: (task) => task.retries },
  eta: { celery: (task) => task['eta'], ours: (task) => task.eta },
  expires: { celery: (task) => task['expires'], ours: (task) => task.expires },
  result: { celery: (task) => task['result'], ours: (task) => task.result },
  runtime: { celery: (task) => task['runtime'], ours: (task) => task.runtime },
  exception: { celery: (task) => task['exception'], ours: (task) => task.exception },
  traceback: { celery: (task) => task['traceback'], ours: (task) => task.traceback },
}

/** The one list of places where Warren knowingly says something else than `celery.events.state`; docs/states.md explains each. */
const deliberate: readonly {
  readonly field: string
  readonly why: string
  readonly when: (celery: CelerySays, ours: TaskDetail) => boolean
}[] = [
  {
    field: 'parent',
    why: 'after a retry or a replacement Celery names a task its own parent; Warren keeps the true one',
    when: (celery, ours) => celery['parent_id'] === ours.id,
  },
  {
    field: 'runtime',
    why: 'Celery measures successes only; for a failure Warren takes the time between its events',
    when: (celery, ours) => celery['runtime'] === null && ours.state === 'FAILURE' && ours.runtime !== null,
  },
  ...['exception', 'traceback'].map((field) => ({
    field,
    why: 'Celery keeps the error of an earlier attempt beside a later success; Warren shows it in the timeline only',
    when: (_celery: CelerySays, ours: TaskDetail) =>
      ours.exception === null && ['SUCCESS', 'STARTED', 'RECEIVED'].includes(ours.state),
  })),
  {
    field: 'exception',
    why: 'a lost process or a hard time limit is told as “ExceptionWithTraceback()”; the truth is in the traceback’s last line',
    when: (celery, ours) => celery['exception'] === 'ExceptionWithTraceback()' && lastLine(ours).endsWith(nameOf(ours.exception)),
  },
]

const lastLine = (task: TaskDetail): string => task.traceback?.trim().split('\n').at(-1)?.split(/[:(]/)[0] ?? ''
const nameOf = (exception: string | null): string => exception?.split(/[:(]/)[0] ?? 'nothing'

/** Every difference that is not deliberate, as lines to read. */
function differences(celery: Record<string, CelerySays>, find: (id: string) => TaskDetail | undefined): string[] {
  return Object.entries(celery).flatMap(([id, said]) => {
    const task = find(id)
    if (!task) return [`${id}: Warren does not have it`]
    return Object.entries(fields)
      .filter(([name, field]) => (field.celery(said) ?? null) !== (field.ours(task) ?? null) && !isDeliberate(name, said, task))
      .map(
        ([name, field]) =>
          `${id} ${task.name}: ${name} is ${show(field.celery(said))} to Celery and ${show(field.ours(task))} to Warren`,
      )
  })
}

const needed = new Set<string>()

function isDeliberate(name: string, celery: CelerySays, ours: TaskDetail): boolean {
  const found = deliberate.find(({ field, when }) => field === name && when(celery, ours))
  if (found) needed.add(`${found.field}: ${found.why}`)
  return found !== undefined
}

const show = (value: unknown): string => JSON.stringify(value ?? null).slice(0, 120)

type RawEvent = Readonly<Record<string, unknown>>

/** What the store makes of events, one message each, in the order given. */
function play(events: readonly RawEvent[]): (id: string) => TaskDetail | undefined {
  const store = new TaskStore(10_000)
  for (const event of events) {
    const { tasks } = decodeEvents(Buffer.from(JSON.stringify(event)), 'application/json', 'utf-8', 1)
    store.apply('c', tasks, 1)
  }
  return (id) => store.detail({ connection: 'c', id })
}

/** Shuffled and with repetitions, the events give the same tasks as in their order. */
function orderDoesNotMatter(events: readonly RawEvent[], ids: readonly string[]): void {
  const told = (find: (id: string) => TaskDetail | undefined) =>
    ids.map((id) => ({ ...find(id), children: [...(find(id)?.children ?? [])].sort() }))
  const expected = told(play(events))
  const doubled = [...events, ...events].map((_event, index) => index)
  fc.assert(
    fc.property(fc.shuffledSubarray(doubled, { minLength: doubled.length }), (order) => {
      assert.deepEqual(told(play(order.map((place) => events[place % events.length] ?? {}))), expected)
    }),
    { numRuns: 30 },
  )
}

describe('recorded streams of real workers', () => {
  for (const sample of samples(/^timeline\./)) {
    // What the recorder itself added is no part of the events.
    const events = (sample['events'] as RawEvent[]).map((event) => ({ ...event, recv: undefined, routingKey: undefined }))
    it(`${sample.file} ends as Celery’s own state says, in any order`, async () => {
      const tasks = events.filter((event) => 'uuid' in event)
      const celery = await celeryState(tasks)
      assert.ok(Object.keys(celery).length > 0)
      assert.deepEqual(differences(celery, play(tasks)), [])
      orderDoesNotMatter(tasks, Object.keys(celery))
    })
  }
})

/** Published by a Python client, as an application would; answers with the ids by the names used below. */
const publishing = `
import json
from celery import chain
from tasksapp import add, echo, fail, flaky, parent, progress
chained = chain(add.s(1, 2), add.s(10), echo.s(k="v")).apply_async()
print(json.dumps({
    "add": add.delay(2, 3).id,
    "echo": echo.delay("ä", [1, {"b": None}], flag=True).id,
    "fail": fail.delay(7).id,
    "flaky": flaky.delay(1).id,
    "exhausted": flaky.delay(9).id,
    "progress": progress.delay(3).id,
    "parent": parent.delay().id,
    "eta": add.apply_async((1, 1), countdown=2).id,
    "first": chained.parent.parent.id, "second": chained.parent.id, "third": chained.id,
}))`

describe('the feed of a real worker with events on', () => {
  let rabbit: PrivateRabbit
  let app: CeleryApp
  let worker: CeleryWorker
  let live: LiveBridge
  let recorder: Recorder
  let ids: Readonly<Record<string, string>>
  const snapshots: ViewSnapshot[] = []

  const id = (name: string): string => ids[name] ?? assert.fail(`no task ${name}`)
  const ended = (name: string, state: string) => live.task(id(name), `ends as ${state}`, (task) => task.state === state)

  before(async () => {
    rabbit = await startRabbit()
    app = testApp(rabbit.amqpUrl, join(rabbit.folder, 'results.db'))
    worker = await startWorker(app, { concurrency: 2 })
    recorder = await record(rabbit.amqpUrl)
    live = await startLiveBridge()
    await live.connect({ address: rabbit.amqpUrl, management: rabbit.managementUrl ?? '' })
    live.client.on('view', (snapshot) => snapshots.push(snapshot))
    await live.request('setView', { view: 'feed', filter: {}, first: 0, count: 50, resting: false })
    ids = JSON.parse(await runPython(app, publishing)) as Record<string, string>
  })

  after(async () => {
    await live[Symbol.asyncDispose]()
    await recorder.stop()
    await worker.kill()
    await rabbit[Symbol.asyncDispose]()
  })

  it('shows a success with its arguments, result, queue and times in order', async () => {
    const task = await ended('add', 'SUCCESS')
    assert.deepEqual(
      [task.name, task.args, task.kwargs, task.result, task.queue, task.retries, task.exception],
      ['tasksapp.add', '(2, 3)', '{}', '5', 'celery', 0, null],
    )
    // A Celery publisher tells of a task after it sent it: a quick worker's event can be the earlier one.
    const states = task.timeline.map((moment) => moment.state)
    assert.deepEqual([...states].sort(), ['PENDING', 'RECEIVED', 'STARTED', 'SUCCESS'])
    assert.deepEqual(
      states.filter((state) => state !== 'PENDING'),
      ['RECEIVED', 'STARTED', 'SUCCESS'],
    )
    const times = [task.receivedAt, task.startedAt, task.endedAt].map(Number)
    assert.deepEqual(
      times,
      [...times].sort((one, other) => one - other),
    )
    assert.equal(task.worker, worker.hostname)
    assert.ok(task.runtime !== null && task.runtime >= 0)
    const echoed = await ended('echo', 'SUCCESS')
    assert.equal(echoed.args, "('ä', [1, {'b': None}])")
    assert.equal(echoed.kwargs, "{'flag': True}")
  })

  it('shows a failure with the whole chain of its traceback', async () => {
    const task = await ended('fail', 'FAILURE')
    assert.equal(task.exception, "Broken('the report could not be made')")
    assert.match(task.traceback ?? '', /KeyError: 7[\s\S]*direct cause[\s\S]*ValueError: row 7[\s\S]*direct cause[\s\S]*Broken/)
    assert.equal(task.result, null)
  })

  it('shows each attempt of a task that retried, and forgets the error when it succeeded', async () => {
    const task = await ended('flaky', 'SUCCESS')
    assert.deepEqual([task.result, task.retries, task.exception], ['1', 1, null])
    const retried = task.timeline.find((moment) => moment.state === 'RETRY')
    assert.match(retried?.exception ?? '', /attempt 0/)
    assert.equal(task.timeline.filter((moment) => moment.state === 'STARTED').length, 2)
    const exhausted = await ended('exhausted', 'FAILURE')
    assert.equal(exhausted.retries, 3)
    assert.equal(exhausted.timeline.filter((moment) => moment.state === 'RETRY').length, 3)
    assert.match(exhausted.exception ?? '', /attempt 3/)
  })

  it('shows the progress a task reported', async () => {
    const task = await ended('progress', 'SUCCESS')
    assert.deepEqual(task.progress, { percent: 100, current: 3, total: 3, message: 'step 3' })
    assert.equal(task.timeline.filter((moment) => moment.state === 'PROGRESS').length, 3)
  })

  it('links parents, roots and children', async () => {
    const parent = await ended('parent', 'SUCCESS')
    const child = (parent.result ?? '').replaceAll("'", '')
    assert.deepEqual(parent.children, [child])
    const born = await live.task(child, 'ends', (task) => task.state === 'SUCCESS')
    assert.deepEqual([born.parent, born.root], [parent.id, parent.id])
    const [first, second, third] = [
      await ended('first', 'SUCCESS'),
      await ended('second', 'SUCCESS'),
      await ended('third', 'SUCCESS'),
    ]
    assert.deepEqual([first.root, second.root, third.root], [first.id, first.id, first.id])
    assert.deepEqual([first.parent, second.parent, third.parent], [null, first.id, second.id])
    assert.deepEqual(first.children, [second.id])
    assert.equal(third.result, "[[13], {'k': 'v'}]")
  })

  it('shows the ETA of a task that had to wait', async () => {
    const task = await ended('eta', 'SUCCESS')
    assert.ok(task.eta !== null && task.startedAt !== null)
    assert.ok(Date.parse(task.eta) / 1_000 <= task.startedAt + 0.1, `${task.eta} is not before ${task.startedAt}`)
  })

  it('says the same in the list, in a view and to who watches one task', async () => {
    for (const name of ['add', 'fail', 'exhausted', 'third', 'eta', 'progress'])
      await ended(name, name === 'fail' || name === 'exhausted' ? 'FAILURE' : 'SUCCESS')
    const failed = await live.request('listTasks', { filter: { states: ['FAILURE'] }, limit: 10 })
    assert.deepEqual(failed.tasks.map((task) => task.id).sort(), [id('fail'), id('exhausted')].sort())
    const named = await live.request('listTasks', { filter: { query: `progress ${id('progress').slice(0, 8)}` }, limit: 10 })
    assert.equal(named.matched, 1)
    const shown = () => JSON.stringify(snapshots.at(-1)?.states)
    await eventually(
      'the view has all tasks as they ended',
      () => {
        const { SUCCESS, FAILURE } = snapshots.at(-1)?.states ?? {}
        return SUCCESS === 10 && FAILURE === 2
      },
      shown,
    )
    assert.equal(snapshots.at(-1)?.matched, 12)
    const revisions = snapshots.map((snapshot) => snapshot.revision)
    assert.deepEqual(
      revisions,
      [...revisions].sort((one, other) => one - other),
    )
    const watched = await live.request('watchTask', { task: { connection: 'c', id: id('fail') } })
    assert.equal(watched?.state, 'FAILURE')
  })

  it('follows a watched task while it runs', async () => {
    const seen: TaskDetail[] = []
    const stop = live.client.on('task', (task) => seen.push(task))
    const { id: slow } = await live.request('enqueue', {
      connection: 'c',
      name: 'tasksapp.sleep',
      args: '[3]',
      key: 'watched-task',
    })
    const first = await live.request('watchTask', { task: { connection: 'c', id: slow } })
    if (first) seen.unshift(first)
    await eventually('the end is told', () => seen.at(-1)?.state === 'SUCCESS')
    assert.ok(seen.every((task) => task.id === slow))
    assert.ok(
      seen.some((task) => task.state === 'STARTED'),
      seen.map((task) => task.state).join(),
    )
    stop()
    await live.request('watchTask', { task: null })
  })

  it('ends every task as Celery’s own state does, in any order of the same stream', async () => {
    await eventually('the recorder has the last events', () => Object.values(ids).every((one) => recorder.ended(one)))
    const tasks = recorder.events.filter((event) => 'uuid' in event)
    const celery = await celeryState(tasks)
    assert.ok(Object.keys(celery).length >= 12)
    assert.deepEqual(
      differences(celery, (one) => live.bridge.findTask({ connection: 'c', id: one })),
      [],
    )
    orderDoesNotMatter(tasks, Object.keys(celery))
  })
})

it('every deliberate difference was met, so the list holds no excuse that nobody needs', () => {
  assert.deepEqual([...needed].sort(), deliberate.map(({ field, why }) => `${field}: ${why}`).sort())
})

interface Recorder {
  readonly events: RawEvent[]
  readonly ended: (id: string) => boolean
  readonly stop: () => Promise<void>
}

/** A consumer of its own beside Warren's, which keeps every event as it came. */
async function record(url: string): Promise<Recorder> {
  const connection = await connect(url)
  const channel = await connection.createChannel()
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await channel.bindQueue(queue, 'celeryev', '#')
  const events: RawEvent[] = []
  await channel.consume(queue, (message) => {
    const told = JSON.parse(message?.content.toString() ?? '[]') as RawEvent | RawEvent[]
    events.push(...(Array.isArray(told) ? told : [told]))
  })
  const last = new Set(['task-succeeded', 'task-failed'])
  const ended = (id: string) => events.some((event) => event['uuid'] === id && last.has(String(event['type'])))
  return { events, ended, stop: () => connection.close() }
}
