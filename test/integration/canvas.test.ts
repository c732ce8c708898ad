import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Canvas, CanvasTask, EnqueuedCanvas } from '../../broker-bridge/protocol/index.ts'
import { runPython, startWorker, testApp, type CeleryApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { freshKey, refusal, startLiveBridge, type LiveBridge } from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

let rabbit: PrivateRabbit
let app: CeleryApp
let worker: CeleryWorker
let live: LiveBridge

before(async () => {
  rabbit = await startRabbit()
  app = testApp(rabbit.amqpUrl, join(rabbit.folder, 'results.db'))
  worker = await startWorker(app, { concurrency: 2 })
  live = await startLiveBridge()
  await live.connect({ address: rabbit.amqpUrl, management: rabbit.managementUrl ?? '' })
  await live.workers(worker.hostname)
})

after(async () => {
  await live[Symbol.asyncDispose]()
  await worker.kill()
  await rabbit[Symbol.asyncDispose]()
})

const task = (name: string, args: string, more: Partial<CanvasTask> = {}): CanvasTask => ({
  kind: 'task',
  name: `tasksapp.${name}`,
  args,
  kwargs: '{}',
  ...more,
})

const enqueue = (canvas: Canvas): Promise<EnqueuedCanvas> =>
  live.request('enqueueCanvas', { connection: 'c', canvas, key: freshKey() })

/** What a task came to, as its result backend gives it to Python. */
const resultOf = async (id: string): Promise<string> =>
  (await runPython(app, `from tasksapp import app\nprint(ascii(app.AsyncResult("${id}").get(timeout=40)))`)).trim()

/** What Celery itself makes of the same canvas. */
const celerys = async (expression: string): Promise<string> =>
  (
    await runPython(
      app,
      `from tasksapp import *\nfrom celery import chain, chord, group\nprint(ascii((${expression}).apply_async().get(timeout=40)))`,
    )
  ).trim()

describe('a canvas from Warren comes to what Celery’s own comes to', () => {
  const wide = task('echo', '[]')
  const same: readonly (readonly [title: string, canvas: Canvas, celery: string])[] = [
    ['one task', task('add', '[1, 2]'), 'add.s(1, 2)'],
    [
      'a chain',
      { kind: 'chain', steps: [task('add', '[1, 2]'), task('add', '[10]'), task('echo', '[{"deep": [null, "é"]}]')] },
      'chain(add.s(1, 2), add.s(10), echo.s({"deep": [None, "é"]}))',
    ],
    [
      'a chain whose last step wants no result',
      { kind: 'chain', steps: [task('add', '[1, 2]'), task('echo', '["alone"]', { immutable: true })] },
      'chain(add.s(1, 2), echo.si("alone"))',
    ],
    [
      'a chord',
      { kind: 'chord', header: [task('add', '[1, 1]'), task('add', '[2, 2]'), task('add', '[3, 3]')], body: wide },
      'chord([add.s(1, 1), add.s(2, 2), add.s(3, 3)], echo.s())',
    ],
    [
      'a chord of chains',
      {
        kind: 'chord',
        header: [{ kind: 'chain', steps: [task('add', '[1, 1]'), task('add', '[5]')] }, task('add', '[2, 2]')],
        body: wide,
      },
      'chord([chain(add.s(1, 1), add.s(5)), add.s(2, 2)], echo.s())',
    ],
    [
      'a chord at the end of a chain',
      {
        kind: 'chain',
        steps: [task('add', '[1, 1]'), { kind: 'chord', header: [task('add', '[1]'), task('add', '[2]')], body: wide }],
      },
      'chain(add.s(1, 1), chord([add.s(1), add.s(2)], echo.s()))',
    ],
  ]
  for (const [title, canvas, celery] of same)
    it(title, async () => {
      const { last, steps } = await enqueue(canvas)
      assert.equal(await resultOf(last ?? ''), await celerys(celery))
      // Workers ran what comes before it under the very ids that were told.
      for (const step of steps) await live.task(step, 'has succeeded', ({ state }) => state === 'SUCCESS')
    })

  it('a group', async () => {
    const { sent, last } = await enqueue({
      kind: 'group',
      members: [task('add', '[1, 1]'), { kind: 'chain', steps: [task('add', '[2, 2]'), task('add', '[9007199254740993]')] }],
    })
    assert.equal(last, null)
    assert.equal(sent.length, 2)
    assert.equal(await resultOf(sent[0] ?? ''), '2')
    await live.task(sent[1] ?? '', 'succeeds', ({ state }) => state === 'SUCCESS')
    await live.task(sent[1] ?? '', 'sends what follows it', ({ children }) => children.length === 1)
  })

  it('callbacks and errbacks', async () => {
    const { sent } = await enqueue(task('add', '[20, 22]', { link: [task('echo', '["linked"]')] }))
    const id = sent[0] ?? ''
    await live.task(id, 'succeeds', ({ state }) => state === 'SUCCESS')
    await live.task(id, 'has its callback', ({ children }) => children.length === 1)
  })
})

describe('what cannot be arranged is refused in a sentence', () => {
  it('a group in the middle of a chain', async () => {
    const group: Canvas = { kind: 'group', members: [task('add', '[1, 1]')] }
    const canvas: Canvas = { kind: 'chain', steps: [task('add', '[1, 1]'), group, task('echo', '[]')] }
    assert.match((await refusal(enqueue(canvas), 'invalid')).message, /only the last step may be more than a task/)
  })

  it('arguments that are no JSON', async () => {
    const canvas: Canvas = { kind: 'chain', steps: [task('add', '[1, 1]'), task('add', '[1')] }
    assert.match((await refusal(enqueue(canvas), 'invalid')).message, /^tasksapp\.add: args is not JSON/)
  })
})
