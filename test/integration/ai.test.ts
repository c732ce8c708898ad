import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { runPython, startWorker, testApp, type CeleryApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { startLiveBridge } from '../support/liveBridge.ts'
import { modelProgramEnd, startModelClient, type Answer, type ModelClient } from '../support/modelClient.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'
import { until } from '../support/until.ts'

let rabbit: PrivateRabbit
let app: CeleryApp
let worker: CeleryWorker

before(async () => {
  rabbit = await startRabbit()
  app = testApp(rabbit.amqpUrl, join(rabbit.folder, 'results.db'))
  worker = await startWorker(app, { concurrency: 1 })
})

after(async () => {
  await worker.kill()
  await rabbit[Symbol.asyncDispose]()
})

const start = (args: readonly string[] = [], user?: Parameters<typeof startModelClient>[1]): Promise<ModelClient> =>
  startModelClient(['--history', 'off', '--workspace', app.folder, ...args], user, { AMQP_URL: rabbit.amqpUrl })

/** Publishes as an application does; answers the task's id. */
const published = async (expression: string): Promise<string> =>
  (await runPython(app, `from tasksapp import *\nprint((${expression}).id)`)).trim()

async function when(
  model: ModelClient,
  tool: string,
  input: Record<string, unknown>,
  holds: (answer: Answer) => boolean,
): Promise<Answer> {
  let answer: Answer | undefined
  await until(
    async () => holds((answer = await model.call(tool, input))),
    `${tool} answers as expected`,
    () => answer?.text ?? '',
  )
  assert.ok(answer)
  return answer
}

const rowsOf = ({ data }: Answer, member: string): Record<string, unknown>[] =>
  (data?.[member] ?? []) as Record<string, unknown>[]

describe('a model that reads', () => {
  let model: ModelClient
  before(async () => (model = await start()))
  after(() => model[Symbol.asyncDispose]())

  it('has no tool that acts, and is told so where it tries', async () => {
    const names = await model.tools()
    assert.equal(names.length, 8)
    assert.ok(!names.some((name) => /enqueue|retry|revoke|purge/.test(name)))
    const { text, failed } = await model.call('enqueue_task', { task: 'tasksapp.add', args: '[1, 2]' })
    assert.ok(failed)
    assert.match(text, /--allow-actions. Nothing was sent\.$/)
  })

  it('lists connections, queues and workers', async () => {
    const [connection] = rowsOf(await model.call('list_connections'), 'connections')
    assert.equal(connection?.['state'], 'connected')
    await when(model, 'list_queues', {}, (answer) =>
      rowsOf(answer, 'queues').some(({ name, consumers }) => name === 'celery' && consumers === 1),
    )
    const workers = await when(model, 'list_workers', {}, (answer) => rowsOf(answer, 'workers').length === 1)
    assert.deepEqual(rowsOf(workers, 'workers')[0]?.['queues'], ['celery'])
  })

  it('finds a failed task and reads its failure with the lines of the workspace around its frames', async () => {
    const id = await published('fail.delay(9)')
    const found = await when(
      model,
      'find_tasks',
      { query: 'state:failed name:tasksapp.fail' },
      (answer) => rowsOf(answer, 'tasks').length > 0,
    )
    assert.equal(rowsOf(found, 'tasks')[0]?.['id'], id)

    const { data, text } = await model.call('read_failure', { id })
    assert.match(String(data?.['exception']), /Broken\('the report could not be made'/)
    assert.match(JSON.stringify(data?.['traceback']), /frames? of libraries left out/)
    const sources = data?.['sources'] as { path: string; code: string[] }[]
    assert.ok(sources.length >= 3)
    assert.deepEqual([...new Set(sources.map(({ path }) => path))], ['tasksapp.py'])
    const code = sources.flatMap((source) => source.code).filter((line) => line.startsWith('>'))
    const file = readFileSync(join(app.folder, 'tasksapp.py'), 'utf8').split('\n')
    for (const line of code) assert.equal(file[Number(/\d+/.exec(line)?.[0]) - 1], line.slice(9))
    assert.ok(code.some((line) => line.includes('raise Broken("the report could not be made") from error')))
    assert.ok(!text.includes('celery/app/trace.py'))

    const [group] = rowsOf(await model.call('list_failures'), 'failures')
    assert.equal(group?.['exceptionType'], 'Broken')
    const again = await model.call('read_failure', { fingerprint: group['fingerprint'] })
    assert.equal(again.data?.['id'], id)
  })

  it('explains what cannot be seen, and which setting would change it', async () => {
    const spots = await when(model, 'explain_blind_spots', {}, ({ text }) => text.includes('task_track_started'))
    assert.match(JSON.stringify(spots.data), /task_track_started = True/)
  })

  it('says clearly what is wrong with an input', async () => {
    const wrong: [string, Record<string, unknown>, RegExp][] = [
      ['find_tasks', { limit: 5000 }, /“find_tasks” was given a wrong “limit”/],
      ['find_tasks', { wish: 1 }, /“find_tasks” has no parameter “wish”; it has connection, query/],
      ['find_tasks', { query: 'state:' }, /./],
      ['get_task', {}, /“get_task” was given a wrong “id”/],
      ['get_task', { id: 'nobody' }, /Task nobody is not held here/],
      ['read_failure', {}, /either “id” or “fingerprint”/],
      ['list_queues', { connection: 'other' }, /There is no connection “other”\. There are: main/],
      ['purge_queue', {}, /There is no tool “purge_queue”/],
    ]
    for (const [tool, input, sentence] of wrong) {
      const { failed, text } = await model.call(tool, input)
      assert.ok(failed, tool)
      assert.match(text, sentence)
    }
  })
})

describe('a model that acts', () => {
  it('runs a task once its user agreed, with object, count and place before their eyes', async () => {
    await using model = await start(['--allow-actions'], () => ({ action: 'accept', content: { confirm: true } }))
    assert.equal((await model.tools()).length, 11)
    const { data } = await model.call('enqueue_task', { task: 'tasksapp.add', args: '[20, 22]' })
    assert.equal(model.asked.length, 1)
    assert.match(
      model.asked[0] ?? '',
      /^Enqueue tasksapp\.add\?\n.*amqp.*1 task\n\nA language model asks[^]*“celery”[^]*Arguments: \[20, 22\]/,
    )
    const done = await when(model, 'get_task', { id: data?.['id'] }, (answer) => answer.data?.['state'] === 'SUCCESS')
    assert.equal(done.data?.['result'], '42')

    const retried = await model.call('retry_task', { id: data?.['id'] })
    assert.match(model.asked[1] ?? '', /^Run tasksapp\.add again\?/)
    await when(model, 'get_task', { id: retried.data?.['id'] }, (answer) => answer.data?.['result'] === '42')
  })

  it('does nothing where its user declines, cancels, or agrees to nothing', async () => {
    for (const answer of [
      { action: 'decline' },
      { action: 'cancel' },
      { action: 'accept', content: { confirm: false } },
    ] as const) {
      await using model = await start(['--allow-actions'], () => answer)
      const { failed, text } = await model.call('enqueue_task', { task: 'tasksapp.echo', args: '["never"]' })
      assert.ok(failed)
      assert.match(text, /did not agree\. Nothing was sent/)
      const found = await model.call('find_tasks', { query: 'args:never' })
      assert.equal(found.data?.['matched'], 0)
    }
  })

  it('asks with queue and time before what a model can make long, and not at all where it could not be read whole', async () => {
    await using model = await start(['--allow-actions'], () => ({ action: 'decline' }))
    const long = { args: JSON.stringify(['a'.repeat(5_000)]), kwargs: JSON.stringify({ b: 'b'.repeat(5_000) }), countdown: 77 }
    await model.call('enqueue_task', { task: 'tasksapp.echo', ...long })
    assert.match(
      model.asked[0] ?? '',
      /“celery”, to start in 77 seconds\.[^]*Arguments: \["a{298}… \(4,704 more characters\)[^]*Named arguments: .*more characters\)$/,
    )
    const name = `tasksapp.${'n'.repeat(500)}`
    await model.call('enqueue_task', { task: name, queue: 'celery' })
    assert.ok(model.asked[1]?.includes(name), model.asked[1])
    assert.match(model.asked[1] ?? '', /“celery”[^]*Arguments: \[\]/)
    // Each of these characters is shown as seven.
    const { failed, text } = await model.call('enqueue_task', { task: '\u202e'.repeat(1_000) })
    assert.ok(failed)
    assert.match(text, /too long to be shown to the user whole.*Nothing was sent/)
    assert.equal(model.asked.length, 2)
  })

  it('does nothing where the client cannot ask, on a read-only connection, and in production', async () => {
    const refused = async (args: readonly string[], user: Parameters<typeof start>[1], sentence: RegExp): Promise<void> => {
      await using model = await start(['--allow-actions', ...args], user)
      const { failed, text } = await model.call('enqueue_task', { task: 'tasksapp.echo' })
      assert.ok(failed)
      assert.match(text, sentence)
      assert.deepEqual(model.asked, [])
    }
    const agrees = () => ({ action: 'accept', content: { confirm: true } }) as const
    await refused([], undefined, /cannot ask its user.*Nothing was sent/)
    await refused(['--read-only'], agrees, /This connection is read-only.*Nothing was changed/)
    await refused(['--environment', 'production', '--read-write'], agrees, /production, where language models only read/)
  })

  it('takes back a task that waits, and the log of actions says who did', async () => {
    await using live = await startLiveBridge()
    await live.connect({ address: rabbit.amqpUrl })
    await live.workers(worker.hostname)
    const env = { WARREN_URL: live.server.url, WARREN_TOKEN: live.server.token }
    await using model = await startModelClient(
      ['--attach', '--allow-actions'],
      () => ({ action: 'accept', content: { confirm: true } }),
      env,
    )
    // All that takes long is done before: the only process has to be busy until the other task is taken back.
    const both = 'from tasksapp import *\nprint(sleep.delay(15).id, echo.delay("late").id)'
    const [busy = '', waiting = ''] = (await runPython(app, both)).trim().split(' ')
    await live.task(busy, 'is received', (task) => task.state !== 'PENDING')
    const { failed, text } = await model.call('revoke_task', { id: waiting })
    assert.ok(!failed, text)
    await live.task(waiting, 'is revoked', (task) => task.state === 'REVOKED')
    const { entries } = await live.request('listActions', {})
    assert.equal(entries[0]?.action, 'Revoke Tasks')
    assert.match(entries[0].by, /^AI, mcp/)
  })
})

describe('a running Warren that is joined', () => {
  it('serves its own connections, opens no further one, and its end ends the server', async () => {
    const live = await startLiveBridge()
    await live.connect({ address: rabbit.amqpUrl, name: 'mine' })
    const env = { WARREN_URL: live.server.url, WARREN_TOKEN: live.server.token }
    await using model = await startModelClient(['--attach'], undefined, env)
    const connections = rowsOf(await model.call('list_connections'), 'connections')
    assert.deepEqual(
      connections.map(({ id, name }) => [id, name]),
      [['c', 'mine']],
    )
    const closed = new Promise<void>((resolve) => (model.client.onclose = resolve))
    await live[Symbol.asyncDispose]()
    await closed
  })

  it('is not joined with a wrong token, nor on another machine, which is said without the token', async () => {
    await using live = await startLiveBridge()
    const token = 'f'.repeat(64)
    const cases: [string, RegExp][] = [
      [live.server.url, /token/i],
      ['http://example.com/', /WARREN_URL must be http:\/\/127\.0\.0\.1:PORT\//],
      ['http://127.0.0.1:1/', /No Warren answers at WARREN_URL/],
    ]
    for (const [url, sentence] of cases) {
      const { code, errors } = await modelProgramEnd(['--attach'], { WARREN_URL: url, WARREN_TOKEN: token })
      assert.equal(code, 1)
      assert.match(errors, sentence)
      assert.ok(!errors.includes(token))
    }
  })
})
