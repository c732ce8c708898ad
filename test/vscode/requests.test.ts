import assert from 'node:assert/strict'
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { startWorker, testApp } from '../support/celeryWorker.ts'
import type { CeleryWorker } from '../support/celeryWorker.ts'
import { until } from '../support/childProcess.ts'
import { startChromium } from '../support/chromium.ts'
import { startCodeServer } from '../support/codeServer.ts'
import type { CodeServer } from '../support/codeServer.ts'
import { startRabbit } from '../support/rabbit.ts'
import type { PrivateRabbit } from '../support/rabbit.ts'
import { openWorkbench } from '../support/workbench.ts'
import type { Workbench } from '../support/workbench.ts'

const patience = 30_000
const requests = `// What the tests send.
{
  "variables": { "who": "anna" },
  "requests": [
    { "title": "Greet", "task": "tasksapp.echo", "args": ["\${who}", 9007199254740993] },
    { "title": "Sum up", "chain": [{ "task": "tasksapp.add", "args": [1, 2] }, { "task": "tasksapp.add", "args": [39] }] },
    { "title": "Slow", "task": "tasksapp.sleep", "args": [6] },
    { "title": "Fails", "task": "tasksapp.fail" },
    { "title": "Nobody knows it", "task": "tasksapp.missing" },
    { "title": "Not filled", "task": "tasksapp.echo", "args": ["\${nobody}"] },
  ],
}
`

describe('files of requests in VS Code', { timeout: 5 * 60_000 }, () => {
  let rabbit: PrivateRabbit
  let worker: CeleryWorker
  let workspace: string
  let server: CodeServer
  let browser: Browser
  let workbench: Workbench
  let steps = 0

  before(async () => {
    rabbit = await startRabbit()
    workspace = await mkdtemp(join(tmpdir(), 'warren-requests-'))
    await writeFile(join(workspace, '.env'), `CELERY_BROKER_URL=${rabbit.amqpUrl}\n`)
    await writeFile(join(workspace, 'shop.warren.jsonc'), requests)
    const app = testApp(rabbit.amqpUrl)
    await copyFile(join(app.folder, 'tasksapp.py'), join(workspace, 'tasksapp.py'))
    const settings = { 'remote.autoForwardPorts': false }
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
    await workbench.openFile('shop.warren.jsonc')
  })
  after(async () => {
    await browser.close()
    await server[Symbol.asyncDispose]()
    await worker[Symbol.asyncDispose]()
    await rabbit[Symbol.asyncDispose]()
    await rm(workspace, { recursive: true })
  })
  afterEach(() => workbench.screenshot(`requests-${String((steps += 1)).padStart(2, '0')}`).then(() => undefined))

  /** The lenses above the n-th request, from 0. */
  const lenses = (index: number) => workbench.page.locator('.codelens-decoration').nth(index)
  const press = (index: number, title: string) => lenses(index).getByText(title, { exact: false }).first().click()
  const says = (index: number, text: string | RegExp): Promise<boolean> =>
    until(`lens ${index} says ${String(text)}`, patience, async () => {
      const shown = await lenses(index)
        .innerText()
        .catch(() => '')
      return typeof text === 'string' ? shown.includes(text) : text.test(shown)
    })
  const notified = (text: string): Promise<boolean> =>
    until(`a notification says ${text}`, patience, async () =>
      (await workbench.notifications()).some((message) => message.includes(text)),
    )

  it('a lens sends what stands below it, every digit, and says what became of it', async () => {
    await says(0, 'Enqueue')
    await press(0, 'Enqueue')
    await says(0, /succeeded in .*9007199254740993/)
  })

  it('a chain is one press, and its result that of its last step', async () => {
    await press(1, 'Enqueue')
    await says(1, /succeeded in .*: 42/)
  })

  it('what runs is watched in a notification, until its result is there', async () => {
    await press(2, 'Enqueue')
    await says(2, 'Watch')
    await press(2, 'Watch')
    await notified('Slow')
    await notified('Slow succeeded in')
    await workbench.runCommand('Notifications: Clear All')
  })

  it('what fails says so, and its traceback is a press away', async () => {
    await press(3, 'Enqueue')
    await says(3, /failed: /)
  })

  it('several are sent at once, and counted', async () => {
    await press(0, '×N')
    await workbench.enter('7')
    await notified('7 of 7 succeeded')
    await says(0, '7 of 7 succeeded')
    await workbench.runCommand('Notifications: Clear All')
  })

  it('a task that no worker knows is asked about first', async () => {
    await press(4, 'Enqueue')
    assert.match(await workbench.dialogText(), /No worker that consumes “celery” has registered tasksapp\.missing/)
    await workbench.pressInDialog('Cancel')
    await says(4, 'Enqueue')
    assert.doesNotMatch(await lenses(4).innerText(), /sent/)
  })

  it('a variable without a value is named, and nothing is sent', async () => {
    await press(5, 'Enqueue')
    await notified('“nobody” has no value')
    await workbench.runCommand('Notifications: Clear All')
  })

  it('the form of a task says what its code takes, and what it would miss', async () => {
    const asks = (text: string): Promise<boolean> =>
      until(`the box says ${text}`, patience, async () => (await workbench.quickInputMessage()).includes(text))
    await workbench.runCommand('Warren: Enqueue Task')
    await workbench.quickInput.locator('.monaco-list-row').filter({ hasText: 'add(x, y)' }).waitFor()
    await workbench.quickInput.locator('input').first().fill('tasksapp.add')
    await workbench.screenshot('requests-form')
    await workbench.page.keyboard.press('Enter')
    await asks('Arguments for add(x, y)')
    await workbench.quickInput.locator('input').first().fill('[1, 2, 3]')
    await asks('at most 2 positional arguments')
    await workbench.quickInput.locator('input').first().fill('[1]')
    await asks('Arguments for add(x, y)')
    await workbench.page.keyboard.press('Enter')
    await asks('Keyword arguments for add(x, y)')
    await workbench.page.keyboard.press('Enter')
    assert.match(await workbench.dialogText(), /It also needs “y”\. So says add\(x, y\) in tasksapp\.py\./)
    await workbench.pressInDialog('Cancel')
  })

  it('a failed task becomes a test of its own code', async () => {
    await workbench.runCommand('Warren: Turn into a Test')
    await workbench.pick('tasksapp.fail')
    await workbench.page.locator('.view-line').filter({ hasText: 'def test_fail_fails' }).waitFor()
    await workbench.page.locator('.view-line').filter({ hasText: 'from tasksapp import fail' }).waitFor()
  })
  it('what was enqueued is kept, saved under a name, renamed, used again and removed', async () => {
    const row = (text: string) => workbench.quickInput.locator('.monaco-list-row').filter({ hasText: text }).first()
    const press = async (text: string, button: string): Promise<void> => {
      await row(text).hover()
      await row(text).locator(`a[aria-label="${button}"]`).click()
    }
    const prompted = (text: string): Promise<boolean> =>
      until(`the box says ${text}`, patience, async () => (await workbench.quickInputMessage()).includes(text))
    const runs = async (): Promise<number> => (await worker.log()).split("[['kept'], {}]").length - 1
    await workbench.runCommand('Warren: Enqueue Task')
    await row('tasksapp.echo').waitFor()
    await workbench.pick('tasksapp.echo')
    await prompted('Arguments')
    await workbench.enter('["kept"]')
    await prompted('Keyword arguments')
    await workbench.page.keyboard.press('Enter')
    await until('the worker ran it', patience, async () => (await runs()) === 1)

    await workbench.runCommand('Warren: Enqueue Task')
    await press('["kept"]', 'Save with a Name…')
    await prompted('A name for this task with its arguments and queue')
    await workbench.enter('Greeting')
    await row('Greeting').waitFor()
    await press('Greeting', 'Rename…')
    await prompted('A name for this task with its arguments and queue')
    await workbench.enter('Evening greeting')
    await row('Evening greeting').waitFor()
    await workbench.screenshot('requests-kept')

    await workbench.pick('Evening greeting')
    await prompted('Arguments')
    assert.equal(await workbench.quickInput.locator('input').first().inputValue(), '["kept"]')
    await workbench.page.keyboard.press('Enter')
    await prompted('Keyword arguments')
    await workbench.page.keyboard.press('Enter')
    await until('the worker ran it again', patience, async () => (await runs()) === 2)

    await workbench.runCommand('Warren: Enqueue Task')
    await press('Evening greeting', 'Remove from List')
    await row('Evening greeting').waitFor({ state: 'detached' })
    await press('["kept"]', 'Remove from List')
    await row('["kept"]').waitFor({ state: 'detached' })
    await row('tasksapp.echo').waitFor()
    await workbench.page.keyboard.press('Escape')
  })
})
