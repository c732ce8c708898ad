import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { Client, Method, NotificationName, Notifications } from '../../broker-bridge/protocol/index.ts'
import { startServer } from '../../broker-bridge/server/server.ts'
import { enter, fakePage, serve } from '../support/bridgeServer.ts'
import { task } from '../support/fakeCore.ts'
import { until } from '../support/until.ts'

function collect<N extends NotificationName>(client: Client, name: N): Notifications[N][] {
  const pictures: Notifications[N][] = []
  client.on(name, (picture) => pictures.push(picture))
  return pictures
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** How often a timer of this interval and one picture too few or too many fit into a time that a busy machine stretches. */
async function during(milliseconds: number, interval: number): Promise<{ least: number; most: number }> {
  let ticks = 0
  const begun = performance.now()
  const timer = setInterval(() => ticks++, interval)
  await pause(milliseconds)
  clearInterval(timer)
  return { least: ticks / 2, most: (performance.now() - begun) / interval + 2 }
}

const view = { view: 'feed', filter: {}, first: 0, count: 10, resting: false }

async function refusal(request: Promise<unknown>): Promise<RequestError> {
  try {
    await request
  } catch (error) {
    if (error instanceof RequestError) return error
  }
  return assert.fail('the request was not refused')
}

describe('requests', () => {
  const bad: [string, string, unknown, RegExp][] = [
    ['missing params', 'getTask', undefined, /"getTask" was sent with a wrong its parameters|wrong/],
    ['a missing member', 'getTask', { connection: 'c' }, /wrong id/],
    ['a member of another type', 'getTask', { connection: 'c', id: 1 }, /wrong id: Invalid type/],
    ['a path inside', 'watch', { topics: ['activity', 'nonsense'] }, /wrong topics\.1/],
    ['a filter that is too long', 'setView', { ...view, filter: { query: 'x'.repeat(2_001) } }, /wrong filter\.query/],
    ['a number out of range', 'listTasks', { filter: {}, limit: 1_001 }, /wrong limit/],
    ['a number that is none', 'listTasks', { filter: {}, limit: null }, /wrong limit/],
    ['a key that is too short', 'enqueue', { connection: 'c', name: 'x', key: 'short' }, /wrong key/],
  ]
  for (const [name, method, params, expected] of bad) {
    test(`${name}: refused as invalid, naming the path`, async (context) => {
      const { server, core } = await serve(context)
      const { client } = await enter(server)
      const error = await refusal(client.request(method as Method, params as never))
      assert.equal(error.code, 'invalid')
      assert.match(error.message, expected)
      assert.deepEqual(core.calls, [])
    })
  }

  test('of an unknown name, also of one that every object has, are refused', async (context) => {
    const { server } = await serve(context)
    const { client } = await enter(server)
    for (const method of ['nothing', '__proto__', 'constructor', 'toString', '']) {
      assert.equal((await refusal(client.request(method as Method, {}))).code, 'unknown_method')
    }
  })

  test('reach the core with their defaults and come back with its answer or its refusal', async (context) => {
    const { server, core } = await serve(context)
    const { client } = await enter(server)
    core.answers.set('listRegisteredTasks', () => ({ tasks: [], silent: ['w'] }))
    assert.deepEqual(await client.request('listRegisteredTasks', { connection: 'c' }), { tasks: [], silent: ['w'] })
    core.answers.set('enqueue', () => {
      throw new RequestError('confirmation_needed', 'Sure?', { nonce: 'n' })
    })
    const error = await refusal(client.request('enqueue', { connection: 'c', name: 't', key: '12345678' }))
    assert.deepEqual([error.code, error.message, error.data], ['confirmation_needed', 'Sure?', { nonce: 'n' }])
    assert.deepEqual(core.calls.at(-1)?.params, { connection: 'c', name: 't', args: '[]', kwargs: '{}', key: '12345678' })
  })

  test('that fail unexpectedly are answered without secrets, and the log says more', async (context) => {
    const { server, core, log } = await serve(context)
    const { client } = await enter(server)
    core.answers.set('refresh', () => {
      throw new Error('no way to amqp://bob:hunter22@h')
    })
    const error = await refusal(client.request('refresh', {}))
    assert.equal(error.code, 'internal')
    assert.equal(error.message, 'The bridge failed at "refresh": no way to amqp://***@h')
    assert.match(log.join('\n'), /"refresh" failed: Error: no way to amqp:\/\/\*\*\*@h\n.*at /s)
  })
})

describe('topics', () => {
  test('are shown at once when watched, again when they change, and no more when unwatched', async (context) => {
    const { server, core } = await serve(context)
    const { client } = await enter(server)
    const activity = collect(client, 'activity')
    const connections = collect(client, 'connections')
    await client.request('watch', { topics: ['activity', 'connections'] })
    assert.deepEqual(core.watched, ['activity', 'connections'])
    await until(() => activity.length === 1 && connections.length === 1, 'the first pictures')
    core.change('activity')
    await until(() => activity.length === 2, 'the picture of the change')
    await client.request('watch', { topics: ['connections'] })
    assert.deepEqual(core.watched, ['connections'])
    const shown = connections.length
    core.change('activity', 'connections')
    await until(() => connections.length > shown, 'the picture of what is still watched')
    assert.equal(activity.length, 2)
  })

  test('are shown at most twice a second, the newest one in the end', async (context) => {
    const { server, core } = await serve(context)
    const { client } = await enter(server)
    const activity = collect(client, 'activity')
    await client.request('watch', { topics: ['activity'] })
    const churn = setInterval(() => core.change('activity'), 1)
    const { least, most } = await during(1_200, 500)
    clearInterval(churn)
    assert.ok(activity.length >= least && activity.length <= most, `${activity.length} pictures, not ${least} to ${most}`)
    await until(() => activity.at(-1)?.at === core.revision, 'the newest picture')
  })
})

describe('views', () => {
  test('are shown at once, at a frame’s pace while they change, and not at all while they do not', async (context) => {
    const { server, core } = await serve(context)
    const { client } = await enter(server)
    const pictures = collect(client, 'view')
    core.tasks = [task('a'), task('b')]
    await client.request('setView', view)
    await until(() => pictures.length === 1, 'the first picture')
    assert.deepEqual(
      pictures[0]?.rows.map(({ id }) => id),
      ['a', 'b'],
    )
    const churn = setInterval(() => core.change('tasks'), 1)
    const { least, most } = await during(1_000, 66)
    clearInterval(churn)
    assert.ok(pictures.length >= least && pictures.length <= most, `${pictures.length} pictures, not ${least} to ${most}`)
    await until(() => pictures.at(-1)?.revision === core.revision, 'the newest picture')
    const { length } = pictures
    await pause(200)
    assert.equal(pictures.length, length)
  })

  test('are moved by their name, which shows a picture even when nothing changed, and are closed', async (context) => {
    const { server, core } = await serve(context)
    const { client } = await enter(server)
    const pictures = collect(client, 'view')
    core.tasks = [task('a'), task('b')]
    await client.request('setView', view)
    await until(() => pictures.length === 1, 'the first picture')
    await client.request('setView', { ...view, first: 1 })
    await until(() => pictures.length === 2, 'the moved picture')
    assert.equal(pictures[1]?.rows[0]?.id, 'b')
    assert.equal(core.openViews, 1)
    await client.request('closeView', { view: 'feed' })
    await client.request('closeView', { view: 'never opened' })
    assert.equal(core.openViews, 0)
    await client.request('setView', { ...view, view: 'another' })
    core.change('tasks')
    await until(() => pictures.at(-1)?.revision === core.revision, 'the picture of another view')
    assert.deepEqual(
      pictures.slice(2).filter((picture) => picture.view === 'feed'),
      [],
    )
  })

  test('tell the tasks of rows out of sight, and what became of tasks; a view that is not open is not found', async (context) => {
    const { server, core } = await serve(context)
    const { client } = await enter(server)
    core.tasks = [task('a'), task('b'), task('c', { state: 'FAILURE' })]
    assert.equal((await refusal(client.request('viewRange', { view: 'feed', first: 0, count: 1 }))).code, 'not_found')
    await client.request('setView', { ...view, count: 1 })
    const { tasks, matched } = await client.request('viewRange', { view: 'feed', first: 1, count: 5_000 })
    assert.deepEqual([tasks.map(({ id }) => id), matched], [['b', 'c'], 3])
    const asked = { view: 'feed', connection: 'c', ids: ['c', 'gone', 'a'] }
    assert.deepEqual((await client.request('viewStates', asked)).states, ['FAILURE', null, 'SUCCESS'])
    assert.equal((await refusal(client.request('viewRange', { view: 'feed', first: 0, count: 5_001 }))).code, 'invalid')
  })

  test('are bounded in number', async (context) => {
    const { server } = await serve(context)
    const { client } = await enter(server)
    for (let index = 0; index < 20; index++) await client.request('setView', { ...view, view: String(index) })
    assert.equal((await refusal(client.request('setView', { ...view, view: 'one more' }))).code, 'refused')
    await client.request('setView', { ...view, view: '3' })
  })
})

test('a watched task is answered at once, shown when it changed, and only the last one asked for', async (context) => {
  const { server, core } = await serve(context)
  const { client } = await enter(server)
  const shown = collect(client, 'task')
  core.tasks = [task('a'), task('b')]
  assert.equal((await client.request('watchTask', { task: { connection: 'c', id: 'a' } }))?.id, 'a')
  assert.equal(await client.request('watchTask', { task: { connection: 'c', id: 'none' } }), null)
  assert.equal((await client.request('watchTask', { task: { connection: 'c', id: 'b' } }))?.id, 'b')
  core.change('tasks')
  await until(() => shown.length === 1, 'the changed task')
  assert.deepEqual(
    shown.map(({ id }) => id),
    ['b'],
  )
  assert.equal(await client.request('watchTask', { task: null }), null)
  core.change('tasks')
  await pause(200)
  assert.equal(shown.length, 1)
})

test('a viewer that does not read gets no further pictures, is ended when far behind, and delays nobody', async (context) => {
  const { server, core } = await serve(context, { limits: { backlog: 3_000_000 } })
  const slow = await enter(server)
  const fast = await enter(server)
  core.tasks = [task('a', { args: 'x'.repeat(400_000) })]
  const pictures = collect(fast.client, 'view')
  await slow.client.request('setView', view)
  await fast.client.request('setView', view)
  slow.socket.pause()
  const churn = setInterval(() => core.change('tasks'), 5)
  context.after(() => clearInterval(churn))
  // More than the system's own socket buffers hold.
  await until(() => pictures.length > 40, 'the fast viewer sees its pictures')
  const before = core.snapshots
  const { most } = await during(1_000, 66)
  const both = core.snapshots - before
  assert.ok(both <= most, `${both} pictures were drawn, not ${most}: the slow viewer's are skipped`)
  assert.equal(server.viewers, 2)
  clearInterval(churn)
  slow.socket.resume()
  const caughtUp = collect(slow.client, 'view')
  await until(() => caughtUp.at(-1)?.revision === core.revision, 'the slow viewer ends with the newest picture')

  slow.socket.pause()
  core.answers.set('getTask', () => core.tasks[0])
  for (let index = 0; index < 40; index++)
    void slow.client.request('getTask', { connection: 'c', id: 'a' }).catch(() => undefined)
  await until(() => server.viewers === 1, 'the slow viewer was ended')
  slow.socket.terminate()
})

test('a picture that cannot be drawn is logged and does not stop the others', async (context) => {
  const { server, core, log } = await serve(context)
  const { client } = await enter(server)
  const workers = collect(client, 'workers')
  Object.defineProperty(core, 'queues', {
    get: () => {
      throw new Error('no queues')
    },
  })
  await client.request('watch', { topics: ['queues', 'workers'] })
  await until(() => workers.length === 1, 'the other picture')
  assert.match(log.join('\n'), /A picture failed: Error: no queues/)
})

test('what a viewer looked at ends with its socket', async (context) => {
  const { server, core } = await serve(context)
  const { client, socket } = await enter(server)
  await client.request('watch', { topics: ['activity', 'queues'] })
  await client.request('setView', view)
  await client.request('watchTask', { task: { connection: 'c', id: 'a' } })
  assert.deepEqual([core.listeners, core.watched.length, core.openViews], [1, 2, 1])
  socket.terminate()
  await until(() => core.listeners === 0, 'nobody listens')
  assert.deepEqual([core.watched.length, core.openViews], [0, 0])
})

test('ten servers opened, used and closed leave nothing behind', async (context) => {
  const left = () => process.getActiveResourcesInfo().length
  const before = left()
  for (let round = 0; round < 10; round++) {
    const { server, core } = await serve(context)
    const { client } = await enter(server)
    await client.request('watch', { topics: ['activity', 'queues'] })
    await client.request('setView', view)
    core.change('tasks', 'activity')
    await enter(server)
    const gone = new Promise((resolve) => (client.onClose = resolve))
    await server.close()
    await gone
    await until(() => core.listeners === 0 && core.openViews === 0 && core.watched.length === 0, 'the core is left alone')
  }
  await until(() => left() <= before, `${before} resources, not ${process.getActiveResourcesInfo().join()}`)
})

test('a taken port is one clear sentence', async (context) => {
  const { server } = await serve(context)
  const options = {
    page: fakePage,
    port: server.port,
    api: () => Promise.resolve(undefined),
    onViewer: () => undefined,
    log: () => undefined,
  }
  await assert.rejects(startServer(options), {
    message: `Port ${server.port} of 127.0.0.1 is in use by another program; choose another with --port, or leave --port away.`,
  })
})
