import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import type { OpenedPage } from '../support/openPage.ts'
import { ScriptedBridge } from '../support/scriptedBridge.ts'
import { activityOf, shopTasks } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'

const stage = new Stage({ quiet: false })
let bridge: ScriptedBridge
beforeEach(async () => {
  const tasks = shopTasks(20)
  bridge = await stage.start({ tasks, activity: activityOf(tasks, 3) })
})

const firstRow = ({ page }: OpenedPage) => page.locator('#row-0 .function')

describe('in a browser', () => {
  test('a link signs in once, leaves no code in the address, and a reload stays signed in', async () => {
    const link = bridge.link()
    const opened = await stage.open(link)
    await firstRow(opened).waitFor()
    assert.equal(opened.page.url(), bridge.url)
    await opened.page.reload()
    await firstRow(opened).waitFor()
    const stranger = await stage.open(link)
    await stranger.page.getByText('This link was already used').waitFor()
    assert.deepEqual(opened.complaints, [])
  })

  test('a used link opened again in the tab that used it throws nobody out', async () => {
    const link = bridge.link()
    const opened = await stage.open(link)
    await firstRow(opened).waitFor()
    const refused = opened.page.waitForResponse((answer) => answer.url().endsWith('/api/session') && answer.status() === 401)
    await opened.page.evaluate((hash) => (location.hash = hash), new URL(link).hash)
    await refused
    await until(() => opened.page.url() === bridge.url)
    bridge.script.tasks = shopTasks(21)
    bridge.refresh()
    await opened.page.locator('#row-20').waitFor()
  })

  test('without a session it says how to get one, and takes the token by hand', async () => {
    const opened = await stage.open(bridge.url)
    await opened.page.getByRole('heading', { name: 'Sign in to Warren' }).waitFor()
    await opened.page.getByLabel('With the token').fill('a wrong one')
    await opened.page.keyboard.press('Enter')
    await opened.page.getByRole('alert').waitFor()
    assert.equal(await opened.page.evaluate(() => sessionStorage.length - (sessionStorage.getItem('warren.view:/') ? 1 : 0)), 0)
    await opened.page.getByLabel('With the token').fill(bridge.token)
    await opened.page.getByRole('button', { name: 'Sign In' }).click()
    await firstRow(opened).waitFor()
  })

  test('a fresh link in the same tab signs in without a reload', async () => {
    const opened = await stage.open(bridge.url)
    await opened.page.getByRole('heading', { name: 'Sign in to Warren' }).waitFor()
    await opened.page.evaluate((hash) => (location.hash = hash), new URL(bridge.link()).hash)
    await firstRow(opened).waitFor()
    assert.equal(opened.page.url(), bridge.url)
  })

  test('no address in the address makes it talk to another bridge', async (context) => {
    const other = await ScriptedBridge.start()
    context.after(() => other.stop())
    const query = `?bridge=${encodeURIComponent(other.url)}&url=${encodeURIComponent(other.url)}&token=x`
    const link = bridge.link().replace('#', `${query}#bridge=${encodeURIComponent(other.url)}&`)
    const opened = await stage.open(link)
    await firstRow(opened).waitFor()
    assert.deepEqual(other.requests, [])
  })

  test('it comes back by itself when the bridge does, with the view as it was', async () => {
    const opened = await stage.open()
    await firstRow(opened).waitFor()
    await opened.page.getByRole('combobox').fill('invoice')
    await until(() => bridge.requests.some(({ params }) => JSON.stringify(params).includes('invoice')))
    await bridge.stop()
    await opened.page.getByText('Warren keeps trying').waitFor()
    assert.ok(await firstRow(opened).isVisible(), 'what was there stays')
    bridge.requests.length = 0
    await bridge.listen()
    await opened.page.getByText('Warren keeps trying').waitFor({ state: 'detached' })
    await until(() =>
      bridge.requests.some(({ method, params }) => method === 'setView' && JSON.stringify(params).includes('invoice')),
    )
    await until(() => bridge.requests.some(({ method }) => method === 'watch'))
  })

  test('a bridge that was started anew asks to sign in again', async () => {
    const opened = await stage.open()
    await firstRow(opened).waitFor()
    await bridge.stop()
    const port = Number(new URL(bridge.url).port)
    Object.assign(bridge, { token: 'another token' })
    await bridge.listen()
    assert.equal(Number(new URL(bridge.url).port), port)
    await opened.page.getByText('This bridge does not know that token').waitFor()
  })
})

describe('in VS Code', () => {
  test('the page says ready, gets the bridge, and says hello over a WebSocket', async () => {
    const host = await stage.openInVsCode()
    await until(() => host.posted.some(({ type }) => type === 'ready'))
    await host.post({ type: 'bridge', url: bridge.url, token: bridge.token })
    await firstRow(host).waitFor()
    assert.equal(bridge.requests[0]?.method, 'hello')
    const tabs = (await host.page.getByRole('tab').allInnerTexts()).map((text) => text.trim())
    assert.deepEqual(tabs, ['Tasks', 'Failures', 'Statistics', 'Schedules'], 'VS Code has trees for queues and workers')
    assert.deepEqual(host.complaints, [])
  })

  test('where no WebSocket opens, the same frames travel through the extension', async () => {
    bridge.refusesSockets = true
    const host = await stage.openInVsCode()
    let receive: ((frame: string) => void) | undefined
    host.onPosted = (message) => {
      if (message.type === 'relayOpen') {
        const transport = {
          // At the end of the test the page is gone before its bridge.
          send: (frame: string) => void host.post({ type: 'relayFrame', frame }).catch(() => undefined),
          close: () => undefined,
          backlog: 0,
          onMessage: undefined as ((frame: string) => void) | undefined,
          onClose: undefined as ((reason: string) => void) | undefined,
        }
        bridge.attach(transport)
        receive = (frame) => transport.onMessage?.(frame)
      } else if (message.type === 'relaySend') receive?.(message.frame)
    }
    await until(() => host.posted.length > 0)
    await host.post({ type: 'bridge', url: bridge.url, token: bridge.token })
    await firstRow(host).waitFor()
    await host.page.locator('#row-0').click()
    await host.page.getByRole('heading', { level: 2 }).waitFor()
  })

  test('a bridge that goes away is said, and a new one is taken', async () => {
    const host = await stage.openInVsCode()
    await until(() => host.posted.length > 0)
    await host.post({ type: 'bridge', url: bridge.url, token: bridge.token })
    await firstRow(host).waitFor()
    await host.post({ type: 'bridgeGone', message: 'The bridge crashed and is being started again.' })
    await host.page.getByText('The bridge crashed and is being started again.').waitFor()
    await bridge.stop()
    Object.assign(bridge, { token: 'the token of the next bridge' })
    bridge.script.tasks = shopTasks(21)
    await bridge.listen()
    await host.post({ type: 'bridge', url: bridge.url, token: bridge.token })
    await host.page.getByText('The bridge crashed').waitFor({ state: 'detached' })
    await host.page.locator('#row-20').waitFor()
  })

  test('it selects the task that the extension names, and posts retry, source, traceback, copy and enqueue to it', async () => {
    const failed = bridge.script.tasks.find(({ state }) => state === 'FAILURE')
    assert.ok(failed)
    const key = { connection: failed.connection, id: failed.id }
    const host = await stage.openInVsCode()
    await until(() => host.posted.length > 0)
    await host.post({ type: 'bridge', url: bridge.url, token: bridge.token, select: key })
    await host.page.getByRole('heading', { level: 2, name: /reindex|invoice|resize|totals|payments/ }).waitFor()
    for (const name of ['Retry…', 'Open Traceback', 'Show Source', 'Enqueue…']) {
      await host.page.getByRole('button', { name }).click()
    }
    await host.page.getByRole('button', { name: 'Copy', exact: true }).click()
    await host.page.getByRole('menuitem', { name: 'As JSON' }).click()
    await host.page.getByRole('button', { name: /orders.py:48/ }).click()
    // Besides, the page says what it shows, and which commits and log lines it wants.
    const acts = () => host.posted.filter(({ type }) => !['ready', 'shows', 'watchCommits', 'watchLog'].includes(type))
    await until(() => acts().length >= 6)
    const [retry, show, source, enqueue, copy, frame] = acts()
    assert.deepEqual(retry, { type: 'retry', task: key })
    assert.deepEqual(show, { type: 'showTraceback', task: key })
    assert.deepEqual(source, { type: 'openSource', file: '/srv/shop/shop/gateway.py', line: 112 })
    assert.equal(copy?.type === 'copy' && (JSON.parse(copy.text) as { id: string }).id, failed.id)
    assert.deepEqual(enqueue, { type: 'enqueue' })
    assert.deepEqual(frame, { type: 'openSource', file: '/srv/shop/shop/tasks/orders.py', line: 48 })
    assert.deepEqual(host.complaints, [])
  })

  test('what it keeps for a reload holds no token', async () => {
    const host = await stage.openInVsCode()
    await until(() => host.posted.length > 0)
    await host.post({ type: 'bridge', url: bridge.url, token: bridge.token })
    await firstRow(host).waitFor()
    await host.page.getByRole('button', { name: 'Pause' }).click()
    const kept = () => host.page.evaluate(() => JSON.stringify((window as unknown as { kept: unknown }).kept))
    await until(async () => (await kept()).includes('"paused":true'))
    assert.ok(!(await kept()).includes(bridge.token))
  })
})
