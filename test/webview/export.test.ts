import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import type { Page } from 'playwright-core'
import { Bridge } from '../../broker-bridge/bridge.ts'
import { exportApi } from '../../broker-bridge/export/api.ts'
import { Exporter } from '../../broker-bridge/export/exporter.ts'
import type { BlindSpot } from '../../broker-bridge/protocol/index.ts'
import { loadPage } from '../../broker-bridge/server/page.ts'
import { startServer } from '../../broker-bridge/server/server.ts'
import { Viewer } from '../../broker-bridge/server/viewer.ts'
import { blindSpotsOf, StreamSigns } from '../../broker-bridge/tasks/blindSpots.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import { activityOf, connected, shopTask, shopTasks } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'
import { wholeTask } from '../unit/taskEvents.ts'

const stage = new Stage({ quiet: true })

/** A bundle with twelve tasks, four of them failed. */
function bundle(): AsyncIterable<Uint8Array> {
  const store = new TaskStore(1_000)
  for (let index = 0; index < 12; index++)
    store.apply('c', wholeTask(`task-${index}`, index % 3 === 0 ? 'FAILURE' : 'SUCCESS'), 5_000)
  const exporter = new Exporter(store, {
    version: '1',
    connections: () => [connected({ id: 'c' })],
    workers: () => [],
    queues: () => [],
  })
  return exporter.file({ format: 'bundle', filter: {}, mask: true }) as AsyncIterable<Uint8Array>
}

/** A whole monitor that shows the bundle, as `--open` starts it. */
async function openBundle(context: TestContext): Promise<Page> {
  const bridge = new Bridge({ version: 'test', maxTasks: 1_000, eventQueueBytes: 1, name: 'test', fixedConnections: true })
  const server = await startServer({
    page: loadPage(fileURLToPath(new URL('../../dist/page', import.meta.url))),
    port: 0,
    api: exportApi(bridge),
    onViewer: (transport) => {
      new Viewer(bridge, transport, () => undefined)
    },
    log: () => undefined,
  })
  context.after(async () => {
    await server.close()
    await bridge.dispose()
  })
  await bridge.openBundle(bundle())
  const { page } = await stage.open(server.mintLink())
  await page.getByRole('row').nth(12).waitFor()
  return page
}

async function exported(page: Page, form: string): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  await page.getByRole('button', { name: 'Export…' }).click()
  await page.getByRole('radio', { name: form }).check()
  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export', exact: true }).click()
  const download = await downloading
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) }
}

async function isAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  assert.deepEqual(
    grave.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html).join()}`),
    [],
  )
}

describe('an opened bundle', () => {
  test('looks like a connection that can only be read, and is exported again by the filter', async (context) => {
    const page = await openBundle(context)
    await page.locator('warren-header').getByText('Shop (bundle)').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Enqueue…' }).getAttribute('aria-disabled'), 'true')
    await page.locator('.chip', { hasText: 'Failure' }).click()
    const csv = await exported(page, 'CSV')
    assert.match(csv.name, /^warren-tasks-.*\.csv$/)
    assert.equal(csv.bytes.toString().trimEnd().split('\r\n').length, 1 + 4)
    const file = await exported(page, 'Bundle')
    assert.match(gunzipSync(file.bytes).toString(), /^\{"warren":"bundle".*"masked":true/)
  })

  test('says in the dialog what is exported', async (context) => {
    const page = await openBundle(context)
    await page.getByRole('button', { name: 'Export…' }).click()
    await page.getByText('12 tasks that Warren holds').waitFor()
    await isAccessible(page)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })
})

const blindSpots: readonly BlindSpot[] = blindSpotsOf(
  [{ name: 'shop@worker-1', off: ['task_send_sent_event', 'result_extended'] }],
  ['shop@worker-1'],
  new StreamSigns(),
)

describe('blind spots', () => {
  test('are told at the column and the fact that are empty, with what can be done', async () => {
    const tasks = shopTasks(8).map((task) => ({ ...task, queue: null }))
    const bridge = await stage.start({ tasks, connections: [connected({ blindSpots })], activity: activityOf(tasks, 1) })
    const { page } = await stage.open()
    const column = page.getByRole('columnheader', { name: /Queue/ }).getByRole('button', { name: 'Why is Queue empty?' })
    assert.match((await column.getAttribute('title')) ?? '', /task_send_sent_event is off/)
    await page.getByRole('row').nth(2).click()
    await page.locator('warren-detail').getByRole('button', { name: 'Why is Queue empty?' }).click()
    for (const text of ['It is off in shop@worker-1.', 'task_send_sent_event = True', 'result_extended = True'])
      await page.getByText(text).first().waitFor()
    await isAccessible(page)
    bridge.answers.enableEvents = () => ({ answers: [{ worker: 'shop@worker-1', ok: true, text: 'enabled' }], silent: [] })
    await page.getByRole('button', { name: 'Turn Events On' }).click()
    await until(() => bridge.requests.some(({ method }) => method === 'enableEvents'), 'events are turned on')
    assert.equal(await page.getByRole('button', { name: /Show the Line/ }).count(), 0)
  })

  test('lead in VS Code to the line in the settings, and to its own export', async () => {
    await stage.start({ tasks: [shopTask(2)], connections: [connected({ blindSpots })] })
    const host = await stage.openInVsCode()
    host.onPosted = (message) => {
      if (message.type === 'ready') void host.post({ type: 'bridge', url: stage.bridge.url, token: stage.bridge.token })
    }
    await host.post({ type: 'bridge', url: stage.bridge.url, token: stage.bridge.token })
    await host.page.getByRole('columnheader', { name: /Queue/ }).getByRole('button', { name: 'Why is Queue empty?' }).click()
    await host.page
      .getByRole('button', { name: /Show the Line/ })
      .nth(1)
      .click()
    await until(() => host.posted.some(({ type }) => type === 'fixSettings'), 'the extension is asked')
    assert.deepEqual(host.posted.at(-1), { type: 'fixSettings', setting: 'task_send_sent_event' })
    await host.page.keyboard.press('Escape')
    await host.page.getByRole('button', { name: 'Export…' }).click()
    await until(() => host.posted.some(({ type }) => type === 'export'), 'the extension is asked to export')
    assert.deepEqual(host.posted.at(-1), { type: 'export', filter: {}, source: 'memory' })
  })

  test('VS Code is told what the list shows, whenever that changes', async () => {
    await stage.start({ tasks: shopTasks(3) })
    const host = await stage.openInVsCode()
    await host.post({ type: 'bridge', url: stage.bridge.url, token: stage.bridge.token })
    await host.page.getByRole('combobox').fill('name:shop.* state:failed')
    await until(() => host.posted.some(({ type }) => type === 'shows'), 'the extension is told')
    const told = host.posted.filter(({ type }) => type === 'shows').at(-1)
    assert.deepEqual(told, { type: 'shows', filter: { query: 'name:shop.* state:failure' }, source: 'memory' })
    await host.post({ type: 'searchHistory', query: 'state:failed' })
    const last = () => host.posted.filter(({ type }) => type === 'shows').at(-1)
    await until(() => JSON.stringify(last()).includes('"history"'), 'the extension is told that it is the history')
  })

  test('are not mentioned where there are none', async () => {
    await stage.start({ tasks: shopTasks(3) })
    const { page } = await stage.open()
    await page.getByRole('row').nth(2).click()
    await page.locator('warren-detail').getByText('Timeline').first().waitFor()
    assert.equal(await page.getByRole('button', { name: /Why is/ }).count(), 0)
  })
})
