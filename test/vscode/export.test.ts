import assert from 'node:assert/strict'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { after, afterEach, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { Exporter } from '../../broker-bridge/export/exporter.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import { until } from '../support/childProcess.ts'
import { startChromium } from '../support/chromium.ts'
import { startCodeServer } from '../support/codeServer.ts'
import type { CodeServer } from '../support/codeServer.ts'
import { connected } from '../support/scriptedTasks.ts'
import { openWorkbench } from '../support/workbench.ts'
import type { Workbench } from '../support/workbench.ts'
import { wholeTask } from '../unit/taskEvents.ts'

const patience = 30_000
const settings = 'broker_url = "amqp://"\n'

/** Without any broker: a workspace with settings of Celery in it, and a bundle of twelve tasks. */
describe('bundles and settings in VS Code', { timeout: 5 * 60_000 }, () => {
  let workspace: string
  let server: CodeServer
  let browser: Browser
  let workbench: Workbench
  let steps = 0

  before(async () => {
    workspace = await mkdtemp(join(tmpdir(), 'warren-export-'))
    await writeFile(join(workspace, 'celeryconfig.py'), settings)
    await pipeline(bundle(), createWriteStream(join(workspace, 'old.warren.gz')))
    ;[server, browser] = await Promise.all([startCodeServer({ workspace, settings: {} }), startChromium()])
    workbench = await openWorkbench(browser, server)
  })
  after(async () => {
    await browser.close()
    await server[Symbol.asyncDispose]()
    await rm(workspace, { recursive: true })
  })
  afterEach(() => workbench.screenshot(`export-${String((steps += 1)).padStart(2, '0')}`).then(() => undefined))

  const choose = async (path: string): Promise<void> => {
    const field = workbench.quickInput.locator('input[type=text]').first()
    // The box before this one may still be there: a dialog for files begins with a path.
    await until('a file is asked for', patience, async () => (await field.inputValue().catch(() => '')).startsWith('/'))
    // It forgets what was typed before it has read the folder.
    await until('the file is taken', patience, async () => {
      if (!(await workbench.quickInput.isVisible())) return true
      const button = workbench.quickInput.getByRole('button', { name: /^(OK|Open Bundle)/ }).first()
      const tried = field.fill(path, { timeout: 1_000 }).then(() => button.click({ timeout: 1_000 }))
      await tried.catch(() => undefined)
      return false
    })
  }

  it('the line that turns a setting on is offered for review, and written only when it is applied', async () => {
    await workbench.openContainer('Warren')
    await workbench.runCommand('Warren: Fix Celery Settings')
    await workbench.quickInput.locator('.monaco-list-row').filter({ hasText: 'task_send_sent_event' }).first().click()
    await workbench.page.keyboard.press('Enter')
    const apply = workbench.page.getByRole('button', { name: 'Apply' }).first()
    await apply.waitFor()
    assert.equal(await readFile(join(workspace, 'celeryconfig.py'), 'utf8'), settings)
    await workbench.screenshot('export-00-review')
    const change = workbench.page.locator('.panel .monaco-list-row').filter({ hasText: 'task_send_sent_event' })
    await change.locator('[role=checkbox], input[type=checkbox]').first().click()
    await apply.click()
    await workbench.page.locator('.view-line').filter({ hasText: 'task_send_sent_event' }).first().waitFor()
    await workbench.runCommand('File: Save All Files')
    await until(
      'the line is saved',
      patience,
      async () => (await readFile(join(workspace, 'celeryconfig.py'), 'utf8')) === `${settings}task_send_sent_event = True\n`,
    )
  })

  it('a bundle opens in the feed, and its connection can be looked at and closed', async () => {
    await workbench.runCommand('Warren: Open Bundle')
    await choose(join(workspace, 'old.warren.gz'))
    await workbench.webview().getByRole('row').nth(12).waitFor()
    await until('it is told what was opened', patience, async () =>
      (await workbench.notifications()).join().includes('12 tasks as they were then'),
    )
    await workbench.openContainer('Warren')
    await workbench.row('Connections', 'Shop (bundle)')
  })

  it('tasks are exported to a file of one’s choice', async () => {
    const csv = workbench.quickInput.locator('.monaco-list-row').filter({ hasText: 'CSV' }).first()
    // A feed that was still loading takes the focus, which closes a list that is open.
    await until('the form is chosen', patience, async () => {
      await workbench.runCommand('Warren: Export Tasks')
      return csv.click({ timeout: 4_000 }).then(
        () => true,
        () => false,
      )
    })
    const file = join(workspace, 'tasks.csv')
    await workbench.saveAs(file)
    await until(
      'the file is there',
      patience,
      async () => (await readFile(file, 'utf8').catch(() => '')).trimEnd().split('\r\n').length === 13,
    )
  })
})

function bundle(): AsyncIterable<string | Uint8Array> {
  const store = new TaskStore(1_000)
  for (let index = 0; index < 12; index++)
    store.apply('c', wholeTask(`task-${index}`, index % 3 === 0 ? 'FAILURE' : 'SUCCESS'), 5_000)
  const exporter = new Exporter(store, {
    version: '1',
    connections: () => [connected({ id: 'c' })],
    workers: () => [],
    queues: () => [],
  })
  return exporter.file({ format: 'bundle', filter: {}, mask: true })
}
