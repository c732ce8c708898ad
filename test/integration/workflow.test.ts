import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Workflow } from '../../broker-bridge/protocol/index.ts'
import { runPython, startWorker, testApp, type CeleryApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { confirmation, eventually, freshKey, refusal, startLiveBridge, type LiveBridge } from '../support/liveBridge.ts'
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
  await live.connect({ address: rabbit.amqpUrl })
  await live.workers(worker.hostname)
})

after(async () => {
  await live[Symbol.asyncDispose]()
  await worker.kill()
  await rabbit[Symbol.asyncDispose]()
})

/** Sends a canvas from Python, as an application does. @returns the id of its first task */
async function sent(canvas: string): Promise<string> {
  const first = 'result = (canvas).apply_async()\nwhile result.parent is not None: result = result.parent\nprint(result.id)'
  return (
    await runPython(app, `from celery import chain, chord, group\nfrom tasksapp import *\n${first.replace('canvas', canvas)}`)
  ).trim()
}

/** Follows the workflow of a task, by pictures alone, until something holds of it. */
async function followed(id: string, what: string, holds: (workflow: Workflow) => boolean): Promise<Workflow> {
  let newest: Workflow | null = null
  live.client.on('workflow', (workflow) => void (newest = workflow.asked === id ? workflow : newest))
  await live.task(id, 'is seen', () => true)
  newest = await live.request('watchWorkflow', { task: { connection: 'c', id } })
  await eventually(
    what,
    () => newest !== null && holds(newest),
    () => JSON.stringify(newest),
  )
  return newest ?? assert.fail('a picture came')
}

/** The function each node runs with its state, and the edges between them. */
function told({ nodes, edges }: Workflow): { nodes: string[]; edges: string[] } {
  const names = new Map(nodes.map((node) => [node.id, node.kind === 'unseen' ? '?' : (node.name?.split('.').at(-1) ?? '')]))
  return {
    nodes: nodes.map((node) => `${names.get(node.id) ?? ''} ${node.kind === 'task' ? node.state : node.kind}`),
    edges: edges.map(({ from, to, kind }) => `${names.get(from) ?? ''}>${names.get(to) ?? ''} ${kind}`),
  }
}

const allEnded = (count: number) => (workflow: Workflow) => workflow.total === count && workflow.states['SUCCESS'] === count

describe('the workflow of tasks that a real worker ran', () => {
  it('is a line for a chain', async () => {
    const id = await sent('chain(add.s(1, 2), add.s(10), sleep.si(0))')
    assert.deepEqual(told(await followed(id, 'all of the chain ended', allEnded(3))), {
      nodes: ['add SUCCESS', 'add SUCCESS', 'sleep SUCCESS'],
      edges: ['add>add sent', 'add>sleep sent'],
    })
  })

  it('goes through the members and the last step of a chord to its body', async () => {
    const id = await sent('chain(sleep.s(0), chord([add.s(1), add.s(2), add.s(3)], echo.s()))')
    assert.deepEqual(told(await followed(id, 'all of the chord ended', allEnded(6))), {
      nodes: ['sleep SUCCESS', 'add SUCCESS', 'add SUCCESS', 'add SUCCESS', 'chord_unlock SUCCESS', 'echo SUCCESS'],
      edges: [
        ...Array<string>(3).fill('sleep>add sent'),
        ...Array<string>(3).fill('add>chord_unlock awaited'),
        'chord_unlock>echo joined',
      ],
    })
  })

  it('folds a large group', async () => {
    const id = await sent('chain(sleep.s(0), group([add.s(number) for number in range(30)]))')
    const workflow = await followed(id, 'all of the group ended', ({ states }) => (states['SUCCESS'] ?? 0) >= 31)
    const group = workflow.nodes.find(({ kind }) => kind === 'group')
    assert.ok(group?.kind === 'group')
    assert.deepEqual([group.name, group.count, { ...group.states }], ['tasksapp.add', 30, { SUCCESS: 30 }])
  })

  it('ends at the step that failed, which runs again after one question that says what will not follow', async () => {
    const id = await sent('chain(add.s(1, 1), fail.s(), add.s(1))')
    const both = ({ states }: Workflow): boolean => states['FAILURE'] === 1 && states['SUCCESS'] === 1
    const failed = await followed(id, 'its second step failed', both)
    assert.deepEqual(told(failed), { nodes: ['add SUCCESS', 'fail FAILURE'], edges: ['add>fail sent'] })
    const params = { connection: 'c', id, key: freshKey() }
    const asked = await confirmation(live.request('retryWorkflow', params))
    assert.equal(asked.question, 'Run 1 failed task of this workflow again?')
    assert.match(asked.detail, /^tasksapp\.fail: .* under a new id/)
    assert.match(asked.detail, /Celery does not go on with the rest of a chain/)
    const done = await live.request('retryWorkflow', { ...params, nonce: asked.nonce })
    assert.deepEqual(done, { sent: 1, incomplete: 0, problems: [] })
    const retried = await followed(id, 'the retry failed as well', ({ states }) => states['FAILURE'] === 2)
    assert.deepEqual(told(retried), {
      nodes: ['add SUCCESS', 'fail FAILURE', 'fail FAILURE'],
      edges: ['add>fail sent', 'fail>fail retried'],
    })
  })

  it('leaves out failed tasks whose arguments are not known, and refuses where nothing is left', async () => {
    const id = await sent("chain(sleep.s(0), group([fail.si(2), fail.si('x' * 3_000)]))")
    await followed(id, 'both members failed', ({ states }) => states['FAILURE'] === 2)
    const params = { connection: 'c', id, key: freshKey() }
    const asked = await confirmation(live.request('retryWorkflow', params))
    assert.equal(asked.count, 1)
    assert.match(
      asked.detail,
      /Left out: the arguments or the queue of 1 failed task are not known well enough \(tasksapp\.fail\)/,
    )
    assert.deepEqual(await live.request('retryWorkflow', { ...params, nonce: asked.nonce }), {
      sent: 1,
      incomplete: 1,
      problems: [],
    })
    await followed(id, 'the retry failed as well', ({ states }) => states['FAILURE'] === 3)
    const alone = await sent("chain(fail.si('x' * 3_000))")
    await followed(alone, 'it failed', ({ states }) => states['FAILURE'] === 1)
    const error = await refusal(live.request('retryWorkflow', { connection: 'c', id: alone, key: freshKey() }), 'refused')
    assert.match(error.message, /Nothing was sent: the arguments or the queue of 1 failed task are not known well enough/)
  })

  it('of which nothing failed has nothing to run again', async () => {
    const id = await sent('chain(sleep.s(0))')
    await followed(id, 'it ended', allEnded(1))
    const error = await refusal(live.request('retryWorkflow', { connection: 'c', id, key: freshKey() }), 'refused')
    assert.match(error.message, /no task of this workflow that Warren holds has failed/)
  })
})
