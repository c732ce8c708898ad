import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, it } from 'node:test'
import { isNewRunId, originalPart, partOfOriginal } from '../../broker-bridge/actions/retryManyIds.ts'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { Operation, Params, RetryManyPlan, RetryReport } from '../../broker-bridge/protocol/index.ts'
import { startBridgeProcess, type BridgeProcess } from '../support/bridgeProcess.ts'
import { runPython, startWorker, testApp, type CeleryApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { confirmation, eventually, freshKey } from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

let rabbit: PrivateRabbit
let app: CeleryApp
let worker: CeleryWorker
let folders = 0
let windows: BridgeProcess[] = []

before(async () => {
  rabbit = await startRabbit()
  app = testApp(rabbit.amqpUrl)
  worker = await startWorker(app, { concurrency: 2 })
})

afterEach(async () => {
  for (const window of windows) await window[Symbol.asyncDispose]()
  windows = []
})

after(async () => {
  await worker.kill()
  await rabbit[Symbol.asyncDispose]()
})

/** A folder that windows of one user share. */
function session(): string {
  const folder = join(rabbit.folder, `session ${++folders}`)
  mkdirSync(folder, { mode: 0o700 })
  return folder
}

/** A window as the extension opens it: a bridge process of its own, connected and reading events. */
async function openWindow(folder: string, address = rabbit.amqpUrl): Promise<BridgeProcess> {
  const window = await startBridgeProcess({ XDG_RUNTIME_DIR: folder })
  windows.push(window)
  await window.client.request('connect', { id: 'c', name: 'c', address })
  await window.until('reads events', ({ status, capabilities }) => status.kind === 'connected' && capabilities.events.available)
  return window
}

/** Two windows of one user, which reach the broker by different names. */
async function twoWindows(): Promise<readonly [BridgeProcess, BridgeProcess]> {
  const folder = session()
  return Promise.all([openWindow(folder), openWindow(folder, rabbit.amqpUrl.replace('127.0.0.1', 'localhost'))])
}

/** Sends tasks that fail, and waits until each of these windows knows that they have. */
async function failed(count: number, known: readonly BridgeProcess[]): Promise<string[]> {
  const ids = (await runPython(app, `from tasksapp import *\nfor number in range(${count}): print(fail.delay(7 + number).id)`))
    .trim()
    .split('\n')
  for (const window of known) for (const id of ids) await ended(window, id)
  return ids
}

/** Waits until a window knows that a task has failed; tells what it missed where it never does. */
async function ended({ client, info }: BridgeProcess, id: string): Promise<void> {
  const task = { connection: 'c', id }
  const stateOf = (): Promise<string> => client.request('getTask', task).then(({ state }) => state, String)
  let [state, received] = ['', false]
  const holds = async (): Promise<boolean> => {
    state = await stateOf()
    if (state !== 'FAILURE') received = (await worker.log()).includes(`[${id}] received`)
    return state === 'FAILURE'
  }
  await eventually(`task ${id} has failed`, holds, () => JSON.stringify({ state, received, seen: info() }))
}

type Wish = Params<'retryMany'>
const wishFor = (ids: readonly string[], rate: number): Wish => ({
  connection: 'c',
  target: { by: 'ids', ids: [...ids] },
  key: freshKey(),
  rate,
})

/** Asks in each window and says yes in all of them at the same moment. */
async function agreed(asked: readonly (readonly [BridgeProcess, Wish])[]): Promise<PromiseSettledResult<Operation>[]> {
  const ready: (() => Promise<Operation>)[] = []
  for (const [{ client }, wish] of asked) {
    const { nonce } = await confirmation(client.request('retryMany', wish))
    ready.push(() => client.request('retryMany', { ...wish, nonce }))
  }
  return Promise.allSettled(ready.map((begin) => begin()))
}

async function reportOf({ client }: BridgeProcess, { id }: Operation): Promise<RetryReport> {
  let report: RetryReport | undefined
  await eventually(
    'the work has ended',
    async () => (report = await client.request('getRetryReport', { operation: id })).endedAt !== null,
    () => JSON.stringify(report?.counts),
  )
  return report as unknown as RetryReport
}

const plan = ({ client }: BridgeProcess, ids: readonly string[]): Promise<RetryManyPlan> =>
  client.request('planRetryMany', { connection: 'c', target: { by: 'ids', ids: [...ids] } })

/** How often a worker took a new run of each task, by what new ids of many retries tell. */
async function runs(ids: readonly string[]): Promise<number[]> {
  const taken = [...(await worker.log()).matchAll(/\[([0-9a-f-]{36})\] received/g)].map(([, id = '']) => id)
  return ids.map((id) => taken.filter((run) => isNewRunId(run) && partOfOriginal(run) === originalPart(id)).length)
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0)

for (let round = 1; round <= 3; round++)
  it(`60 failed tasks that two windows retry at the same moment run again once each (${round})`, async () => {
    const [one, other] = await twoWindows()
    const ids = await failed(60, [one, other])
    const answers = await agreed([
      [one, wishFor(ids, 200)],
      [other, wishFor(ids, 200)],
    ])
    const reports: RetryReport[] = []
    for (const [index, answer] of answers.entries()) {
      if (answer.status === 'fulfilled') reports.push(await reportOf([one, other][index] ?? one, answer.value))
      else assert.match(String(answer.reason), /Nothing was sent: .* Another window of Warren (is running|ran) it again/)
    }
    assert.equal(sum(reports.map(({ counts }) => counts.retried)), 60, JSON.stringify(reports.map(({ counts }) => counts)))
    await eventually(
      'all run again',
      async () => sum(await runs(ids)) >= 60,
      () => JSON.stringify(reports.map(({ counts }) => counts)),
    )
    assert.deepEqual(new Set(await runs(ids)), new Set([1]))
    for (const window of [one, other]) {
      const { ready, blocked } = await plan(window, ids)
      assert.deepEqual([ready, blocked], [0, 60])
    }
  })

it('what two windows share is run by one of them, and the report of each says which tasks it left to the other', async () => {
  const [one, other] = await twoWindows()
  const ids = await failed(60, [one, other])
  const answers = await agreed([
    [one, wishFor(ids.slice(0, 40), 100)],
    [other, wishFor(ids.slice(20), 100)],
  ])
  const operations = answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : assert.fail(String(answer.reason))))
  const [first, second] = await Promise.all(operations.map((operation, index) => reportOf([one, other][index] ?? one, operation)))
  assert.ok(first && second)
  const counts = JSON.stringify([first.counts, second.counts])
  assert.equal(first.counts.retried + second.counts.retried, 60, counts)
  assert.equal(first.counts.skipped + second.counts.skipped, 20, counts)
  assert.deepEqual([first.tasks.length, second.tasks.length], [40, 40])
  const skipped = [...first.tasks, ...second.tasks].filter(({ outcome }) => outcome === 'skipped')
  for (const { reason, name } of skipped) {
    assert.match(reason ?? '', /^Another window of Warren (is running|ran) it again/)
    assert.equal(name, 'tasksapp.fail')
  }
  await eventually('all run again', async () => sum(await runs(ids)) >= 60)
  assert.deepEqual(new Set(await runs(ids)), new Set([1]))
})

it('says in a dry run what another window has in hand, and goes on with what it did not send when it is killed', async () => {
  const [one, other] = await twoWindows()
  const ids = await failed(60, [one, other])
  const [begun] = await agreed([[one, wishFor(ids, 4)]])
  assert.equal(begun?.status, 'fulfilled')
  await eventually('some are sent', async () => sum(await runs(ids)) >= 3)
  const during = await plan(other, ids)
  assert.equal(during.ready, 0, JSON.stringify(during.heaps))
  const heaps = during.heaps.map(({ verdict, reason }) => `${verdict}: ${reason}`)
  assert.ok(heaps.includes('blocked: Another window of Warren is running it again.'), heaps.join('\n'))
  one.signal('SIGKILL')
  await eventually('the window is gone', () => !one.running())
  await eventually('its claims are free', async () => (await plan(other, ids)).ready > 0)
  const { ready, blocked, heaps: left } = await plan(other, ids)
  assert.equal(ready + blocked, 60)
  assert.ok(ready >= 10 && blocked >= 3, JSON.stringify(left))
  const [goingOn] = await agreed([[other, wishFor(ids, 200)]])
  if (goingOn?.status !== 'fulfilled') assert.fail(String(goingOn?.reason))
  const { counts } = await reportOf(other, goingOn.value)
  assert.deepEqual([counts.retried, counts.skipped], [ready, 0])
  const uncertain = left.filter(({ reason }) => reason.includes('it may have arrived'))
  assert.ok(sum(uncertain.map(({ count }) => count)) <= 1, JSON.stringify(left))
  const maybe = new Set(uncertain.flatMap(({ examples }) => examples.map(({ id }) => id)))
  const certain = ids.filter((id) => !maybe.has(id))
  await eventually('all run again', async () => sum(await runs(certain)) >= certain.length)
  assert.deepEqual(new Set(await runs(certain)), new Set([1]))
  assert.ok(sum(await runs([...maybe])) <= 1)
})

it('one task that two windows retry at the same moment runs again once, and once more only on the user’s word', async () => {
  const [one, other] = await twoWindows()
  const [id = ''] = await failed(1, [one, other])
  const ask = async ({ client }: BridgeProcess) => {
    const params = { connection: 'c', id, key: freshKey() }
    const { nonce, detail } = await confirmation(client.request('retry', params))
    return { detail, begin: () => client.request('retry', { ...params, nonce }) }
  }
  const asked = [await ask(one), await ask(other)]
  for (const { detail } of asked) assert.doesNotMatch(detail, /window/)
  const answers = await Promise.allSettled(asked.map(({ begin }) => begin()))
  const [run, ...more] = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
  const refusals = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as unknown] : []))
  assert.ok(run && more.length === 0, JSON.stringify(answers))
  const [refusal] = refusals
  assert.ok(refusal instanceof RequestError && refusal.code !== 'timeout', String(refusal))
  const late = answers[0]?.status === 'rejected' ? one : other
  // Asked anew, it is said who ran it, and what became of that.
  await late.until('is connected', ({ status }) => status.kind === 'connected')
  let again = await ask(late)
  await eventually('the new run has failed', async () => (again = await ask(late)).detail.includes(`as ${run.id} (FAILURE)`))
  assert.match(
    again.detail,
    /Another window of Warren ran this task again at \d\d:\d\d \S+ as \S+ \(FAILURE\): this runs it once more\./,
  )
  const once = await again.begin()
  const took = async (taken: string): Promise<number> => (await worker.log()).split(`[${taken}] received`).length - 1
  await eventually('it runs once more', async () => (await took(once.id)) === 1)
  assert.equal(await took(run.id), 1)
})

it('retries where nothing can be told to other windows, and says so in the log', async () => {
  const folder = session()
  writeFileSync(join(folder, 'warren'), 'This is no folder.')
  const window = await openWindow(folder)
  const ids = await failed(3, [window])
  const [begun] = await agreed([[window, wishFor(ids, 100)]])
  if (begun?.status !== 'fulfilled') assert.fail(String(begun?.reason))
  assert.equal((await reportOf(window, begun.value)).counts.retried, 3)
  await window[Symbol.asyncDispose]()
  windows = []
  const lines = (await window.errors).split('\n').filter((line) => line.includes('two windows retrying the same task'))
  assert.equal(lines.length, 1, lines.join('\n'))
})
