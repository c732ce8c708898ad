import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { launchConfiguration, runText } from '../../extension/debugging/launchConfiguration.ts'
import type { SentTasks, TaskPlace, TaskRun } from '../../extension/debugging/launchConfiguration.ts'
import { DebugAdapter } from '../support/debugAdapter.ts'
import { output } from '../support/childProcess.ts'
import { findPython } from '../support/needs.ts'
import { startRabbit } from '../support/rabbit.ts'
import type { PrivateRabbit } from '../support/rabbit.ts'

const demo = fileURLToPath(new URL('../demo', import.meta.url))
const program = fileURLToPath(new URL('../../extension/programs/debug_task.py', import.meta.url))
const orders = join(demo, 'shop', 'orders', 'tasks.py')
const gateway = join(demo, 'shop', 'orders', 'gateway.py')
const shop: TaskPlace = { app: 'shop', module: 'shop.orders.tasks', djangoSettings: null, folder: demo }
const item = { sku: 'TEA-01', price: 2, count: 3 }

/** The n-th line of a file that holds the text, from 1. */
async function lineOf(path: string, text: string): Promise<number> {
  const found = (await readFile(path, 'utf8')).split('\n').findIndex((line) => line.includes(text))
  assert.ok(found >= 0, text)
  return found + 1
}

describe('a task run here under debugpy', { timeout: 3 * 60_000 }, () => {
  let rabbit: PrivateRabbit
  let folder: string
  let python: string
  let env: Record<string, string>
  const started: DebugAdapter[] = []

  before(async () => {
    rabbit = await startRabbit()
    folder = await mkdtemp(join(tmpdir(), 'warren-debug-'))
    python = (await findPython()) ?? 'python3'
    env = {
      SHOP_BROKER_URL: rabbit.amqpUrl,
      SHOP_RESULT_BACKEND: `db+sqlite:///${join(folder, 'results.sqlite')}`,
      PYTHONDONTWRITEBYTECODE: '1',
      SHOP_TEMPLATE: 'a${env:HOME}b',
    }
  })
  after(async () => {
    await rabbit[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  afterEach(async () => {
    for (const adapter of started.splice(0)) await adapter[Symbol.asyncDispose]()
  })

  /** Writes what is to run as the extension does, and starts it under the debugger. */
  async function start(
    run: Partial<TaskRun>,
    breakpoints: Record<string, number[]>,
    { place = shop, sentTasks = 'show' }: { place?: TaskPlace; sentTasks?: SentTasks } = {},
  ): Promise<{ adapter: DebugAdapter; runFile: string }> {
    const runFile = join(folder, 'run.json')
    const whole = { name: 'shop.orders.tasks.place_order', id: 'an-id', args: '[]', kwargs: '{}', explanation: 'Exact.', ...run }
    await writeFile(runFile, runText(whole, place, sentTasks, env), { mode: 0o600 })
    await chmod(runFile, 0o600)
    const adapter = new DebugAdapter(python)
    started.push(adapter)
    const parts = { type: 'debugpy', name: whole.name, interpreter: python, program, runFile, folder: place.folder } as const
    await adapter.launch(launchConfiguration({ ...parts, environment: env }), breakpoints)
    return { adapter, runFile }
  }

  async function frameAt(adapter: DebugAdapter, threadId: unknown): Promise<{ id: number; line: number; path: string }> {
    const { stackFrames } = (await adapter.request('stackTrace', { threadId })) as {
      stackFrames: { id: number; line: number; source: { path: string } }[]
    }
    const [top] = stackFrames
    assert.ok(top)
    return { id: top.id, line: top.line, path: top.source.path }
  }

  async function evaluate(adapter: DebugAdapter, frameId: number, expression: string): Promise<string> {
    return String((await adapter.request('evaluate', { frameId, expression, context: 'watch' }))['result'])
  }

  /** What a broker shows of whoever was there: connections, and queues with their messages. */
  async function traces(): Promise<string[]> {
    const [connections, queues] = await Promise.all([
      rabbit.ctl('list_connections', 'pid'),
      rabbit.ctl('list_queues', 'name', 'messages'),
    ])
    return [connections, queues].map((text) => text.trim())
  }

  it('stops at a breakpoint with every argument, and nothing reaches the broker or the result backend', async () => {
    const line = await lineOf(orders, 'send_receipt.delay(')
    const args = JSON.stringify([0, [item], { email: 'zoë@shop.example' }]).replace('[0,', '[9007199254740993,')
    const { adapter, runFile } = await start({ args }, { [orders]: [line] })
    const stopped = await adapter.event('stopped')
    assert.equal(stopped['reason'], 'breakpoint')
    const frame = await frameAt(adapter, stopped['threadId'])
    assert.deepEqual([frame.path, frame.line], [orders, line])
    assert.equal(await evaluate(adapter, frame.id, 'order_id'), '9007199254740993')
    assert.equal(await evaluate(adapter, frame.id, "customer['email']"), "'zoë@shop.example'")
    assert.equal(await evaluate(adapter, frame.id, '__import__("celery").current_task.request.id'), "'an-id'")
    assert.equal(await evaluate(adapter, frame.id, '__import__("os").environ["SHOP_TEMPLATE"]'), "'a${env:HOME}b'")
    assert.equal(existsSync(runFile), false, 'what held the arguments is gone while the task runs')
    assert.equal((await output('ps', ['-eo', 'args'])).includes('9007199254740993'), false)
    await adapter.request('continue', { threadId: stopped['threadId'] })
    assert.equal((await adapter.event('exited'))['exitCode'], 0)
    assert.match(adapter.output(), /not sent: shop\.mail\.tasks\.send_receipt\('zoë@shop\.example', 9007199254740993\)/)
    assert.match(adapter.output(), /it returned \{'order': 9007199254740993, 'total': 6/)
    assert.deepEqual(await traces(), ['', ''])
    assert.equal(existsSync(join(folder, 'results.sqlite')), false)
  })

  it('stops where an error that nobody catches was raised', async () => {
    const { adapter } = await start({ name: 'shop.orders.tasks.charge_card', args: '[7, 10]' }, {})
    const stopped = await adapter.event('stopped')
    assert.equal(stopped['reason'], 'exception')
    const frame = await frameAt(adapter, stopped['threadId'])
    assert.deepEqual([frame.path, frame.line], [orders, await lineOf(orders, 'raise OrderFailed(')])
    const told = await adapter.request('exceptionInfo', { threadId: stopped['threadId'] })
    assert.match(String(told['exceptionId']), /OrderFailed/)
    assert.match(String(told['description']), /order 7 could not be charged/)
    await adapter.request('continue', { threadId: stopped['threadId'] })
    assert.equal((await adapter.event('exited'))['exitCode'], 1)
    assert.deepEqual(await traces(), ['', ''])
  })

  it('a retry is not another run: the error that asked for it is where it stops', async () => {
    const smtp = join(demo, 'shop', 'mail', 'smtp.py')
    const place = { ...shop, module: null }
    const { adapter } = await start({ name: 'shop.mail.tasks.send_receipt', args: '["a@nowhere.example", 1]' }, {}, { place })
    const stopped = await adapter.event('stopped')
    const frame = await frameAt(adapter, stopped['threadId'])
    assert.deepEqual([frame.path, frame.line], [smtp, await lineOf(smtp, 'raise ServerBusy(451')])
    assert.match(adapter.output(), /asked to be retried/)
  })

  it('what the task sends runs in the same process where that was asked for', async () => {
    const mail = join(demo, 'shop', 'mail', 'tasks.py')
    const line = await lineOf(mail, 'return smtp.deliver')
    const args = JSON.stringify([1, [item], { email: 'a@nowhere.example' }])
    const { adapter } = await start({ args }, { [mail]: [line] }, { sentTasks: 'run' })
    const stopped = await adapter.event('stopped')
    assert.equal(stopped['reason'], 'breakpoint')
    assert.deepEqual(await traces(), ['', ''])
  })

  it('so does what it sends by a name, and a name that the code does not have is told', async () => {
    const code = `from celery import Celery

app = Celery("sending", broker="${rabbit.amqpUrl}")

@app.task
def outer():
    print("got", app.send_task("sending.inner", [1], {"b": 2}).get())
    try:
        app.send_task("elsewhere.task", [3]).get()
    except RuntimeError as error:
        print(error)

@app.task
def inner(a, b):
    return f"{a} and {b}"
`
    await writeFile(join(folder, 'sending.py'), code)
    const place = { app: 'sending', module: null, djangoSettings: null, folder }
    const { adapter } = await start({ name: 'sending.outer' }, {}, { place, sentTasks: 'run' })
    assert.equal((await adapter.event('exited'))['exitCode'], 0, adapter.output())
    assert.match(adapter.output(), /got 1 and 2/)
    assert.match(adapter.output(), /Warren: not sent: elsewhere\.task\(3\)\. No task of this name is in the code here\./)
    assert.match(adapter.output(), /elsewhere\.task was not sent, so it has no result\. No task/)
    assert.deepEqual(await traces(), ['', ''])
  })

  it('events, progress and further breakpoints in other files stay here too', async () => {
    const line = await lineOf(gateway, 'if payload["amount"] % 7')
    const { adapter } = await start({ name: 'shop.orders.tasks.charge_card', args: '[1, 3]' }, { [gateway]: [line] })
    const stopped = await adapter.event('stopped')
    assert.equal((await frameAt(adapter, stopped['threadId'])).path, gateway)
    const { adapter: other } = await start(
      { name: 'shop.mail.tasks.send_newsletter', args: '[["a"]]', kwargs: '{"subject":"x"}' },
      {},
      { place: { ...shop, module: null } },
    )
    assert.equal((await other.event('exited'))['exitCode'], 0)
    assert.match(other.output(), /1 letters sent/)
    assert.deepEqual(await traces(), ['', ''])
  })

  it('a task that the code does not have is named, with those it has', async () => {
    const { adapter } = await start({ name: 'shop.orders.tasks.gone' }, {}, { place: { ...shop, module: null } })
    assert.notEqual((await adapter.event('exited'))['exitCode'], 0)
    assert.match(adapter.output(), /no task is called 'shop\.orders\.tasks\.gone' in the app 'shop'.*shop\.orders\.tasks\.pack/)
  })
})
