import assert from 'node:assert/strict'
import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { runPython, startWorker, testApp } from '../support/celeryWorker.ts'
import type { CeleryApp, CeleryWorker } from '../support/celeryWorker.ts'
import { until } from '../support/childProcess.ts'
import { startChromium } from '../support/chromium.ts'
import { startCodeServer } from '../support/codeServer.ts'
import type { CodeServer } from '../support/codeServer.ts'
import { startRabbit } from '../support/rabbit.ts'
import type { PrivateRabbit } from '../support/rabbit.ts'
import { openWorkbench } from '../support/workbench.ts'
import type { Workbench } from '../support/workbench.ts'

const password = 'Gehe1m-p4ssword'
const patience = 30_000

/** The packaged extension in a real VS Code, a real broker, a real worker: what a developer does from the first minute on. */
describe('Warren in VS Code', { timeout: 10 * 60_000 }, () => {
  let rabbit: PrivateRabbit
  let app: CeleryApp
  let worker: CeleryWorker
  let workspace: string
  let server: CodeServer
  let browser: Browser
  let workbench: Workbench
  let steps = 0

  before(async () => {
    rabbit = await startRabbit()
    await rabbit.ctl('add_user', 'bob', password)
    await rabbit.ctl('set_permissions', '-p', '/', 'bob', '.*', '.*', '.*')
    await rabbit.ctl('set_user_tags', 'bob', 'management')
    const address = `amqp://bob:${password}@127.0.0.1:${rabbit.ports.amqp}//`
    app = testApp(address)
    workspace = await makeWorkspace(app, address)
    ;[worker, server, browser] = await Promise.all([
      startWorker(app, { hostname: 'w1@test' }),
      startCodeServer({ workspace, settings: { 'remote.autoForwardPorts': false } }),
      startChromium(),
    ])
    workbench = await openWorkbench(browser, server)
  })
  after(async () => {
    await browser.close()
    await server[Symbol.asyncDispose]()
    await worker[Symbol.asyncDispose]()
    await rabbit[Symbol.asyncDispose]()
    await rm(workspace, { recursive: true })
  })
  afterEach(() => workbench.screenshot(`vscode-${String((steps += 1)).padStart(2, '0')}`).then(() => undefined))

  const row = (view: string, text: string | RegExp): Promise<boolean> =>
    until(`${view} shows ${String(text)}`, patience, async () =>
      (await workbench.rowTexts(view)).some((line) => (typeof text === 'string' ? line.includes(text) : text.test(line))),
    )
  const notified = (text: string): Promise<boolean> =>
    until(`a notification says ${text}`, patience, async () =>
      (await workbench.notifications()).some((message) => message.includes(text)),
    )
  const clearNotifications = async (): Promise<void> => {
    await workbench.runCommand('Notifications: Clear All')
    await until('no notification is left', patience, async () => (await workbench.notifications()).length === 0)
  }
  const status = (text: RegExp): Promise<boolean> =>
    until(`the status bar shows ${String(text)}`, patience, async () =>
      (await workbench.statusBar()).some((item) => text.test(item)),
    )

  it('welcomes who has no connection, and every command says so', async () => {
    await workbench.openContainer('Warren')
    await workbench.page.locator('.welcome-view-content').filter({ hasText: 'Connect to Broker…' }).first().waitFor()
    for (const title of [
      'Retry Task',
      'Show Traceback',
      'Show Task',
      'Show Workflow',
      'Enqueue Task',
      'Open Live Feed',
      'Refresh',
      'Disconnect',
    ]) {
      await workbench.runCommand(`Warren: ${title}`)
      await notified('Warren is not connected to a broker.')
      await clearNotifications()
    }
  })

  it('offers the address of the workspace’s .env file without its password, and connects to nothing before it is picked', async () => {
    await workbench.runCommand('Warren: Connect to Broker')
    await until('the address is offered', patience, async () =>
      (await workbench.choices()).some((choice) => choice.includes('CELERY_BROKER_URL in .env')),
    )
    const choices = await workbench.choices()
    assert.match(choices[0] ?? '', /amqp:\/\/bob:\*\*\*@127\.0\.0\.1/)
    assert.ok(!choices.join().includes(password))
    assert.deepEqual(await connectionsOf('bob'), ['celery'])
    await workbench.page.keyboard.press('Escape')
  })

  it('connects by the palette, and shows queues, plumbing folded away, and workers', async () => {
    await workbench.runCommand('Warren: Connect to Broker')
    await workbench.pick('CELERY_BROKER_URL in .env')
    await workbench.pick('Management')
    await boxAsks('Address of the management API')
    await workbench.enter(rabbit.managementUrl ?? '')
    await workbench.pick('Connect')
    await row('Connections', /^Connection 127\.0\.0\.1, connected/)
    await row('Connections', /^Queue celery, 0 ready, 0 unacked, 1 consumer/)
    await row('Connections', /^Celery's own queues, \d/)
    await row('Workers', /^Worker w1@test, online/)
    await status(/^\s*127\.0\.0\.1$/)
  })

  it('enqueues a task from the palette and sees it arrive in the feed', async () => {
    await workbench.runCommand('Warren: Open Live Feed')
    // Once it has loaded the panel takes the focus, which would close a list that is open.
    await workbench.webview().locator('warren-app').getByText('The worker is silent').waitFor()
    await workbench.runCommand('Warren: Enqueue Task')
    await workbench.quickInput.locator('.monaco-list-row').filter({ hasText: 'tasksapp.echo' }).waitFor()
    await workbench.enter('tasksapp.echo')
    await boxAsks('JSON array')
    await workbench.enter('["hello", 12345678901234567890')
    await boxAsks('Not valid JSON')
    await workbench.enter('["hello", 12345678901234567890]')
    await boxAsks('JSON object')
    await workbench.enter('{"größe": 1.10}')
    await notified('tasksapp.echo was sent to the queue celery')
    await clearNotifications()
    const feedRow = workbench.webview().locator('[role=row][data-index]').filter({ hasText: 'echo' }).first()
    await feedRow.waitFor()
    await workbench
      .webview()
      .locator('[role=row][data-index]')
      .filter({ hasText: "('hello', 12345678901234567890)" })
      .first()
      .waitFor()
    await row('Tasks', /^Task tasksapp\.echo, 1 run/)
  })

  it('opens a failed task’s traceback and lands on the right line of the right file', async () => {
    await runPython(app, 'import tasksapp; tasksapp.fail.delay(7)')
    await row('Tasks', '1 failed task')
    await status(/1 failed/)
    await workbench.expand('Tasks', 'Failed (1)')
    await (await workbench.row('Tasks', 'Broken(')).click()
    await inFront(/tasksapp\.fail [0-9a-f]{8}/)
    const text = await readFile(join(app.folder, 'tasksapp.py'), 'utf8')
    const line = text.split('\n').findIndex((each) => each.includes('raise Broken("the report')) + 1
    const frame = workbench.page.locator('.view-line').filter({ hasText: `line ${line}, in fail` })
    await workbench.followLink(frame.locator('.detected-link').first())
    await inFront(/tasksapp(\.py)?(,|$)/)
    await until(`the cursor is in line ${line}`, patience, async () => (await workbench.cursorLine()) === line)
    await until('it is the one of the services', patience, async () =>
      /services[\s\S]*app[\s\S]*tasksapp\.py/.test(await workbench.page.locator('.breadcrumbs-control').first().innerText()),
    )
  })

  it('leads from a frame to its line by keyboard too', async () => {
    await workbench.runCommand('Warren: Show Traceback')
    await workbench.quickInput.locator('.monaco-list-row').filter({ hasText: 'tasksapp.fail' }).first().waitFor()
    await workbench.enter('report could')
    await inFront(/tasksapp\.fail [0-9a-f]{8}/)
    await workbench.editorHasFocus()
    await workbench.page.keyboard.press('F12')
    await inFront(/tasksapp(\.py)?(,|$)/)
  })

  it('retries it: the arguments come from the event, so it asks first', async () => {
    await workbench.runCommand('Warren: Retry Task')
    await workbench.quickInput.locator('.monaco-list-row').filter({ hasText: 'tasksapp.fail' }).first().waitFor()
    await workbench.enter('report could')
    assert.match(await workbench.dialogText(), /Run tasksapp\.fail again\?[\s\S]*text of an event[\s\S]*args \[7\]/)
    await workbench.pressInDialog('Retry')
    await notified('The retry of tasksapp.fail was sent to the queue celery')
    await row('Tasks', '2 failed tasks')
    await workbench.pressInNotification('Show Task')
    await workbench.webview().locator('warren-app').getByText('the report could not be made').first().waitFor()
  })

  it('shows the workflow of the retried task from its menu', async () => {
    await workbench.rowMenu('Tasks', 'Broken(', 'Show Workflow')
    const graph = workbench.webview().getByRole('tree', { name: 'Tasks of this workflow' })
    await until('both runs are drawn', patience, async () => (await graph.getByRole('treeitem').count()) === 2)
  })

  it('never sends shortened arguments, but lets the user complete them', async () => {
    await runPython(app, "import tasksapp; tasksapp.fail.delay('x' * 3000)")
    await row('Tasks', '3 failed tasks')
    await until('the newest one is in the tree', patience, async () => (await failedRows()) === 3)
    await clearNotifications()
    await workbench.rowMenu('Tasks', 'Broken(', 'Retry Task')
    await inFront(/Retry tasksapp\.fail /)
    await workbench.page.locator('.codelens-decoration').filter({ hasText: 'Send Retry' }).waitFor()
    await workbench.editorHasFocus()
    await workbench.page.keyboard.type('["completed", 98765432109876543210]')
    await workbench.page.locator('.editor-actions a[aria-label^="Send Retry"]').click()
    // The keyword arguments were left as the event showed them, so the bridge asks.
    await workbench.pressInDialog('Retry')
    await notified('The retry was sent to the queue celery')
    await row('Tasks', '4 failed tasks')
    await row('Tasks', 'tasksapp.fail')
    await workbench
      .webview()
      .locator('[role=row][data-index]')
      .filter({ hasText: "('completed', 98765432109876543210)" })
      .first()
      .waitFor()
    await clearNotifications()
  })

  it('says at once that the broker died, heals by itself, keeps the tasks, and marks the gap', async () => {
    const shown = workbench.whenStatusBarShows('127\\.0\\.0\\.1: (reconnecting|failed)')
    await rabbit.kill()
    const killed = Date.now()
    // That it takes a second only is measured nearer to it, where no VS Code is busy beside.
    assert.ok((await shown) - killed < 10_000, 'long before a heartbeat would tell')
    await workbench.screenshot('vscode-08-broker-away')
    await row('Tasks', '4 failed tasks')
    await rabbit.start()
    await row('Connections', /^Connection 127\.0\.0\.1, connected/)
    await status(/^\s*127\.0\.0\.1 · 4 failed$/)
    await row('Connections', /^Events missing for/)
    await row('Tasks', '4 failed tasks')
    assert.deepEqual(await workbench.notifications(), [])
  })

  it('starts its bridge again when that dies, and the feed goes on', async () => {
    const before = await bridges()
    assert.equal(before.length, 1)
    const gap = async (): Promise<string> => (await workbench.row('Connections', 'Events missing for')).innerText()
    const earlier = await gap()
    process.kill(before[0] ?? 0, 'SIGKILL')
    await until('another bridge runs', patience, async () => (await bridges()).some((pid) => !before.includes(pid)))
    await row('Connections', /^Connection 127\.0\.0\.1, connected/)
    // Connected, as the tree says also of the bridge that died; only a gap that has ended means that events are read again.
    await until('events are read again', patience, async () => (await gap()) !== earlier)
    await runPython(app, "import tasksapp; tasksapp.echo.delay('after')")
    await row('Tasks', /^Task tasksapp\.echo, \d+ run/)
    await workbench.runCommand('Warren: Open Live Feed')
    await workbench.webview().locator('[role=row][data-index]').filter({ hasText: "('after',)" }).first().waitFor()
  })

  it('carries the feed itself where no WebSocket gets through', async () => {
    let cut = 0
    await workbench.page.routeWebSocket(/\/proxy\/\d+\/socket$/, async (socket) => {
      cut += 1
      await socket.close()
    })
    await workbench.runCommand('View: Close All Editors')
    await workbench.runCommand('Warren: Open Live Feed')
    await workbench.webview().locator('[role=row][data-index]').filter({ hasText: "('after',)" }).first().waitFor()
    assert.ok(cut > 0, 'the page tried a WebSocket of its own')
    await runPython(app, "import tasksapp; tasksapp.echo.delay('relayed')")
    await workbench.webview().locator('[role=row][data-index]').filter({ hasText: "('relayed',)" }).first().waitFor()
  })

  it('refuses to act on a read-only connection, with a sentence', async () => {
    await workbench.rowMenu('Connections', '127.0.0.1', 'Edit Connection')
    await workbench.pick('Access')
    await workbench.pick('Read-only')
    await workbench.pick('Save')
    await row('Connections', /^Connection 127\.0\.0\.1, connected, read-only/)
    await runPython(app, 'import tasksapp; tasksapp.fail.delay(8)')
    await row('Tasks', /failed task/)
    await workbench.runCommand('Warren: Retry Task')
    await workbench.quickInput.locator('.monaco-list-row').filter({ hasText: 'tasksapp.fail' }).first().waitFor()
    await workbench.enter('report could')
    await notified('read-only')
    await clearNotifications()
  })

  it('groups failures by their cause, counts new ones in its badge, and keeps what was decided about them', async () => {
    const badge = workbench.page
      .locator('.activitybar .action-item')
      .filter({ has: workbench.page.locator('a[aria-label^="Warren"]') })
    const shown = async (): Promise<number> => Number((await badge.locator('.badge-content').allInnerTexts()).join(''))
    await until('the badge counts new groups', patience, async () => (await shown()) > 0)
    const before = await shown()
    await workbench.runCommand('Warren: Focus on Failures View')
    await row('Failures', /^New failure Broken in fail \(tasksapp\.py\), \d+ failure/)
    // A note of Warren's own, so the connection being read-only does not matter.
    await workbench.rowMenu('Failures', 'Broken in', 'Mark Failure as Known')
    await row('Failures', /^Known failure Broken in fail/)
    await until('one less is new', patience, async () => (await shown()) === before - 1)
    await workbench.expand('Failures', 'Broken in')
    await (await workbench.row('Failures', 'tasksapp.fail')).click()
    await inFront(/tasksapp\.fail [0-9a-f]{8}/)
    await until('the mark is kept', patience, async () =>
      (await filesHolding(server.folder, '"mark":"known"')).some((file) => file.endsWith('failures.json')),
    )
  })

  it('disconnects, and comes back with the window as it was left', async () => {
    await workbench.page.reload()
    await workbench.openContainer('Warren')
    await row('Connections', /^Connection 127\.0\.0\.1, connected/)
    await until('one bridge runs', patience, async () => (await bridges()).length === 1)
    await workbench.runCommand('Warren: Disconnect')
    await row('Connections', /^Connection 127\.0\.0\.1, not connected/)
    await until('the broker has lost its client', patience, async () => (await connectionsOf('bob')).join() === 'celery')
  })

  it('has written the password into no file of VS Code’s', async () => {
    assert.deepEqual(await filesHolding(server.folder, password), [])
    const logs = (await readdir(server.folder, { recursive: true })).filter((name) => name.endsWith('Warren.log'))
    assert.ok(logs.length > 0, 'there is a log to look into')
  })

  async function inFront(title: RegExp): Promise<void> {
    let seen = ''
    const look = async (): Promise<boolean> => title.test((seen = await workbench.activeEditor()))
    await until(`${String(title)} is in front`, patience, look).catch((error: unknown) =>
      assert.fail(`${String(error)} Seen: ${seen}`),
    )
  }

  const failedRows = (): Promise<number> => workbench.rows('Tasks').filter({ hasText: 'Broken(' }).count()

  async function boxAsks(text: string): Promise<void> {
    await until(`the box says ${text}`, patience, async () => (await workbench.quickInput.innerText()).includes(text))
  }

  /** What is connected to the broker as a user: `celery` for workers, `warren` for anything else. */
  async function connectionsOf(user: string): Promise<string[]> {
    const lines = await rabbit.ctl('list_connections', 'user', 'client_properties')
    const own = lines.split('\n').filter((line) => line.startsWith(user))
    return [...new Set(own.map((line) => (line.includes('py-amqp') ? 'celery' : 'warren')))].sort()
  }

  /** Process ids of the bridges that this VS Code's extension runs. */
  async function bridges(): Promise<number[]> {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
    return pids
      .filter((_, index) => lines[index]?.includes(`${server.folder}/`) === true && lines[index].includes('dist/bridge.cjs'))
      .map(Number)
  }
})

/** A project whose tasks lie elsewhere than in the worker, with another file of the same name, and an .env file. */
async function makeWorkspace(app: CeleryApp, address: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'warren-project-'))
  await mkdir(join(folder, 'services', 'app'), { recursive: true })
  await mkdir(join(folder, 'other'))
  await copyFile(join(app.folder, 'tasksapp.py'), join(folder, 'services', 'app', 'tasksapp.py'))
  await writeFile(join(folder, 'other', 'tasksapp.py'), '# another file of this name\n')
  await writeFile(join(folder, '.env'), `DEBUG=1\nCELERY_BROKER_URL=${address}\n`)
  return folder
}

/** Names of the files below a folder that hold a text, compressed ones excepted. */
async function filesHolding(folder: string, text: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const holds = await Promise.all(files.map(async (file) => (await readFile(file).catch(() => Buffer.alloc(0))).includes(text)))
  return files.filter((_, index) => holds[index])
}
