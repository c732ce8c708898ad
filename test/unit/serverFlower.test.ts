import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { QueueRow } from '../../broker-bridge/protocol/index.ts'
import { requestText, sendRaw } from '../support/bridgeServer.ts'
import { connectionInfo, task, workerRow } from '../support/fakeCore.ts'
import type { FakeCore } from '../support/fakeCore.ts'
import { flower } from '../support/flower.ts'
import type { Answer } from '../support/flower.ts'

const ids = ({ text }: Answer) => Object.keys(JSON.parse(text) as object)

test('the health check says OK', async (context) => {
  const { get } = await flower(context)
  const { status, text } = await get('healthcheck')
  assert.deepEqual([status, text], [200, 'OK'])
})

test('a wrong method is 405 and a path that there is not is 404', async (context) => {
  const { get, post } = await flower(context)
  assert.equal((await post('api/tasks', '')).status, 405)
  assert.equal((await get('api/task/send-task/x')).status, 405)
  assert.equal((await get('api/worker/shutdown/w')).status, 405)
  for (const path of ['api/worker/w', 'api/', 'api/tasks/', 'api/task/info/', 'api/worker/shutdown/'])
    assert.equal((await get(path)).status, 404, path)
})

describe('one task', () => {
  test('has the fields of Celery’s own Task.as_dict', async (context) => {
    const { core, get } = await flower(context)
    core.tasks = [
      task('e42ceb2d', {
        state: 'RETRY',
        at: 9.5,
        receivedAt: 3.25,
        startedAt: 4.5,
        sentAt: 2,
        runtime: 0.016,
        routingKey: 'celery',
        root: 'r',
        parent: 'p',
        children: ['k'],
        timeline: [
          { state: 'RETRY', at: 5, worker: 'celery@w1', exception: 'E' },
          { state: 'RETRY', at: 9.5, worker: 'celery@w1', exception: 'E' },
        ],
      }),
    ]
    const { status, type, text } = await get('api/task/info/e42ceb2d')
    assert.deepEqual([status, type], [200, 'application/json; charset=UTF-8'])
    assert.deepEqual(JSON.parse(text), {
      uuid: 'e42ceb2d',
      name: 'tasks.add',
      state: 'RETRY',
      received: 3.25,
      sent: 2,
      started: 4.5,
      rejected: null,
      succeeded: null,
      failed: null,
      retried: 9.5,
      revoked: null,
      args: '(2, 2)',
      kwargs: '{}',
      eta: null,
      expires: null,
      retries: 0,
      worker: 'celery@w1',
      result: null,
      exception: null,
      timestamp: 9.5,
      runtime: 0.016,
      traceback: null,
      exchange: null,
      routing_key: 'celery',
      clock: null,
      client: null,
      root: 'r',
      root_id: 'r',
      parent: 'p',
      parent_id: 'p',
      children: ['k'],
    })
  })

  test('is found by any id, on any connection, or is unknown', async (context) => {
    const { core, get, port, token } = await flower(context)
    core.connections = [connectionInfo('c'), connectionInfo('d')]
    core.tasks = [task('a/b ü%'), task('same'), task('same', { connection: 'd', name: 'of d' }), task('<b>', { connection: 'd' })]
    assert.equal((await get('api/task/info/a%2Fb%20%C3%BC%25')).status, 200)
    assert.equal((await get('api/task/info/a/b%20ü%25')).status, 200)
    assert.equal((JSON.parse((await get('api/task/info/same')).text) as { name: string }).name, 'tasks.add')
    assert.equal((JSON.parse((await get('api/task/info/same?connection=d')).text) as { name: string }).name, 'of d')
    assert.equal((await get('api/task/info/%3Cb%3E?connection=c')).status, 404)
    const unknown = await get('api/task/info/none')
    assert.deepEqual([unknown.status, unknown.text, unknown.type], [404, "Unknown task 'none'", 'text/plain; charset=UTF-8'])
    const broken = await sendRaw(
      port,
      requestText('GET /api/task/info/%ff', [`Host: 127.0.0.1:${port}`, `Authorization: Bearer ${token}`]),
    )
    assert.equal(broken.status, 400)
  })
})

describe('the list of tasks', () => {
  const fill = (core: FakeCore) => {
    core.tasks = [
      task('a', { name: 'app.b', receivedAt: 100, startedAt: 9, kwargs: "{'user': 'Ann', 'n': 3}" }),
      task('b', { name: 'App.A', state: 'FAILURE', worker: 'celery@w2', receivedAt: 300, args: "('needle one',)" }),
      task('c', { name: null, state: 'PENDING', worker: null, startedAt: 3 }),
      task('d', { name: 'app.c', receivedAt: 200, startedAt: 5, result: "'needle two'" }),
    ]
  }
  const local = (seconds: number) => {
    const date = new Date(seconds * 1000)
    const two = (part: number) => String(part).padStart(2, '0')
    return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`
  }
  const cases: [string, string[]][] = [
    ['', ['a', 'b', 'c', 'd']],
    ['limit=2', ['a', 'b']],
    ['limit=0', []],
    ['limit=-3', []],
    ['offset=1&limit=2', ['b', 'c']],
    ['offset=-5', ['a', 'b', 'c', 'd']],
    ['offset=9', []],
    ['taskname=app.b', ['a']],
    ['taskname=All&workername=All&state=All', ['a', 'b', 'c', 'd']],
    ['workername=celery@w2', ['b']],
    ['state=FAILURE', ['b']],
    ['state=failure', ['b']],
    ['sort_by=name', ['c', 'b', 'a', 'd']],
    ['sort_by=-name', ['d', 'a', 'b', 'c']],
    ['sort_by=received', ['c', 'a', 'd', 'b']],
    ['sort_by=-received&limit=2', ['b', 'd']],
    ['sort_by=started&offset=1', ['c', 'd', 'a']],
    ['sort_by=state', ['b', 'c', 'a', 'd']],
    [`received_start=${local(120)}`, ['b', 'c', 'd']],
    [`received_end=${local(240)}`, ['a', 'c', 'd']],
    [`received_start=${local(120)}&received_end=${local(240)}`, ['c', 'd']],
    ['search=needle', ['b', 'd']],
    ['search=needle&limit=1&offset=1', ['d']],
    ['search=kwargs:user=ann', ['a']],
    ['search=kwargs:n=3', ['a']],
    ['search=kwargs:n=33', []],
    ['search=state:failure OR result:two', ['b', 'd']],
    ['connection=other', []],
  ]
  for (const [query, expected] of cases) {
    test(`?${query.replace(/\d{4}-.*?(?=&|$)/g, '…')} gives ${expected.join(' ') || 'nothing'}`, async (context) => {
      const { core, get } = await flower(context)
      fill(core)
      const answer = await get(`api/tasks?${query}`)
      assert.equal(answer.status, 200, answer.text)
      assert.deepEqual(ids(answer), expected)
    })
  }

  for (const query of [
    'limit=x',
    'offset=1.5',
    'sort_by=uuid',
    'sort_by=__proto__',
    'received_start=yesterday',
    'received_end=2026-02-30 00:00',
    'received_end=2026-01-01 25:00',
  ]) {
    test(`?${query} is 400`, async (context) => {
      const { get } = await flower(context)
      assert.equal((await get(`api/tasks?${query}`)).status, 400)
    })
  }

  test('a search that is none is 400 and says where', async (context) => {
    const { get } = await flower(context)
    const { status, text } = await get('api/tasks?search=foo%20AND')
    assert.deepEqual([status, JSON.parse(text)], [400, { error: 'AND must be followed by a search term at position 4.' }])
  })

  test('a query goes to the bridge as it is; one that cannot be read is 400 and says where', async (context) => {
    const { core, get } = await flower(context)
    const { mock } = context.mock.method(core, 'selectTasks')
    assert.equal((await get('api/tasks?query=state:failed%20received:%3C10m&state=FAILURE')).status, 200)
    assert.partialDeepStrictEqual(mock.calls[0]?.arguments, [{ query: 'state:failed received:<10m', states: ['FAILURE'] }])
    const { status, text } = await get('api/tasks?query=a%20worke:x')
    assert.deepEqual([status, text], [400, 'There is no field worke. Did you mean worker? (at position 2)'])
    assert.equal(mock.callCount(), 1)
  })

  test('of many thousand tasks is whole, valid JSON and the bridge goes on answering meanwhile', async (context) => {
    const { core, get } = await flower(context)
    core.tasks = Array.from({ length: 5_321 }, (_, index) =>
      task(`id-${index}`, { args: `"'\\\u2028${'x'.repeat(500)}`, receivedAt: index }),
    )
    const all = new Map(core.tasks.map((one) => [one.id, one]))
    core.findTask = ({ id }) => all.get(id)
    const order: string[] = []
    const list = get('api/tasks').then((answer) => (order.push('list'), answer))
    await get('healthcheck').then(() => order.push('health'))
    const answer = await list
    assert.equal(ids(answer).length, 5_321)
    assert.deepEqual(order, ['health', 'list'])
    assert.equal(ids(await get('api/tasks?sort_by=-received&limit=1'))[0], 'id-5320')
  })

  test('builds the tasks it answers with and no others, and looks no further than it must', async (context) => {
    const { core, get } = await flower(context)
    core.tasks = Array.from({ length: 9_000 }, (_, index) =>
      task(`id-${index}`, { receivedAt: index, args: `x${index % 3_000}y` }),
    )
    const all = new Map(core.tasks.map((one) => [one.id, one]))
    const work = { built: 0, selected: 0, searched: 0 }
    core.findTask = ({ id }) => (work.built++, all.get(id))
    core.selectTasks = function* () {
      for (const one of core.tasks) {
        work.selected++
        yield Object.defineProperty({ ...one }, 'args', { get: () => (work.searched++, one.args) })
      }
    }
    const costs = async (query: string) => {
      Object.assign(work, { built: 0, selected: 0, searched: 0 })
      const shown = ids(await get(`api/tasks?${query}`))
      return { shown, ...work }
    }
    assert.deepEqual(await costs('limit=2&offset=3'), { shown: ['id-3', 'id-4'], built: 2, selected: 5, searched: 0 })
    const sorted = await costs('limit=2&offset=1&sort_by=-received')
    assert.deepEqual(sorted, { shown: ['id-8998', 'id-8997'], built: 2, selected: 9_000, searched: 0 })
    const found = await costs('limit=1&search=args:x77y')
    assert.deepEqual([found.shown, found.built], [['id-77'], 1])
    assert.ok(found.searched < 3_000, `${found.searched} tasks were searched`)
  })

  test('lets others run while it searches and sorts', async (context) => {
    const { core, get } = await flower(context)
    let [looks, most] = [0, 0]
    const look = () => (most = Math.max(most, ++looks))
    const tasks = Array.from({ length: 20_000 }, (_, index) =>
      Object.defineProperty(task(`id-${(index * 7_919) % 20_000}`), 'receivedAt', { get: () => (look(), (index * 31) % 500) }),
    )
    core.selectTasks = () => tasks
    const all = new Map(tasks.map((one) => [one.id, one]))
    core.findTask = ({ id }) => all.get(id)
    let immediate = setImmediate(function next() {
      looks = 0
      immediate = setImmediate(next)
    })
    context.after(() => clearImmediate(immediate))
    const shown = ids(await get('api/tasks?sort_by=received&search=add'))
    const expected = tasks.map(({ id }, index) => ({ id, value: (index * 31) % 500 }))
    expected.sort((one, other) => one.value - other.value || (one.id < other.id ? -1 : 1))
    assert.deepEqual(
      shown,
      expected.map(({ id }) => id),
    )
    assert.ok(most <= 2_000, `${most} tasks were looked at in one go`)
  })

  test('shows an id that two connections hold once', async (context) => {
    const { core, get } = await flower(context)
    core.tasks = [task('x', { name: 'first' }), task('x', { connection: 'd' }), task('__proto__')]
    const { text } = await get('api/tasks')
    assert.equal(text.match(/"x": \{/g)?.length, 1)
    assert.deepEqual(ids({ status: 200, type: null, text }), ['x', '__proto__'])
  })
})

describe('workers', () => {
  const fill = (core: FakeCore) => {
    core.workers = [
      workerRow('celery@a', { queues: ['celery'], pid: 12, concurrency: 4, pool: 'prefork' }),
      workerRow('celery@b', { online: false }),
    ]
  }

  test('are shown as their rows say where nobody asked them', async (context) => {
    const { core, get } = await flower(context)
    fill(core)
    assert.deepEqual((JSON.parse((await get('api/workers')).text) as Record<string, unknown>)['celery@a'], {
      timestamp: 7,
      active_queues: [{ name: 'celery' }],
      stats: { pid: 12, pool: { implementation: 'prefork', 'max-concurrency': 4 } },
    })
    assert.deepEqual(core.calls, [])
    await get('api/workers?refresh=True')
    assert.deepEqual(core.calls, [{ method: 'refresh', params: { connection: undefined } }])
  })

  test('are shown as they answered when they were asked', async (context) => {
    const { core, get } = await flower(context)
    fill(core)
    const asked: unknown[] = []
    Object.assign(core, {
      inspectReports: (options: unknown) => {
        asked.push(options)
        return Promise.resolve(new Map([['celery@a', { registered: ['tasks.add'], stats: { total: {} } }]]))
      },
    })
    const shown = JSON.parse((await get('api/workers?refresh=1&workername=celery@a')).text) as Record<string, unknown>
    assert.deepEqual(shown, {
      'celery@a': { timestamp: 7, active_queues: [{ name: 'celery' }], registered: ['tasks.add'], stats: { total: {} } },
    })
    assert.deepEqual(asked, [{ connection: undefined, worker: 'celery@a', refresh: true }])
  })

  test('with status are only alive or not', async (context) => {
    const { core, get } = await flower(context)
    fill(core)
    assert.deepEqual(JSON.parse((await get('api/workers?status=true')).text), { 'celery@a': true, 'celery@b': false })
  })

  test('that are unknown are 404, a flag that is none is 400', async (context) => {
    const { core, get } = await flower(context)
    fill(core)
    const unknown = await get('api/workers?workername=nobody')
    assert.deepEqual([unknown.status, unknown.text], [404, "Unknown worker 'nobody'"])
    assert.deepEqual(ids(await get('api/workers?workername=celery@b')), ['celery@b'])
    const wrong = await get('api/workers?refresh=maybe')
    assert.deepEqual([wrong.status, wrong.text], [400, "Invalid argument 'maybe' of type 'bool'"])
  })
})

test('queue lengths are of the queues that workers consume, freshly asked for', async (context) => {
  const { core, get } = await flower(context)
  const row = (name: string, ready: number | null, plumbing = false): QueueRow => ({
    connection: 'c',
    virtualHost: '/',
    name,
    type: null,
    ready,
    unacked: 1,
    consumers: 0,
    plumbing,
  })
  core.queues = [
    {
      connection: 'c',
      queues: [row('celery', 4), row('idle', 2), row('dark', null), row('celeryev.x', 0, true)],
      truncated: false,
      limits: null,
      at: 0,
    },
  ]
  let watched: string[] = []
  core.answers.set('refresh', () => (watched = [...core.watched]))
  const named = async () =>
    (JSON.parse((await get('api/queues/length')).text) as { active_queues: { name: string; messages: number | null }[] })
      .active_queues
  assert.deepEqual(
    (await named()).map(({ name, messages }) => [name, messages]),
    [
      ['celery', 5],
      ['idle', 3],
      ['dark', null],
    ],
  )
  assert.deepEqual([watched, core.watched], [['queues'], []])
  core.workers = [workerRow('celery@a', { queues: ['celery'] })]
  assert.deepEqual(await named(), [{ name: 'celery', messages: 5, messages_ready: 4, messages_unacknowledged: 1, consumers: 0 }])
})
