import assert from 'node:assert/strict'
import { before, after, describe, test } from 'node:test'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { Bridge } from '../../broker-bridge/bridge.ts'
import { flowerApi } from '../../broker-bridge/server/flower.ts'
import { loadPage } from '../../broker-bridge/server/page.ts'
import { startServer } from '../../broker-bridge/server/server.ts'
import { Viewer } from '../../broker-bridge/server/viewer.ts'
import { screenshot } from '../support/chromium.ts'
import { ownQueues } from '../support/messageQueues.ts'
import type { QueueOwner } from '../support/messageQueues.ts'
import { startRabbit } from '../support/rabbit.ts'
import type { PrivateRabbit } from '../support/rabbit.ts'
import { Stage } from '../support/stage.ts'
import { until, untilEqual } from '../support/until.ts'

const stage = new Stage({ quiet: true })

/** A real bridge, a real broker: what a person does with the messages of a queue, from the queue's line to the end. */
describe('messages of a real queue', { timeout: 240_000 }, () => {
  let rabbit: PrivateRabbit
  let owner: QueueOwner

  before(async () => {
    rabbit = await startRabbit()
    owner = await ownQueues(rabbit.amqpUrl)
  })
  after(async () => {
    await owner[Symbol.asyncDispose]()
    await rabbit[Symbol.asyncDispose]()
  })

  async function open(context: TestContext, queue: string): Promise<Page> {
    const bridge = new Bridge({ version: 'test', maxTasks: 1_000, eventQueueBytes: 2 ** 24, name: 'Warren test' })
    const server = await startServer({
      page: loadPage(fileURLToPath(new URL('../../dist/page', import.meta.url))),
      port: 0,
      api: flowerApi(bridge),
      onViewer: (transport) => {
        new Viewer(bridge, transport, () => undefined)
      },
      log: () => undefined,
    })
    context.after(async () => {
      await server.close()
      await bridge.dispose()
    })
    const params = { id: 'c', name: 'test', address: rabbit.amqpUrl, readOnly: false, keepEventsOn: false }
    await bridge.connect({ ...params, management: `http://guest:guest@127.0.0.1:${rabbit.ports.management}` })
    const { page } = await stage.open(server.mintLink())
    await page.getByRole('tab', { name: 'Queues' }).click()
    await page
      .getByRole('button', { name: `Show Messages of ${queue}` })
      .first()
      .click()
    await page.getByRole('button', { name: 'Look at up to 50 messages' }).click()
    await page.getByRole('grid', { name: /^Waiting messages/ }).waitFor()
    return page
  }

  test('are looked at, deleted, moved and purged, and the queue holds what the page says', async (context) => {
    await owner.declare('orders')
    await owner.declare('later')
    await owner.fill('orders', 60, { contentType: 'application/json' }, (index) => `{"order": ${index}}`)
    const page = await open(context, 'orders')
    await page.getByText('first 50 of 60').waitFor()
    await untilEqual(() => owner.count('orders'), 60)
    await page.locator('#message-0').click()
    await page.locator('warren-message').getByRole('tree', { name: 'Body' }).waitFor()
    await screenshot(page, 'messages-live')
    await page.getByRole('button', { name: 'Delete…' }).click()
    await page.locator('warren-confirm button.main').click()
    await page.locator('#message-0.gone').waitFor()
    await untilEqual(() => owner.count('orders'), 59)
    await page.locator('#message-1').click()
    await page.getByRole('button', { name: 'Move…' }).click()
    const dialog = page.locator('warren-messages-move')
    await dialog.getByLabel('To the queue').fill('later')
    await dialog.getByText(/^\s*All \d+ messages/).click()
    await dialog.getByLabel('At most, from the head').fill('20')
    await dialog.getByRole('button', { name: 'Move…' }).click()
    await page.locator('warren-confirm button.main').click()
    await page.locator('warren-operations .operation.done').first().waitFor()
    await untilEqual(() => owner.count('later'), 20)
    await untilEqual(() => owner.count('orders'), 39)
    await page.getByRole('button', { name: 'Purge Queue…' }).click()
    await page.locator('warren-confirm button.main').click()
    await page.getByText('Purged 39 messages from orders.').waitFor()
    await untilEqual(() => owner.count('orders'), 0)
    await page.getByRole('button', { name: 'Publish…' }).click()
    await page.locator('warren-messages-publish').getByLabel('Body', { exact: true }).fill('{"order": "by hand"}')
    await page.locator('warren-messages-publish').getByRole('button', { name: 'Publish' }).click()
    await until(async () => (await owner.count('orders')) === 1)
    assert.deepEqual(await owner.drain('orders'), ['{"order": "by hand"}'])
  })

  test('that are dead letters go back to where they died', async (context) => {
    await owner.declare('dead')
    await owner.declare('alive', { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'dead' })
    await owner.fill('alive', 3)
    for (let count = 0; count < 3; count++) {
      const message = await owner.channel.get('alive')
      if (message) owner.channel.nack(message, false, false)
    }
    await untilEqual(() => owner.count('dead'), 3)
    const page = await open(context, 'dead')
    await page.locator('#message-0').getByText('Dead letter: rejected in alive').waitFor({ state: 'attached' })
    await page.getByRole('button', { name: 'Return to Origin…' }).click()
    await page.locator('warren-messages-move').getByRole('button', { name: 'Return…' }).click()
    await page.locator('warren-confirm button.main').click()
    await untilEqual(() => owner.count('alive'), 3)
    await untilEqual(() => owner.count('dead'), 0)
  })
})
