import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
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
import { ownQueues } from '../support/messageQueues.ts'
import type { QueueOwner } from '../support/messageQueues.ts'
import { startRabbit } from '../support/rabbit.ts'
import type { PrivateRabbit } from '../support/rabbit.ts'
import { untilEqual } from '../support/until.ts'
import { openWorkbench } from '../support/workbench.ts'
import type { Workbench } from '../support/workbench.ts'

const patience = 45_000

/** What VS Code does with queues and virtual hosts beside looking: each as a person does it, from the tree or the palette. */
describe('acting on messages in VS Code', { timeout: 8 * 60_000 }, () => {
  let rabbit: PrivateRabbit
  let owner: QueueOwner
  let worker: CeleryWorker
  let workspace: string
  let server: CodeServer
  let browser: Browser
  let workbench: Workbench
  let steps = 0

  before(async () => {
    rabbit = await startRabbit()
    owner = await ownQueues(rabbit.amqpUrl)
    // The application has exchanges of its own, of which the connection is not told at first.
    const app = testApp(rabbit.amqpUrl)
    const settings = { event_exchange: 'shop-events', control_exchange: 'shop-control', task_default_queue: 'shop.work' }
    worker = await startWorker({ ...app, env: { ...app.env, CELERY_SETTINGS: JSON.stringify(settings) } })
    workspace = await mkdtemp(join(tmpdir(), 'warren-actions-'))
    await writeFile(join(workspace, '.env'), `CELERY_BROKER_URL=${rabbit.amqpUrl}\n`)
    ;[server, browser] = await Promise.all([startCodeServer({ workspace, settings: {} }), startChromium()])
    workbench = await openWorkbench(browser, server)
    for (const queue of ['inbox', 'dead', 'later', 'many']) await owner.declare(queue)
    await owner.declare('mail', { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' })
    await rabbit.ctl('add_vhost', 'second')
    await rabbit.ctl('set_permissions', '-p', 'second', 'guest', '.*', '.*', '.*')
    await workbench.page.setViewportSize({ width: 1280, height: 1400 })
    await workbench.openContainer('Warren')
    await workbench.runCommand('Warren: Connect to Broker')
    await workbench.pick('CELERY_BROKER_URL in .env')
    await workbench.pick('Management')
    await workbench.quickInput.filter({ hasText: 'Address of the management API' }).waitFor()
    await workbench.enter(rabbit.managementUrl ?? '')
    await workbench.pick('Connect')
    await workbench.row('Connections', 'inbox')
  })
  after(async () => {
    await browser.close()
    await server[Symbol.asyncDispose]()
    await worker[Symbol.asyncDispose]()
    await owner[Symbol.asyncDispose]()
    await rabbit[Symbol.asyncDispose]()
    await rm(workspace, { recursive: true })
  })
  afterEach(() => workbench.screenshot(`messages-actions-${String((steps += 1)).padStart(2, '0')}`).then(() => undefined))

  const notified = (text: string): Promise<boolean> =>
    until(`a notification says ${text}`, patience, async () =>
      (await workbench.notifications()).some((message) => message.includes(text)),
    )
  const row = (text: RegExp): Promise<boolean> =>
    until(`the tree shows ${String(text)}`, patience, async () =>
      (await workbench.rowTexts('Connections')).some((line) => text.test(line)),
    )
  const asked = (text: string): Promise<void> => workbench.quickInput.filter({ hasText: text }).waitFor()

  /** Changes lines of the connection: the line, and what is picked for it. */
  async function edit(...changes: readonly (readonly [line: string, choice: string])[]): Promise<void> {
    await workbench.rowMenu('Connections', '127.0.0.1', 'Edit Connection')
    for (const [line, choice] of changes) {
      await asked('Settings of this connection')
      await workbench.pick(line)
      await asked(choice)
      await workbench.pick(choice)
    }
    await asked('Settings of this connection')
    await workbench.pick('Save')
  }

  it('publishes a message that is typed', async () => {
    await workbench.rowMenu('Connections', 'inbox', 'Publish Message')
    await asked('The body.')
    await workbench.enter('{"n":12345678901234567890}')
    await notified('Published a message to inbox.')
    const [body] = await owner.drain('inbox')
    assert.equal(body, '{"n":12345678901234567890}')
  })

  it('returns dead letters to the queue they died in', async () => {
    await owner.fill('mail', 3)
    for (let count = 0; count < 3; count++) {
      const message = await owner.channel.get('mail')
      assert.ok(message !== false)
      owner.channel.nack(message, false, false)
    }
    await until('they are dead letters', patience, async () => (await owner.count('dead')) === 3)
    await workbench.rowMenu('Connections', 'dead', 'Return Dead Letters')
    await workbench.pick('All')
    assert.match(await workbench.dialogText(), /dead/)
    await workbench.screenshot('messages-actions-return')
    await workbench.pressInDialog('Return')
    await until('they are back', patience, async () => (await owner.count('mail')) === 3)
    await untilEqual(() => owner.count('dead'), 0)
  })

  it('cancels a move that goes on, and says what was done', async () => {
    await owner.fill('many', 60_000, { persistent: false })
    await workbench.runCommand('Notifications: Clear All')
    await workbench.rowMenu('Connections', 'many', 'Move Messages')
    await workbench.pick('All')
    await until('a queue is asked for', patience, async () =>
      (await workbench.quickInput.innerText()).includes('Move Messages to'),
    )
    await workbench.pick('later')
    await workbench.page.locator('.monaco-dialog-box').waitFor()
    await workbench.pressInDialog('Move')
    await workbench.page.locator('.notifications-toasts .monaco-button').filter({ hasText: 'Cancel' }).first().waitFor()
    await workbench.screenshot('messages-actions-moving')
    await workbench.pressInNotification('Cancel')
    await notified('Stopped as asked.')
    // What the move held comes back a moment after its end.
    await untilEqual(async () => (await owner.count('many')) + (await owner.count('later')), 60_000)
    assert.ok((await owner.count('many')) > 0)
  })

  it('connects with the exchanges that the workers use', async () => {
    await row(/^Workers use other exchanges: events on shop-events, control by shop-control/)
    await workbench.screenshot('messages-actions-found')
    await workbench.runCommand('Warren: Use Found Exchanges')
    await workbench.row('Workers', worker.hostname)
    const still = async (): Promise<boolean> =>
      (await workbench.rowTexts('Connections')).some((line) => line.startsWith('Workers use other exchanges'))
    await until('the hint is gone', patience, async () => !(await still()))
  })

  it('wants the name of a queue typed before it purges on a production connection', async () => {
    await owner.fill('inbox', 4)
    await edit(['Environment', 'production'], ['Access', 'Read and write'])
    await row(/^Connection .*PRODUCTION/)
    await workbench.whenStatusBarShows('PRODUCTION')
    await workbench.rowMenu('Connections', 'inbox', 'Purge Queue')
    assert.match(await workbench.dialogText(), /4 messages.*PRODUCTION: .*\(amqp:\/\//s)
    await workbench.screenshot('messages-actions-production')
    await workbench.pressInDialog('Purge')
    await asked('inbox')
    await workbench.screenshot('messages-actions-typed')
    await workbench.enter('outbox')
    await until('another name is not taken', patience, async () => (await workbench.quickInput.innerText()).includes('inbox'))
    await untilEqual(() => owner.count('inbox'), 4)
    await workbench.enter('inbox')
    await notified('Purged 4 messages from inbox.')
    await untilEqual(() => owner.count('inbox'), 0)
  })

  it('offers nothing that changes a queue once the connection is read-only', async () => {
    await edit(['Access', 'Read-only'])
    await row(/^Connection .*read-only/)
    const line = await workbench.row('Connections', 'inbox')
    const menu = workbench.page.locator('.context-view .action-item')
    await until('the menu shows reading alone', patience, async () => {
      await workbench.page.keyboard.press('Escape')
      await line.click({ button: 'right' })
      await menu.filter({ hasText: 'Show Messages' }).first().waitFor()
      const texts = (await menu.allInnerTexts()).map((text) => text.trim()).filter((text) => text !== '')
      return texts.every((text) => /^(Show Messages|Open Message)/.test(text))
    })
    await workbench.screenshot('messages-actions-read-only')
    await workbench.page.keyboard.press('Escape')
  })

  it('connects to another virtual host as the same user', async () => {
    await workbench.rowMenu('Connections', '127.0.0.1', 'Connect to Another Virtual Host')
    await workbench.pick('second')
    await row(/^Connection .*second.*connected/)
  })
})
