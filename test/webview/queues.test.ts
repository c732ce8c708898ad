import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { QueueDetail, QueueLine, QueueViewParams } from '../../broker-bridge/protocol/index.ts'
import { arrange } from '../../broker-bridge/sources/queueOrder.ts'
import { queueLine } from '../support/scriptedQueues.ts'
import { connected } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { until, untilEqual } from '../support/until.ts'

const stage = new Stage({ quiet: true })
mkdirSync('test/artefacts', { recursive: true })

function line(name: string, more: Partial<QueueLine> = {}): QueueLine {
  const row = { connection: 'local', virtualHost: '/', name, type: 'classic', plumbing: false }
  return queueLine({ ...row, ready: 0, unacked: 0, consumers: 1 }, { inRate: 0, outRate: 0, state: 'running', ...more })
}

const shop: readonly QueueLine[] = [
  line('celery', { ready: 12, unacked: 8, consumers: 4, inRate: 3.2, outRate: 3.1, trend: [9, 12, 11, 14, 12] }),
  line('mail', {
    ready: 1_402,
    consumers: 0,
    warnings: ['unconsumed', 'growing'],
    trend: [1_300, 1_340, 1_377, 1_402],
    inRate: 12,
  }),
  line('orders', { type: 'quorum', policy: 'short', deadLetter: { exchange: 'shop.dead', routingKey: 'orders' } }),
  line('a/b 100% 🐰', { type: 'stream', unacked: null, inRate: null, outRate: null }),
  line('celeryev.1', { plumbing: true }),
]

function detail(of: QueueLine, more: Partial<QueueDetail> = {}): QueueDetail {
  return {
    ...of,
    durable: true,
    exclusive: false,
    autoDelete: false,
    node: 'rabbit@shop-1',
    members: [],
    bytes: 20_480,
    arguments: [{ name: 'x-max-priority', text: '10' }],
    policyDefinition: [],
    deadLetterQueues: of.deadLetter ? ['orders.dead'] : null,
    bindings: [
      { source: '', destination: of.name, destinationType: 'queue', key: of.name, arguments: [] },
      { source: 'shop', destination: of.name, destinationType: 'queue', key: 'order.*', arguments: [] },
    ],
    consumerList: [{ tag: 'None1', from: '10.0.0.7:51234', prefetch: 4, acknowledges: true, active: true }],
    limits: null,
    ...more,
  }
}

/** The page with these queues, and what it asked for. */
async function open(lines: readonly QueueLine[] = shop, total = lines.length): Promise<{ page: Page; views: QueueViewParams[] }> {
  const bridge = await stage.start({ connections: [connected()] })
  const views: QueueViewParams[] = []
  bridge.answers.setQueueView = (params) => {
    views.push(params)
    const { rows, ...counts } = arrange(lines, params)
    const { view, first, count } = params
    const origins = [{ connection: 'local', virtualHost: '/', total, listed: lines.length, limits: null, at: 1 }]
    const snapshot = { view, first, revision: views.length, rows: rows.slice(first, first + count), ...counts, origins }
    setImmediate(() => bridge.sendRaw([JSON.stringify({ event: 'queueView', data: snapshot })]))
    return null
  }
  bridge.answers.getQueue = ({ queue }) => {
    const found = lines.find(({ name }) => name === queue)
    if (!found) throw new RequestError('not_found', 'There is no queue of that name any more, or it is not known here.')
    return detail(found)
  }
  const { page } = await stage.open()
  await page.getByRole('tab', { name: 'Queues' }).click()
  await page.getByRole('grid', { name: 'Queues' }).waitFor()
  return { page, views }
}

/** The id of what has the keyboard, in whatever shadow. */
function focused(page: Page): Promise<string | undefined> {
  return page.evaluate(() => {
    let element = document.activeElement
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
    return element?.id
  })
}

const namesIn = (page: Page) => () => page.locator('.spacer .name > span:first-child').allTextContents()

describe('the list of queues', () => {
  test('shows what is known, dashes for what is not, warnings in words, and folds plumbing away', async () => {
    const { page } = await open()
    await untilEqual(namesIn(page), ['a/b 100% 🐰', 'celery', 'mail', 'orders'])
    const mail = page.getByRole('row').filter({ hasText: 'mail' })
    await mail.getByText('no consumer').waitFor()
    assert.match((await mail.textContent()) ?? '', /1,402/)
    const odd = (await page.getByRole('row').filter({ hasText: '🐰' }).getByRole('gridcell').allTextContents()).map((one) =>
      one.trim(),
    )
    assert.deepEqual([odd[4], odd[6], odd[7]], ['–', '–', '–'])
    await mail.locator('[title*="carries no time"]').filter({ hasText: '–' }).waitFor()
    await page.getByRole('button', { name: /plumbing/ }).click()
    await page.getByText('celeryev.1').waitFor()
    await page.getByRole('button', { name: /With a warning/ }).click()
    await untilEqual(namesIn(page), ['mail'])
  })

  test('is sorted by its headings and searched by name', async () => {
    const { page } = await open()
    const heading = page.getByRole('columnheader', { name: 'Ready' })
    await heading.getByRole('button').click()
    await untilEqual(namesIn(page), ['mail', 'celery', 'a/b 100% 🐰', 'orders'])
    assert.equal(await heading.getAttribute('aria-sort'), 'descending')
    await heading.getByRole('button').click()
    await heading.getByRole('button').click()
    await untilEqual(namesIn(page), ['a/b 100% 🐰', 'celery', 'mail', 'orders'])
    await page.getByRole('searchbox').fill('A')
    await untilEqual(namesIn(page), ['a/b 100% 🐰', 'mail'])
    await page.getByRole('searchbox').fill('nothing')
    await page.getByText('No queue has this in its name.').waitFor()
  })

  test('of ten thousand asks for those in sight only, says how far it was read, and stops when nobody looks', async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => line(`bulk.${String(index).padStart(5, '0')}`))
    const { page, views } = await open(many, 12_000)
    await page.getByText('Reading the list: 10,000 of 12,000 queues so far.').waitFor()
    assert.ok((await page.locator('.spacer .row').count()) < 120)
    await page.locator('.scroller').evaluate((element) => (element.scrollTop = element.scrollHeight))
    await page.getByText('bulk.09999').waitFor()
    assert.ok(views.every(({ count }) => count <= 300))
    await page.getByRole('tab', { name: 'Workers' }).click()
    await until(() => stage.bridge.requests.some(({ method }) => method === 'closeQueueView'), 'the view is closed')
  })

  test('is walked by keyboard; Enter opens a queue, Escape leaves it', async () => {
    const { page } = await open()
    await page.locator('#queue-0').focus()
    await page.keyboard.press('End')
    await untilEqual(() => focused(page), 'queue-3')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'orders' }).waitFor()
    await page.getByText('shop.dead → orders; bound there: orders.dead').waitFor()
    await page.getByText('order.*').waitFor()
    await page.keyboard.press('Escape')
    await untilEqual(() => page.locator('warren-queue-detail').count(), 0)
    await untilEqual(() => focused(page), 'queue-3')
  })

  test('and its pane pass axe, in every theme and size', async () => {
    const { page } = await open()
    await page.getByText('mail').click()
    await page.getByText('Messages wait here and nothing is consuming them.').waitFor()
    for (const scheme of ['dark', 'light'] as const) {
      await page.emulateMedia({ colorScheme: scheme })
      const { violations } = await new AxeBuilder({ page }).analyze()
      assert.deepEqual(
        violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html.slice(0, 200))]),
        [],
      )
      await page.screenshot({ path: `test/artefacts/queues-${scheme}.png` })
    }
    await page.emulateMedia({ forcedColors: 'active' })
    await page.screenshot({ path: 'test/artefacts/queues-forced-colors.png' })
    await page.emulateMedia({ forcedColors: 'none' })
    await page.setViewportSize({ width: 640, height: 380 })
    await page.screenshot({ path: 'test/artefacts/queues-zoom-200.png' })
  })
})

test('exchanges are listed with what leads out of them, and the topology can be saved', async () => {
  const { page } = await open()
  const { bridge } = stage
  const exchange = { name: 'shop', type: 'topic', durable: true, autoDelete: false, internal: false, inRate: 2, outRate: null }
  bridge.answers.listExchanges = () => ({ exchanges: [exchange], total: 1 })
  bridge.answers.listVirtualHosts = () => ({ current: '/', others: ['other/one'] })
  const binding = { source: 'shop', destination: 'orders', destinationType: 'queue', key: 'order.*', arguments: [] } as const
  bridge.answers.getExchange = () => ({ out: [binding], into: [], more: 0 })
  bridge.answers.exportTopology = () => ({ queues: [], exchanges: [], bindings: [], policies: [] })
  await page.getByRole('button', { name: 'Show Exchanges' }).click()
  await page.getByRole('button', { name: 'shop' }).click()
  await page.getByText('order.* → queue orders').waitFor()
  await page.getByRole('button', { name: 'other/one' }).waitFor()
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download Topology' }).click()
  assert.equal((await download).suggestedFilename(), 'topology.json')
  const { violations } = await new AxeBuilder({ page }).analyze()
  assert.deepEqual(
    violations.map(({ id }) => id),
    [],
  )
})
