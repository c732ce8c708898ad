import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Workflow } from '../../broker-bridge/protocol/index.ts'
import { enter, serve } from '../support/bridgeServer.ts'
import { workflowOf, workflowTask } from '../support/scriptedWorkflows.ts'
import { until } from '../support/until.ts'

const one = workflowOf([workflowTask('a')], [])
const key = (id: string) => ({ task: { connection: 'c', id } })

test('a watched workflow is told now and when it changed, at most five times a second', async (context) => {
  const { server, core } = await serve(context)
  core.workflows.set('a', one)
  const { client } = await enter(server)
  const pictures: Workflow[] = []
  client.on('workflow', (workflow) => pictures.push(workflow))
  // When a picture was made, not when it arrived: a machine that stalls brings two at once.
  const made: number[] = []
  const findWorkflow = core.findWorkflow.bind(core)
  core.findWorkflow = (task) => {
    made.push(performance.now())
    return findWorkflow(task)
  }
  core.workflowRevision = () => String(core.revision)
  assert.deepEqual(await client.request('watchWorkflow', key('a')), one)
  const churn = setInterval(() => core.change('tasks'), 5)
  context.after(() => clearInterval(churn))
  await until(() => pictures.length >= 4, 'four pictures')
  clearInterval(churn)
  const [, first = 0, , , fourth = 0] = made
  // Timers of a busy machine come late, never early; what is late makes the next one no earlier than that.
  assert.ok(fourth - first > 500, 'three intervals of 200 ms lie between four pictures, the first of all is the answer')
})

test('a workflow in which nothing changed is not told again, and one that nobody watches is not looked at', async (context) => {
  const { server, core } = await serve(context)
  core.workflows.set('a', one)
  const { client } = await enter(server)
  const found: string[] = []
  const findWorkflow = core.findWorkflow.bind(core)
  core.findWorkflow = (task) => {
    found.push(task.id)
    return findWorkflow(task)
  }
  core.workflowRevision = ({ id }) => (core.workflows.has(id) ? 'the same' : undefined)
  await client.request('watchWorkflow', key('a'))
  assert.equal(await client.request('watchWorkflow', key('none')), null)
  await client.request('watchWorkflow', key('a'))
  assert.deepEqual(found, ['a', 'none', 'a'])
  const tasks: unknown[] = []
  client.on('view', (view) => tasks.push(view))
  await client.request('setView', { view: 'v', filter: {}, first: 0, count: 1, resting: false })
  await until(() => tasks.length >= 1, 'the view is there')
  core.change('tasks')
  await until(() => tasks.length >= 2, 'the view was told of the change')
  await client.request('watchWorkflow', { task: null })
  core.change('tasks')
  await until(() => tasks.length >= 3, 'the view was told of the next change')
  assert.deepEqual(found, ['a', 'none', 'a'])
})
