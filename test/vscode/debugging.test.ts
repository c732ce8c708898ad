import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { runPython } from '../support/celeryWorker.ts'
import type { CeleryApp } from '../support/celeryWorker.ts'
import { until } from '../support/childProcess.ts'
import { startChromium } from '../support/chromium.ts'
import { startCodeServer } from '../support/codeServer.ts'
import type { CodeServer } from '../support/codeServer.ts'
import { findPython } from '../support/needs.ts'
import { startRabbit } from '../support/rabbit.ts'
import type { PrivateRabbit } from '../support/rabbit.ts'
import { openWorkbench } from '../support/workbench.ts'
import type { Workbench } from '../support/workbench.ts'

const patience = 40_000
const tasks = `import os

from celery import Celery
from celery.utils.log import get_task_logger

app = Celery("tasks", broker=os.environ["CELERY_BROKER_URL"])
logger = get_task_logger(__name__)


@app.task
def charge(card, amount):
    logger.info("charging %s", card)
    print(f"printed for {card}")
    total = amount * 2
    note.delay(total)
    raise ValueError(f"the gateway refused {card}")


@app.task
def note(text):
    return text
`

describe('workers and the debugger in VS Code', { timeout: 6 * 60_000 }, () => {
  let rabbit: PrivateRabbit
  let workspace: string
  let app: CeleryApp
  let server: CodeServer
  let browser: Browser
  let workbench: Workbench
  let steps = 0

  before(async () => {
    rabbit = await startRabbit()
    workspace = await mkdtemp(join(tmpdir(), 'warren-shop-'))
    app = { folder: workspace, module: 'tasks', env: { CELERY_BROKER_URL: rabbit.amqpUrl } }
    await writeFile(join(workspace, '.env'), `CELERY_BROKER_URL=${rabbit.amqpUrl}\n`)
    await writeFile(join(workspace, 'tasks.py'), tasks)
    await useInterpreter((await findPython()) ?? 'python3')
    const task = { label: 'broken', type: 'warren-worker', app: 'tasks', concurrency: 0, problemMatcher: [] }
    await writeFile(join(workspace, '.vscode', 'tasks.json'), JSON.stringify({ version: '2.0.0', tasks: [task] }))
    const settings = { 'remote.autoForwardPorts': false, 'terminal.integrated.gpuAcceleration': 'off' }
    // As root Celery would talk of a danger that is none here; and a file of Python that has just changed is read anew.
    const env = { C_FORCE_ROOT: '1', PYTHONDONTWRITEBYTECODE: '1' }
    ;[server, browser] = await Promise.all([startCodeServer({ workspace, settings, env }), startChromium()])
    workbench = await openWorkbench(browser, server)
    await workbench.openContainer('Warren')
    await workbench.runCommand('Warren: Connect to Broker')
    await workbench.pick('CELERY_BROKER_URL in .env')
    await workbench.pick('Connect')
    await workbench.row('Connections', '127.0.0.1')
  })
  after(async () => {
    await browser.close()
    await server[Symbol.asyncDispose]()
    await rabbit[Symbol.asyncDispose]()
    await rm(workspace, { recursive: true, maxRetries: 5 })
  })
  afterEach(() => workbench.screenshot(`debugging-${String((steps += 1)).padStart(2, '0')}`).then(() => undefined))

  async function useInterpreter(path: string): Promise<void> {
    await mkdir(join(workspace, '.vscode'), { recursive: true })
    await writeFile(join(workspace, '.vscode', 'settings.json'), JSON.stringify({ 'python.defaultInterpreterPath': path }))
  }
  const send = async (code: string): Promise<string> => (await runPython(app, `import tasks\nprint(tasks.${code}.id)`)).trim()
  const messages = async (): Promise<string> => (await rabbit.ctl('list_queues', 'name', 'messages', 'consumers')).trim()
  const notified = (text: string): Promise<boolean> =>
    until(`a notification says ${text}`, patience, async () =>
      (await workbench.notifications()).some((message) => message.includes(text)),
    )
  const detailShows = (text: string): Promise<void> => workbench.webview().getByText(text).first().waitFor({ timeout: patience })
  const showTask = async (id: string): Promise<void> => {
    await workbench.runCommand('Warren: Show Task')
    await workbench.quickInput.locator('input').first().fill(id)
    await workbench.pick(id)
  }

  it('a worker of the workspace’s own application starts, and its tasks are seen', async () => {
    await workbench.runCommand('Warren: Start Worker')
    await workbench.pick('Restart on Save')
    await workbench.quickInput.locator('.monaco-list-row').filter({ hasText: 'yes: it finishes its tasks first' }).waitFor()
    await workbench.pick('Start')
    await (await workbench.row('Workers', 'local@')).waitFor({ timeout: patience })
    await workbench.page.locator('.xterm-rows').filter({ hasText: 'ready.' }).first().waitFor({ timeout: patience })
  })

  it('the lines it logs of a task stand with the task', async () => {
    const id = await send('charge.delay("4242", 21)')
    await (await workbench.row('Tasks', 'Failed (1)')).waitFor({ timeout: patience })
    await showTask(id)
    await detailShows('Log lines of this run')
    await detailShows('charging 4242')
    await detailShows('printed for 4242')
    await detailShows('ValueError: the gateway refused 4242')
  })

  it('its traceback is a problem at the line that raised', async () => {
    await workbench.runCommand('Problems: Focus on Problems View')
    const problem = workbench.page.locator('.markers-panel .monaco-list-row').filter({ hasText: 'the gateway refused 4242' })
    await problem.first().dblclick({ timeout: patience })
    await workbench.page.locator('.tab.active').filter({ hasText: 'tasks.py' }).waitFor()
    const line = tasks.split('\n').findIndex((text) => text.includes('raise ValueError')) + 1
    await until('the cursor stands there', patience, async () => (await workbench.cursorLine()) === line)
  })

  it('it starts again when a file changes, with what the file says now', async () => {
    await writeFile(join(workspace, 'tasks.py'), tasks.replace('the gateway refused', 'the bank refused'))
    await workbench.runCommand('Warren: Open Live Feed')
    // The one before may still take some: what counts is that one of them is the new one's.
    await until('a task fails in the new words', patience, async () => {
      await send('charge.delay("77", 1)')
      const row = workbench.webview().getByText('the bank refused 77').first()
      return row.waitFor({ timeout: 5_000 }).then(
        () => true,
        () => false,
      )
    })
  })

  it('it stops when it is told to', async () => {
    await workbench.runCommand('Warren: Stop Worker')
    await until('it has gone from the broker', patience, async () => /^celery\t\d+\t0$/m.test(await messages()))
  })

  it('a worker that tasks.json describes wrongly says so in its terminal', async () => {
    await workbench.runCommand('Tasks: Run Task')
    await workbench.pick('broken')
    const said = 'The task in tasks.json is not right at “concurrency”'
    await workbench.page.locator('.xterm-rows').filter({ hasText: said }).first().waitFor({ timeout: patience })
  })

  it('a task’s name is no text in which commands run', async () => {
    const name = 'odd ${command:workbench.action.files.newUntitledFile}'
    const event = `send("task-received", uuid="odd-1", name="${name}", args="()", kwargs="{}")`
    await runPython(app, `import tasks\nwith tasks.app.events.default_dispatcher() as told:\n    told.${event}`)
    await (await workbench.row('Tasks', 'odd $')).waitFor({ timeout: patience })
    await workbench.runCommand('Warren: Debug Task Locally')
    await workbench.pick('odd ')
    await workbench.page.locator('.repl').filter({ hasText: 'no task is called' }).waitFor({ timeout: patience })
    assert.equal(await workbench.page.locator('.tab').filter({ hasText: 'Untitled' }).count(), 0)
  })

  it('a failed task stops at a breakpoint with its arguments, and nothing reaches the broker', async () => {
    // Only what waits for workers: the queues of a worker that has stopped may go later.
    const waiting = async (): Promise<string> => /^celery\t.*$/m.exec(await messages())?.[0] ?? assert.fail('There is no celery.')
    const before = await waiting()
    await workbench.openFile('tasks.py')
    const line = tasks.split('\n').findIndex((text) => text.includes('note.delay')) + 1
    await workbench.runCommand('Go to Line/Column')
    await workbench.enter(`:${line}`)
    await until('the cursor stands there', patience, async () => (await workbench.cursorLine()) === line)
    await workbench.editorHasFocus()
    await workbench.page.keyboard.press('F9')
    await workbench.page.locator('.codicon-debug-breakpoint').first().waitFor()
    await workbench.runCommand('Warren: Debug Task Locally')
    await workbench.pick('tasks.charge')
    await workbench.page.locator('.debug-top-stack-frame-line').first().waitFor({ timeout: patience })
    await workbench.expand('Variables', 'Locals')
    await (await workbench.row('Variables', 'total')).filter({ hasText: /\b2\b/ }).waitFor({ timeout: patience })
    await workbench.screenshot('debugging-stopped')
    await workbench.page.keyboard.press('F5')
    await workbench.page.locator('.exception-widget').filter({ hasText: 'refused' }).waitFor({ timeout: patience })
    await workbench.screenshot('debugging-exception')
    await workbench.runCommand('Debug: Stop')
    await workbench.page.locator('.debug-toolbar').waitFor({ state: 'hidden', timeout: patience })
    assert.equal(await waiting(), before)
  })

  it('without a debugger the user is told what to install', async () => {
    const bare = join(workspace, 'bare-python')
    await writeFile(bare, `#!/bin/sh\nexec ${(await findPython()) ?? 'python3'} -S "$@"\n`)
    await chmod(bare, 0o755)
    await useInterpreter(bare)
    await until('the setting is read', patience, async () =>
      (await readFile(join(workspace, '.vscode', 'settings.json'), 'utf8')).includes('bare'),
    )
    await workbench.openContainer('Warren')
    await until('the debugger is missing', patience, async () => {
      await workbench.runCommand('Warren: Debug Task Locally')
      await workbench.pick('tasks.charge')
      const told = notified('There is no debugger for Python here')
      const stopped = workbench.page
        .locator('.debug-toolbar')
        .waitFor({ timeout: 5_000 })
        .then(() => workbench.runCommand('Debug: Stop'))
      return Promise.any([told, stopped.then(() => false)])
    })
    await workbench.page.locator('.notifications-toasts .monaco-button').filter({ hasText: 'Install Python Debugger' }).waitFor()
  })
})
