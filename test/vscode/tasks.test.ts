import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { runPython, startWorker } from '../support/celeryWorker.ts'
import type { CeleryApp, CeleryWorker } from '../support/celeryWorker.ts'
import { until } from '../support/childProcess.ts'
import { startChromium } from '../support/chromium.ts'
import { startCodeServer } from '../support/codeServer.ts'
import type { CodeServer } from '../support/codeServer.ts'
import { startRabbit } from '../support/rabbit.ts'
import type { PrivateRabbit } from '../support/rabbit.ts'
import { openWorkbench } from '../support/workbench.ts'
import type { Workbench } from '../support/workbench.ts'

const patience = 45_000
const code = `import os
import time

from celery import Celery

app = Celery("shop", broker=os.environ["CELERY_BROKER_URL"])
app.conf.task_send_sent_event = True
app.conf.worker_prefetch_multiplier = 1


@app.task
def hold(seconds):
    time.sleep(seconds)


@app.task
def mail(number):
    return number


@app.task
def pay(number, signal):
    if not os.path.exists(signal):
        raise ConnectionError(f"the gateway refused {number}")
    return number
`

/** What a person takes back, ends and runs again in VS Code's trees, and what a real worker then does. */
describe('tasks in VS Code', { timeout: 8 * 60_000 }, () => {
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
    workspace = await mkdtemp(join(tmpdir(), 'warren-tasks-'))
    await writeFile(join(workspace, '.env'), `CELERY_BROKER_URL=${rabbit.amqpUrl}\n`)
    await writeFile(join(workspace, 'shop.py'), code)
    await writeFile(join(workspace, 'orders.warren.jsonc'), JSON.stringify({ requests: chains(2) }, null, 2))
    app = { folder: workspace, module: 'shop', env: { CELERY_BROKER_URL: rabbit.amqpUrl } }
    const settings = { 'remote.autoForwardPorts': false }
    ;[worker, server, browser] = await Promise.all([
      startWorker(app, { hostname: 'w1@test' }),
      startCodeServer({ workspace, settings }),
      startChromium(),
    ])
    workbench = await openWorkbench(browser, server)
    await workbench.page.setViewportSize({ width: 1280, height: 1100 })
    await workbench.openContainer('Warren')
    await workbench.runCommand('Warren: Connect to Broker')
    await workbench.pick('CELERY_BROKER_URL in .env')
    await workbench.pick('Connect')
    await workbench.row('Workers', 'w1@test')
  })
  after(async () => {
    await browser.close()
    await server[Symbol.asyncDispose]()
    await worker.kill()
    await rabbit[Symbol.asyncDispose]()
    await rm(workspace, { recursive: true })
  })
  afterEach(() => screenshot('end').then(() => undefined))

  /** Chains whose first step fails until a file is there. */
  function chains(count: number): object[] {
    return Array.from({ length: count }, (_, number) => ({
      title: `Order ${number}`,
      chain: [
        { task: 'shop.pay', args: [number, join(workspace, 'open')] },
        { task: 'shop.mail', immutable: true, args: [100 + number] },
      ],
    }))
  }

  const screenshot = (what: string): Promise<string> =>
    workbench.screenshot(`tasks-vscode-${String((steps += 1)).padStart(2, '0')}-${what}`)
  const notified = (text: string): Promise<boolean> =>
    until(`a notification says ${text}`, patience, async () =>
      (await workbench.notifications()).some((message) => message.includes(text)),
    )
  const logged = (pattern: RegExp): Promise<boolean> =>
    until(`the worker logs ${pattern.source}`, patience, async () => pattern.test(await worker.log()))
  const shows = (pattern: RegExp): Promise<boolean> =>
    until(`the tree shows ${String(pattern)}`, patience, async () =>
      (await workbench.rowTexts('Tasks')).some((text) => pattern.test(text)),
    )
  const python = (lines: string): Promise<string> => runPython(app, `from shop import *\n${lines}`)

  /** Says yes in the dialog, after its words were looked at. */
  async function agree(words: RegExp, button: string): Promise<void> {
    const dialog = workbench.page.locator('.monaco-dialog-box')
    await dialog.waitFor()
    assert.match(await workbench.dialogText(), words)
    await screenshot('asks')
    await workbench.pressInDialog(button)
    await dialog.waitFor({ state: 'detached' })
  }

  /** Keeps the only process of the worker busy. @returns the task's id */
  async function occupy(seconds: number): Promise<string> {
    const id = (await python(`print(hold.delay(${seconds}).id)`)).trim()
    await until('the process is busy', patience, async () => (await worker.log()).includes(`shop.hold[${id}] received`))
    return id
  }

  /** Ends the task that keeps it busy, from its line. */
  async function terminate(seconds: number): Promise<void> {
    await workbench.expand('Tasks', 'shop.hold')
    await workbench.rowMenu('Tasks', `(${seconds},)`, 'Terminate Task')
    await workbench.pick('SIGKILL')
    await agree(/Terminate shop\.hold[^]*ends the process that runs it, at once and without cleaning up/, 'Terminate')
  }

  it('a task that waits is taken back from the palette, after a question that says what Celery does', async () => {
    await occupy(601)
    const id = (await python('print(mail.delay(1).id)')).trim()
    await shows(/^Task shop\.mail, 1 run/)
    await workbench.runCommand('Warren: Revoke Task')
    await workbench.pick('shop.mail')
    await agree(
      /Revoke shop\.mail \([0-9a-f-]+\)\?[^]*drops such a task when it would start it[^]*Tasks that run already go on/,
      'Cancel',
    )
    await workbench.runCommand('Warren: Revoke Task')
    await workbench.pick('shop.mail')
    await agree(/1 worker is told/, 'Revoke')
    await notified('1 task revoked. 1 of 1 worker answered.')
    await logged(new RegExp(`Tasks flagged as revoked: ${id}`))
  })

  it('a task that runs is terminated from its line: its process ends, and what was revoked does not start', async () => {
    await terminate(601)
    await logged(/Terminating [0-9a-f-]+ \(/)
    await logged(/Discarding revoked task: shop\.mail/)
    await shows(/^shop\.hold revoked/)
    assert.doesNotMatch(await worker.log(), /shop\.mail\[[0-9a-f-]+\] succeeded/)
    await workbench.runCommand('Notifications: Clear All')
  })

  it('all that wait of one name are revoked from the name’s line, and no other', async () => {
    await occupy(602)
    await python('for n in range(4): mail.delay(n)\npay.delay(7, "nowhere")')
    await shows(/^Task shop\.mail, 5 runs/)
    await shows(/^Task shop\.pay, 1 run/)
    await workbench.rowMenu('Tasks', 'shop.mail', 'Revoke Task')
    await agree(/Revoke 4 tasks\?[^]*4 × shop\.mail/, 'Revoke')
    await notified('4 tasks revoked.')
    await terminate(602)
    await logged(/shop\.pay\[[0-9a-f-]+\] raised unexpected/)
    assert.equal((await worker.log()).split('Discarding revoked task: shop.mail').length - 1, 5)
    await workbench.runCommand('Notifications: Clear All')
  })
  it('several selected tasks are run again as one operation, and taken back with one question', async () => {
    await python('for n in (21, 22, 23): pay.delay(n, "nowhere")')
    await shows(/^Task shop\.pay, 4 runs, 4 failed/)
    await workbench.expand('Tasks', 'shop.pay')
    await select('(21,', '(22,', '(23,')
    await workbench.rowMenu('Tasks', '(22,', 'Retry Task')
    await agree(/3 of 3 tasks can be retried\. Nothing has been sent yet/, 'Choose Rate')
    await workbench.enter('50')
    await agree(/Run 3 tasks again\?/, 'Retry')
    await notified('Sent 3 tasks again.')
    await shows(/^Task shop\.pay, 7 runs, 7 failed/)
    await workbench.runCommand('Notifications: Clear All')

    await occupy(603)
    await python('for n in (31, 32, 33): mail.delay(n)')
    await shows(/^Task shop\.mail, 8 runs/)
    await workbench.expand('Tasks', 'shop.mail')
    await select('(31,)', '(33,)')
    await workbench.rowMenu('Tasks', '(33,)', 'Revoke Task')
    await agree(/Revoke 2 tasks\?[^]*2 × shop\.mail/, 'Revoke')
    await notified('2 tasks revoked.')
    await workbench.runCommand('Notifications: Clear All')
  })

  it('what a search in the feed finds is revoked after a question with their number', async () => {
    await python('for n in (41, 42, 43): mail.delay(n)')
    await workbench.runCommand('Warren: Open Live Feed')
    const page = workbench.webview()
    await page.getByLabel('Find tasks by words or fields').fill('name:shop.mail AND (args.0:41 OR args.0:42)')
    await page.locator('warren-task-list').getByText('(42,)').waitFor()
    await page.locator('warren-task-list').getByText('(43,)').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Revoke Matching…' }).click()
    const question = page.locator('warren-confirm')
    await question.getByText('Revoke 2 tasks?').waitFor()
    await screenshot('feed-asks')
    await question.getByRole('button', { name: 'Revoke' }).click()
    await until('the worker knows', patience, async () =>
      (await worker.log()).split('\n').some((line) => /flagged as revoked: [0-9a-f-]+, [0-9a-f-]+$/.test(line)),
    )
    await workbench.openContainer('Warren')
    await terminate(603)
    // Of these and those of the step before, one each was left.
    await logged(/shop\.mail\[[0-9a-f-]+\] succeeded in \S+: 32/)
    await logged(/shop\.mail\[[0-9a-f-]+\] succeeded in \S+: 43/)
    assert.doesNotMatch(await worker.log(), /shop\.mail\[[0-9a-f-]+\] succeeded in \S+: (?:31|33|41|42)$/m)
    await workbench.runCommand('Notifications: Clear All')
  })

  it('what was to follow many tasks follows their new runs if that is chosen', async () => {
    await workbench.openFile('orders.warren.jsonc')
    for (const number of [0, 1]) {
      await workbench.page.locator('.codelens-decoration').nth(number).getByText('Enqueue').first().click()
      await shows(new RegExp(`^Task shop\\.pay, ${8 + number} runs, ${8 + number} failed`))
    }
    await writeFile(join(workspace, 'open'), '')
    await workbench.rowMenu('Tasks', 'shop.pay', 'Retry Matching Tasks')
    await agree(/of 9 tasks can be retried/, 'Choose Rate')
    assert.match(
      (await workbench.choices()).join('\n'),
      /Run the Tasks Alone.*2 of these tasks have callbacks, a chain or a chord/,
    )
    await screenshot('carry')
    await workbench.pick('Carry What Was to Follow')
    await workbench.enter('50')
    await agree(/What was to follow 2 tasks \(callbacks, a chain or a chord\) is carried along/, 'Retry')
    for (const result of [100, 101]) await logged(new RegExp(`shop\\.mail\\[[0-9a-f-]+\\] succeeded in \\S+: ${result}$`, 'm'))
  })

  /** Selects lines of the Tasks view as a person does: a click, and further ones with Control held down. */
  async function select(first: string, ...others: string[]): Promise<void> {
    await (await workbench.row('Tasks', first)).click()
    for (const other of others) await (await workbench.row('Tasks', other)).click({ modifiers: ['Control'] })
    await until('they are selected', patience, async () => {
      const chosen = workbench.rows('Tasks').and(workbench.page.locator('[aria-selected=true]'))
      return (await chosen.count()) === others.length + 1
    })
  }
})
