import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { until } from '../support/childProcess.ts'
import { startChromium } from '../support/chromium.ts'
import { startCodeServer } from '../support/codeServer.ts'
import type { CodeServer } from '../support/codeServer.ts'
import { ownQueues } from '../support/messageQueues.ts'
import type { QueueOwner } from '../support/messageQueues.ts'
import { startRabbit } from '../support/rabbit.ts'
import type { PrivateRabbit } from '../support/rabbit.ts'
import { untilEqual } from '../support/until.ts'
import { openWorkbench } from '../support/workbench.ts'
import type { Workbench } from '../support/workbench.ts'

const patience = 30_000

/** Waiting messages in a real VS Code with a real broker: looked at, opened as a document, moved and purged. */
describe('messages in VS Code', { timeout: 6 * 60_000 }, () => {
  let rabbit: PrivateRabbit
  let owner: QueueOwner
  let workspace: string
  let server: CodeServer
  let browser: Browser
  let workbench: Workbench
  let steps = 0

  before(async () => {
    rabbit = await startRabbit()
    owner = await ownQueues(rabbit.amqpUrl)
    await owner.declare('orders')
    await owner.declare('later')
    await owner.fill('orders', 12, { contentType: 'application/json' }, (index) => `{"order":${index},"n":12345678901234567890}`)
    workspace = await mkdtemp(join(tmpdir(), 'warren-messages-'))
    await writeFile(join(workspace, '.env'), `CELERY_BROKER_URL=${rabbit.amqpUrl}\n`)
    ;[server, browser] = await Promise.all([startCodeServer({ workspace, settings: {} }), startChromium()])
    workbench = await openWorkbench(browser, server)
  })
  after(async () => {
    await browser.close()
    await server[Symbol.asyncDispose]()
    await owner[Symbol.asyncDispose]()
    await rabbit[Symbol.asyncDispose]()
    await rm(workspace, { recursive: true })
  })
  afterEach(() => workbench.screenshot(`messages-vscode-${String((steps += 1)).padStart(2, '0')}`).then(() => undefined))

  const notified = (text: string): Promise<boolean> =>
    until(`a notification says ${text}`, patience, async () =>
      (await workbench.notifications()).some((message) => message.includes(text)),
    )

  it('shows the messages of a queue in the feed, from the queue’s menu', async () => {
    await workbench.openContainer('Warren')
    await workbench.runCommand('Warren: Connect to Broker')
    await workbench.pick('CELERY_BROKER_URL in .env')
    await workbench.pick('Management')
    await workbench.enter(`http://127.0.0.1:${rabbit.ports.management}`)
    await workbench.pick('Connect')
    await workbench.row('Connections', 'orders')
    await workbench.rowMenu('Connections', 'orders', 'Show Messages')
    const page = workbench.webview()
    await page.getByRole('tab', { name: 'Queues', selected: true }).waitFor()
    await page.getByRole('button', { name: 'Look at up to 50 messages' }).click()
    await page.getByText('all 12').waitFor()
    await untilEqual(() => owner.count('orders'), 12)
  })

  it('opens the body of a message as a document of JSON, with every digit', async () => {
    const page = workbench.webview()
    await page.locator('#message-3').click()
    await page.getByRole('button', { name: 'Open Body' }).click()
    await workbench.page.locator('.tab.active').filter({ hasText: '.json' }).waitFor()
    const text = (): Promise<string> => workbench.page.locator('.editor-instance .view-lines').first().innerText()
    await until('the body is shown', patience, async () => (await text()).includes('12345678901234567890'))
    assert.match((await text()).replace(/\s+/g, ''), /^\{"order":3,"n":12345678901234567890\}$/)
  })

  it('opens a message of a stream from its beginning, its end, an offset or a time', async () => {
    await owner.declare('journal', { 'x-queue-type': 'stream' })
    await owner.fill('journal', 120, { contentType: 'application/json' }, (index) => `{"entry":${index}}`)
    const first = async (): Promise<string> => (await workbench.choices())[0] ?? ''
    const open = async (place: string, text?: string): Promise<void> => {
      await workbench.rowMenu('Connections', 'journal', 'Open Message')
      await until('a place is asked for', patience, async () =>
        (await workbench.quickInput.innerText()).includes('Last Messages'),
      )
      await workbench.screenshot('messages-vscode-stream')
      await workbench.pick(place)
      if (text !== undefined) await workbench.enter(text)
    }
    const begins = (pattern: RegExp): Promise<boolean> =>
      until(`the list begins with ${String(pattern)}`, patience, async () => pattern.test(await first().catch(() => '')))
    await open('First Messages')
    await begins(/^0 .*"entry":0\}/)
    await workbench.page.keyboard.press('Escape')
    await open('Last Messages')
    await begins(/^70 .*"entry":70\}/)
    await workbench.page.keyboard.press('Escape')
    await open('From an Offset', '7')
    await begins(/^7 .*"entry":7\}/)
    await workbench.pick('"entry":7}')
    await workbench.page.locator('.editor-instance .view-lines').getByText('7').first().waitFor()
    await open('From a Time', '2020-01-01 00:00')
    await begins(/^0 .*"entry":0\}/)
    await workbench.page.keyboard.press('Escape')
    await open('From an Offset', '500')
    await notified('The stream journal ends before offset 500.')
    await workbench.runCommand('Notifications: Clear All')
  })

  it('moves messages with a report at the end', async () => {
    await workbench.rowMenu('Connections', 'orders', 'Move Messages')
    await workbench.pick('The first messages')
    await workbench.enter('5')
    await until('a queue is asked for', patience, async () =>
      (await workbench.quickInput.innerText()).includes('Move Messages to'),
    )
    await workbench.pick('later')
    await workbench.page.locator('.monaco-dialog-box').waitFor()
    await workbench.pressInDialog('Move')
    await until('five have moved', patience, async () => (await owner.count('later')) === 5)
    await notified('Moved 5 messages')
    await untilEqual(() => owner.count('orders'), 7)
  })

  it('purges a queue only after a question that says how many', async () => {
    await workbench.rowMenu('Connections', 'orders', 'Purge Queue')
    assert.match(await workbench.dialogText(), /7/)
    await workbench.pressInDialog('Cancel')
    assert.equal(await owner.count('orders'), 7)
    await workbench.rowMenu('Connections', 'orders', 'Purge Queue')
    await workbench.page.locator('.monaco-dialog-box').waitFor()
    await workbench.pressInDialog('Purge')
    await notified('Purged 7 messages from orders.')
    await untilEqual(() => owner.count('orders'), 0)
  })
})
