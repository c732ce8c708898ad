import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import { connect } from 'amqplib'
import type { ConsumeMessage } from 'amqplib'
import type { Browser } from 'playwright-core'
import { runPython, startWorker, testApp } from '../support/celeryWorker.ts'
import type { CeleryApp, CeleryWorker } from '../support/celeryWorker.ts'
import { until } from '../support/childProcess.ts'
import { startChromium } from '../support/chromium.ts'
import { startCodeServer } from '../support/codeServer.ts'
import type { CodeServer } from '../support/codeServer.ts'
import { commandOf, isAlive, isTracing } from '../support/payloadBridge.ts'
import { startRabbit } from '../support/rabbit.ts'
import type { PrivateRabbit } from '../support/rabbit.ts'
import { openWorkbench } from '../support/workbench.ts'
import type { Workbench } from '../support/workbench.ts'

const patience = 45_000

/** Recording payloads as a person does it in VS Code: what is asked, what is seen meanwhile, and what becomes of it after a crash. */
describe('recording payloads in VS Code', { timeout: 8 * 60_000 }, () => {
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
    app = testApp(rabbit.amqpUrl)
    workspace = await mkdtemp(join(tmpdir(), 'warren-payloads-vscode-'))
    await writeFile(join(workspace, '.env'), `CELERY_BROKER_URL=${rabbit.amqpUrl}\n`)
    ;[worker, server, browser] = await Promise.all([
      startWorker(app, { hostname: 'w1@test' }),
      startCodeServer({ workspace, settings: { 'remote.autoForwardPorts': false } }),
      startChromium(),
    ])
    workbench = await openWorkbench(browser, server)
    await workbench.openContainer('Warren')
    await connectTo('CELERY_BROKER_URL in .env')
    await workbench.row('Workers', 'w1@test')
  })
  after(async () => {
    await browser.close()
    await server[Symbol.asyncDispose]()
    await worker[Symbol.asyncDispose]()
    await rabbit[Symbol.asyncDispose]()
    await rm(workspace, { recursive: true })
  })
  afterEach(() => workbench.screenshot(`payloads-vscode-${String((steps += 1)).padStart(2, '0')}`).then(() => undefined))

  async function connectTo(choice: string): Promise<void> {
    await workbench.runCommand('Warren: Connect to Broker')
    await workbench.pick(choice)
    await workbench.pick('Management')
    await workbench.quickInput.filter({ hasText: 'Address of the management API' }).waitFor()
    await workbench.enter(rabbit.managementUrl ?? '')
    await workbench.pick('Connect')
  }

  const notified = (text: string): Promise<boolean> =>
    until(`a notification says ${text}`, patience, async () =>
      (await workbench.notifications()).some((message) => message.includes(text)),
    )
  const row = (pattern: RegExp): Promise<boolean> =>
    until(`a row reads ${pattern.source}`, patience, async () =>
      (await workbench.rowTexts('Connections')).some((text) => pattern.test(text)),
    )
  const spoken = (text: string): Promise<void> =>
    workbench.page.locator(`.statusbar-item[aria-label*="${text}"], .statusbar-item [aria-label*="${text}"]`).first().waitFor()
  const off = (): Promise<boolean> => until('tracing is off', patience, async () => !(await isTracing(rabbit)))
  /** The process that runs a bundle of this VS Code's Warren. */
  const processOf = (bundle: string): number =>
    readdirSync('/proc')
      .map(Number)
      .find((pid) => pid > 0 && isAlive(pid) && isOurs(commandOf(pid), bundle)) ?? 0
  const isOurs = (command: string, bundle: string): boolean => command.includes(`${server.folder}/`) && command.includes(bundle)

  async function record(): Promise<void> {
    await workbench.runCommand('Warren: Record Payloads…')
    await workbench.pick('Until I stop it or close VS Code')
    await workbench.page.locator('.monaco-dialog-box').filter({ hasText: 'Record payloads of' }).waitFor()
  }

  it('says before what it costs, and is seen in the tree and in the status bar', async () => {
    await record()
    const text = await workbench.dialogText()
    assert.match(text, /^Record payloads of virtual host “\/” at http:\/\/127\.0\.0\.1/)
    for (const said of [/for everybody who uses it/, /about a quarter fewer messages/, /secrets included/, /also after a crash/])
      assert.match(text, said)
    await workbench.screenshot('payloads-vscode-question')
    assert.equal(await isTracing(rabbit), false)
    await workbench.pressInDialog('Record Payloads')
    await notified('Payloads of tasks are recorded from now on')
    assert.equal(await isTracing(rabbit), true)
    await row(/^Recording payloads/)
    await spoken('payloads are recorded')
  })

  it('sends a failed task again byte by byte', async () => {
    const seen: ConsumeMessage[] = []
    const model = await connect(rabbit.amqpUrl)
    const channel = await model.createChannel()
    const { queue } = await channel.assertQueue('', { exclusive: true })
    await channel.bindQueue(queue, 'amq.rabbitmq.trace', 'publish.')
    await channel.consume(queue, (message) => message && seen.push(message), { noAck: true })
    const bodies = (): string[] =>
      seen.map(({ content }) => content.toString()).filter((body) => body.includes('12345678901234567890'))
    await runPython(app, 'from tasksapp import *\nfail.apply_async((12345678901234567890,), headers={"tenant": "acme"})')
    await row(/^Recording payloads.* 1 message/)
    await workbench.runCommand('Warren: Retry Task')
    // By the keyboard: where the pointer rests, its hover may cover the row.
    await workbench.quickInput.locator('.monaco-list-row.focused').filter({ hasText: 'tasksapp.fail' }).waitFor()
    await workbench.page.keyboard.press('Enter')
    await until('it goes out again', patience, () => bodies().length === 2)
    assert.equal(bodies()[1], bodies()[0])
    const [first, second] = seen
      .filter(({ content }) => content.includes('12345678901234567890'))
      .map(({ properties }) => JSON.stringify((properties.headers?.['properties'] as Record<string, object>)['headers']))
    assert.match(first ?? '', /"tenant":"acme"/)
    assert.match(second ?? '', /"tenant":"acme"/)
    await row(/^Recording payloads.* 2 messages/)
    await model.close()
  })

  it('is off within seconds after the bridge was killed, and that is said', async () => {
    const [bridge, watchdog] = [processOf('bridge.cjs'), processOf('watchdog.cjs')]
    assert.ok(bridge > 0 && watchdog > 0)
    process.kill(bridge, 'SIGKILL')
    await off()
    await row(/^Payloads are not recorded.*Warren had ended unexpectedly while it recorded payloads/)
    await until('the watchdog has ended', patience, () => !isAlive(watchdog))
  })

  it('is stopped from the palette, with what was recorded kept', async () => {
    await record()
    await workbench.pressInDialog('Record Payloads')
    await row(/^Recording payloads/)
    const watchdog = processOf('watchdog.cjs')
    await workbench.runCommand('Warren: Stop Recording Payloads')
    await workbench.pick('Keep what was recorded')
    await notified('Payloads are recorded no longer; tracing is off.')
    assert.equal(await isTracing(rabbit), false)
    await until('the watchdog has ended', patience, () => !isAlive(watchdog))
    await until('the status bar is as before', patience, async () => !(await workbench.statusBar()).join().includes('record'))
  })

  it('tells in the next window what was left on, and turns it off by a button', async () => {
    await record()
    await workbench.pressInDialog('Record Payloads')
    await row(/^Recording payloads/)
    const [bridge, watchdog] = [processOf('bridge.cjs'), processOf('watchdog.cjs')]
    // All at once, as when the power fails: the connection is not opened again by itself.
    process.kill(watchdog, 'SIGKILL')
    process.kill(bridge, 'SIGSTOP')
    await workbench.runCommand('Warren: Disconnect')
    await row(/^Connection .*not connected/)
    process.kill(bridge, 'SIGKILL')
    await until('the bridge is dead', patience, () => !isAlive(bridge))
    assert.equal(await isTracing(rabbit), true)
    await writeFile(join(workspace, '.env'), `CELERY_BROKER_URL=${rabbit.amqpUrl.replace('127.0.0.1', 'localhost')}\n`)
    await workbench.page.reload()
    await workbench.openContainer('Warren')
    await connectTo('CELERY_BROKER_URL in .env')
    await notified('and ended before it could turn it off. Until the broker starts anew, it slows down everybody there.')
    // It slides in: a button that can be pressed stands still.
    await workbench.page.locator('.notifications-toasts .monaco-button').filter({ hasText: 'Connect and Turn Off' }).hover()
    await workbench.screenshot('payloads-vscode-left')
    await workbench.pressInNotification('Connect and Turn Off')
    await off()
    await notified('tracing is off again.')
  })

  it('is not offered on a production connection', async () => {
    const asked = (text: string): Promise<void> => workbench.quickInput.filter({ hasText: text }).waitFor()
    await workbench.rowMenu('Connections', 'localhost', 'Edit Connection')
    await asked('Settings of this connection')
    await workbench.pick('Environment')
    await asked('production')
    await workbench.pick('production')
    await asked('Settings of this connection')
    await workbench.pick('Save')
    await row(/^Connection .*PRODUCTION/)
    await workbench.rowMenu('Connections', '127.0.0.1', 'Disconnect')
    await workbench.runCommand('Warren: Record Payloads…')
    await notified('Payloads are recorded on development connections that may be changed only, and none of yours is one.')
    assert.equal(await isTracing(rabbit), false)
  })
})
