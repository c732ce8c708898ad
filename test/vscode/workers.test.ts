import assert from 'node:assert/strict'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { startWorker, testApp, type CeleryWorker } from '../support/celeryWorker.ts'
import { until } from '../support/childProcess.ts'
import { startChromium } from '../support/chromium.ts'
import { startCodeServer } from '../support/codeServer.ts'
import type { CodeServer } from '../support/codeServer.ts'
import { startRabbit } from '../support/rabbit.ts'
import type { PrivateRabbit } from '../support/rabbit.ts'
import { openWorkbench } from '../support/workbench.ts'
import type { Workbench } from '../support/workbench.ts'

const patience = 30_000
const name = 'worker@test'

/** What a person tells a worker in a real VS Code, and what a real worker then does. */
describe('workers in VS Code', { timeout: 8 * 60_000 }, () => {
  let rabbit: PrivateRabbit
  let worker: CeleryWorker
  let workspace: string
  let server: CodeServer
  let browser: Browser
  let workbench: Workbench
  let steps = 0

  before(async () => {
    rabbit = await startRabbit()
    worker = await startWorker(testApp(rabbit.amqpUrl), { hostname: name, concurrency: 2 })
    workspace = await mkdtemp(join(tmpdir(), 'warren-workers-'))
    await writeFile(join(workspace, '.env'), `CELERY_BROKER_URL=${rabbit.amqpUrl}\n`)
    ;[server, browser] = await Promise.all([startCodeServer({ workspace, settings: {} }), startChromium()])
    workbench = await openWorkbench(browser, server)
    await workbench.openContainer('Warren')
    await workbench.runCommand('Warren: Connect to Broker')
    await workbench.pick('CELERY_BROKER_URL in .env')
    await workbench.pick('Management')
    await workbench.enter(`http://127.0.0.1:${rabbit.ports.management}`)
    await workbench.pick('Connect')
    await workbench.row('Workers', name)
  })
  after(async () => {
    await browser.close()
    await server[Symbol.asyncDispose]()
    await worker.kill()
    await rabbit[Symbol.asyncDispose]()
    await rm(workspace, { recursive: true })
  })
  afterEach(() => screenshot('end').then(() => undefined))

  const screenshot = (what: string): Promise<string> =>
    workbench.screenshot(`workers-vscode-${String((steps += 1)).padStart(2, '0')}-${what}`)

  const notified = (text: string): Promise<boolean> =>
    until(`a notification says ${text}`, patience, async () =>
      (await workbench.notifications()).some((message) => message.includes(text)),
    )

  const logged = (pattern: RegExp): Promise<boolean> =>
    until(`the worker logs ${pattern.source}`, patience, async () => pattern.test(await worker.log()))

  /** Processes of the pool: children of the worker. */
  async function processes(): Promise<number> {
    const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))
    const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')))
    return stats.filter((stat) => stat.slice(stat.lastIndexOf(')')).split(' ')[2] === String(worker.pid)).length
  }

  async function consumers(queue: string): Promise<number> {
    const found = (await rabbit.management('consumers/%2F')) as { queue: { name: string } }[]
    return found.filter((each) => each.queue.name === queue).length
  }

  /** Says yes in the dialog, after its words were looked at. */
  async function agree(words: RegExp, button: string): Promise<void> {
    await workbench.page.locator('.monaco-dialog-box').waitFor()
    assert.match(await workbench.dialogText(), words)
    await screenshot('asks')
    await workbench.pressInDialog(button)
  }

  it('grows a pool, and shrinks it after a question', async () => {
    const before = await processes()
    await workbench.rowMenu('Workers', name, 'Grow Pool')
    await workbench.enter('1')
    await notified('pool will grow')
    await until('one process more', patience, async () => (await processes()) === before + 1)
    await workbench.rowMenu('Workers', name, 'Shrink Pool')
    await workbench.enter('1')
    await agree(/Take 1 process away from this worker\?[\s\S]*worker@test/, 'Shrink Pool')
    await notified('pool will shrink')
    await until('as many as before', patience, async () => (await processes()) === before)
  })

  it('stops it from consuming its only queue, and lets it consume another', async () => {
    // With one queue there is nothing to choose.
    await workbench.rowMenu('Workers', name, 'Cancel Consumer')
    await agree(/from taking tasks of “celery”[\s\S]*its tasks wait until one does/, 'Cancel Consumer')
    await until('it consumes no more', patience, async () => (await consumers('celery')) === 0)
    await workbench.rowMenu('Workers', name, 'Add Consumer')
    await workbench.enter('reports')
    await until('it consumes', patience, async () => (await consumers('reports')) === 1)
    await notified('add consumer reports')
  })

  it('limits how often and how long a task runs', async () => {
    await workbench.rowMenu('Workers', name, 'Set Rate Limit')
    await workbench.pick('tasksapp.echo')
    await workbench.answer('How often?', '10/m')
    await agree(/Run at most 10\/m of tasksapp\.echo[\s\S]*each worker’s own/, 'Set Rate Limit')
    await logged(/New rate limit for tasks of type tasksapp\.echo: 10\/m/)
    await workbench.rowMenu('Workers', name, 'Set Time Limit')
    await workbench.pick('tasksapp.echo')
    await workbench.answer('Soft limit', '5')
    await workbench.answer('Hard limit', '9')
    await agree(/soft 5 s, hard 9 s[\s\S]*only once the worker has connected to its broker anew/, 'Set Time Limit')
    await logged(/New time limits for tasks of type tasksapp\.echo: soft=5(?:\.0)? hard=9(?:\.0)?/)
  })

  it('refuses a wrong number before anything is asked of the worker', async () => {
    await workbench.rowMenu('Workers', name, 'Grow Pool')
    await workbench.quickInput.locator('input').first().fill('0')
    await until('the box says what it takes', patience, async () =>
      (await workbench.quickInputMessage()).includes('A whole number from 1 to 999.'),
    )
    await workbench.page.keyboard.press('Escape')
  })

  it('says what Celery refuses: a pool that may not be restarted', async () => {
    await workbench.rowMenu('Workers', name, 'Restart Pool')
    await agree(/only where worker_pool_restarts is set/, 'Restart Pool')
    await notified('Pool restarts not enabled')
  })

  it('asks for a sign of life, and says that a pool without autoscale and a worker with -E stay as they are', async () => {
    await workbench.rowMenu('Workers', name, 'Ask for a Heartbeat')
    await notified('heartbeat sent')
    await workbench.rowMenu('Workers', name, 'Set Autoscale')
    await workbench.answer('At least how many', '1')
    await workbench.answer('At most how many', '3')
    await agree(/scale between 1 and 3 processes\?[\s\S]*Only workers started with --autoscale/, 'Set Autoscale')
    await notified('--autoscale')
    await workbench.rowMenu('Workers', name, 'Turn Off Task Events')
    await agree(/Turn task events off in this worker\?[\s\S]*goes on sending/, 'Turn Events Off')
    await notified('already disabled')
  })

  it('shuts a worker down only after a question, and it goes', async () => {
    await workbench.rowMenu('Workers', name, 'Shut Down Worker')
    await workbench.page.locator('.monaco-dialog-box').waitFor()
    assert.match(await workbench.dialogText(), /No other worker of this connection is online/)
    await workbench.pressInDialog('Cancel')
    assert.ok(worker.running())
    await workbench.rowMenu('Workers', name, 'Shut Down Worker')
    await agree(/finishes the tasks it runs/, 'Shut Down')
    await until('it has ended', patience, () => Promise.resolve(!worker.running()))
    await until('the tree says so', patience, async () =>
      (await workbench.rowTexts('Workers')).some((text) => text.includes('offline')),
    )
  })
})
