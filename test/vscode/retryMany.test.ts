import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { runPython, startWorker, testApp } from '../support/celeryWorker.ts'
import type { CeleryWorker } from '../support/celeryWorker.ts'
import { until } from '../support/childProcess.ts'
import { startChromium } from '../support/chromium.ts'
import { startCodeServer } from '../support/codeServer.ts'
import type { CodeServer } from '../support/codeServer.ts'
import { startRabbit } from '../support/rabbit.ts'
import type { PrivateRabbit } from '../support/rabbit.ts'
import { openWorkbench } from '../support/workbench.ts'
import type { Workbench } from '../support/workbench.ts'

const patience = 60_000

/** Retries in a real VS Code with a real broker and worker: a whole group of failures, and one task with edits. */
describe('retries in VS Code', { timeout: 6 * 60_000 }, () => {
  let rabbit: PrivateRabbit
  let worker: CeleryWorker
  let workspace: string
  let server: CodeServer
  let browser: Browser
  let workbench: Workbench
  let steps = 0

  before(async () => {
    rabbit = await startRabbit()
    workspace = await mkdtemp(join(tmpdir(), 'warren-retries-'))
    await writeFile(join(workspace, '.env'), `CELERY_BROKER_URL=${rabbit.amqpUrl}\n`)
    const app = testApp(rabbit.amqpUrl)
    const settings = { 'remote.autoForwardPorts': false, 'editor.autoClosingBrackets': 'never' }
    ;[worker, server, browser] = await Promise.all([
      startWorker(app, { hostname: 'w1@test', concurrency: 2 }),
      startCodeServer({ workspace, settings }),
      startChromium(),
    ])
    workbench = await openWorkbench(browser, server)
    await workbench.openContainer('Warren')
    await workbench.runCommand('Warren: Connect to Broker')
    await workbench.pick('CELERY_BROKER_URL in .env')
    await workbench.pick('Connect')
    await (await workbench.row('Workers', 'w1@test')).waitFor()
    await runPython(app, 'from tasksapp import *\nfor number in range(5): fail.delay(7 + number)')
    await workbench.runCommand('Warren: Focus on Failures View')
    await until('the five failures are a group', patience, async () =>
      (await workbench.rowTexts('Failures')).some((text) => /Broken in fail \(tasksapp\.py\), 5 failures/.test(text)),
    ).catch(async (error: unknown) => {
      await workbench.screenshot('retries-vscode-00')
      throw error
    })
  })
  after(async () => {
    await browser.close()
    await server[Symbol.asyncDispose]()
    await worker.kill()
    await rabbit[Symbol.asyncDispose]()
    await rm(workspace, { recursive: true })
  })
  afterEach(() => workbench.screenshot(`retries-vscode-${String((steps += 1)).padStart(2, '0')}`).then(() => undefined))

  const notified = (text: string): Promise<boolean> =>
    until(`a notification says ${text}`, patience, async () =>
      (await workbench.notifications()).some((message) => message.includes(text)),
    )
  const received = async (): Promise<number> => (await worker.log()).split('tasksapp.fail[').length

  it('runs a group of failures again from its menu: dry run, rate, question, progress, and the new runs', async () => {
    await workbench.rowMenu('Failures', 'Broken', 'Retry Matching Tasks')
    await workbench.page.locator('.monaco-dialog-box').waitFor()
    assert.match(await workbench.dialogText(), /5 of 5 tasks can be retried\. Nothing has been sent yet\./)
    const before = await received()
    await workbench.pressInDialog('Choose Rate')
    await workbench.enter('20')
    await workbench.page.locator('.monaco-dialog-box').filter({ hasText: 'Run 5 tasks again?' }).waitFor()
    assert.match(await workbench.dialogText(), /At most 20 a second/)
    assert.equal(await received(), before)
    await workbench.pressInDialog('Retry')
    await notified('Sent 5 tasks again.')
    await workbench.pressInNotification('Show New Runs')
    const page = workbench.webview()
    await page.locator('warren-toolbar').waitFor()
    await page.locator('warren-task-list').getByText('tasksapp.fail').nth(4).waitFor()
    const search = page.getByLabel('Find tasks by words or fields')
    await until('the search is for the new runs', patience, async () => /^id:[0-9a-f]{8}-\*$/.test(await search.inputValue()))
  })

  it('opens a retry as a document that says what is wrong, and sends it with every digit', async () => {
    await workbench.expand('Failures', 'Broken')
    await workbench.rowMenu('Failures', 'tasksapp.fail', 'Retry with Edits')
    const { page } = workbench
    const lens = (text: string) => page.locator('.codelens-decoration a').filter({ hasText: text })
    await lens('Send Retry').waitFor()
    await lens('Cancel').waitFor()
    const write = async (text: string): Promise<void> => {
      await page.locator('.editor-instance .view-lines').first().click()
      await page.keyboard.press('Control+a')
      await page.keyboard.insertText(text)
      // What the editor closed by itself stands behind the cursor.
      await page.keyboard.press('Control+Shift+End')
      await page.keyboard.press('Delete')
    }
    await write('{"name": "tasksapp.echo", "args": {}, "kwargs": {}, "queue": "celery"}')
    await page.locator('.editor-instance .squiggly-error').first().waitFor()
    await lens('Send Retry').click()
    await notified('"args" must be a JSON array')
    await write('{"name": "tasksapp.echo", "args": [9007199254740993], "kwargs": {}, "queue": "celery"}')
    await page.locator('.editor-instance .squiggly-error').first().waitFor({ state: 'detached' })
    await lens('Send Retry').click()
    await notified('was sent to the queue celery')
    await until('the worker got every digit', patience, async () => (await worker.log()).includes('[[9007199254740993], {}]'))
  })
})
