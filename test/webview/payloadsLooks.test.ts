import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { PayloadsInfo, RecordedPayload } from '../../broker-bridge/protocol/index.ts'
import { screenshot } from '../support/chromium.ts'
import { connected, shopTask } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'
import { highContrastDark, highContrastLight } from '../support/vscodeThemes.ts'

const stage = new Stage({ quiet: true })
const off: PayloadsInfo = {
  ...{ state: 'off', since: 0, refusal: null, message: null, turnedOn: false, resume: false },
  bounds: { messages: 10_000, megabytes: 100, hours: 24 },
  ...{ messages: 0, bytes: 0, dropped: { overflow: 0, large: 0, old: 0 } },
}
const crashed = 'Warren had ended unexpectedly while it recorded payloads; tracing is off again.'
const on: PayloadsInfo = {
  ...{ ...off, state: 'on', turnedOn: true, messages: 9_998, bytes: 3_400_000 },
  dropped: { overflow: 12, large: 1, old: 40_321 },
}
const recorded: RecordedPayload = {
  ...{ connection: 'shop', id: 'x', name: 'shop.pay', attempt: 2, attempts: [], at: 1_790_000_000, retries: 1, bytes: 118 },
  ...{ exchange: '', routingKey: 'celery', queues: ['celery'], contentType: 'application/json', contentEncoding: 'utf-8' },
  ...{ serializer: 'json', properties: '{}', headers: '{}', args: '[12345678901234567890]', kwargs: '{}', canvas: null },
  body: null,
}
const two = (payloads: PayloadsInfo) => [
  connected({ payloads }),
  connected({ payloads: off, id: 'other', name: 'other', address: 'amqp://somebody@broker.internal.example.org:5672/orders' }),
]
const place = { name: 'shop', address: 'amqp://shop@localhost:5672/', environment: 'development' } as const
const detail = Array.from({ length: 4 }, () => 'This turns tracing (RabbitMQ’s firehose) on for everybody. '.repeat(6)).join(
  '\n\n',
)
const asked = { nonce: 'n', question: 'Record payloads of virtual host “/” at http://localhost:15672?', detail }

async function begin(payloads: PayloadsInfo): Promise<void> {
  const bridge = await stage.start({ tasks: [shopTask(1)], connections: two(payloads) })
  bridge.answers.recordPayloads = () => {
    throw new RequestError('confirmation_needed', '', { ...asked, action: 'Record Payloads', count: 1, place })
  }
}

async function openDialog(page: Page): Promise<void> {
  await page.getByRole('button', { name: /ecord.* payloads|Payloads are/ }).click()
  await page.getByRole('dialog', { name: 'Record Payloads' }).waitFor()
}

async function isAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  assert.deepEqual(
    grave.map(({ id, nodes }) => [id, nodes[0]?.html]),
    [],
  )
}

/** Keeps a picture; nothing grave for axe, nothing cut off at the side, and each button can be reached. */
async function looksRight(page: Page, name: string): Promise<void> {
  await screenshot(page, `payloads-${name}`)
  await isAccessible(page)
  const dialog = page.getByRole('dialog').last()
  assert.ok(await dialog.evaluate(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth))
  const button = dialog.getByRole('button').last()
  await button.scrollIntoViewIfNeeded()
  const box = await button.boundingBox()
  const size = page.viewportSize()
  assert.ok(box && size && box.x >= 0 && box.x + box.width <= size.width && box.y + box.height <= size.height)
}

async function walk(page: Page, name: string): Promise<void> {
  await openDialog(page)
  await page.getByText(crashed).waitFor()
  await looksRight(page, `${name}-off`)
  await page.getByRole('button', { name: 'Record Payloads…' }).click()
  await page.getByText(asked.question).waitFor()
  await looksRight(page, `${name}-question`)
  await page.keyboard.press('Escape')
  stage.bridge.script.connections = two(on)
  stage.bridge.refresh()
  await page.getByText('At least 12 messages came too fast and were lost.').waitFor()
  await looksRight(page, `${name}-on`)
}

describe('the dialog about payloads looks right', () => {
  for (const [name, options] of [
    ['light', { colorScheme: 'light' }],
    ['dark', { colorScheme: 'dark' }],
    ['zoom200', { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 }],
  ] as const)
    test(name, async () => {
      await begin({ ...off, message: crashed })
      await walk((await stage.open(undefined, options)).page, name)
    })

  test('forced colours', async () => {
    await begin({ ...off, message: crashed })
    await walk((await stage.open(undefined, { forcedColors: 'active', colorScheme: 'dark' })).page, 'forced')
  })
})

describe('a task whose message was recorded looks right', () => {
  for (const [name, theme, variables] of [
    ['high-contrast', 'vscode-high-contrast', highContrastDark],
    ['high-contrast-light', 'vscode-high-contrast-light', highContrastLight],
  ] as const)
    test(`${name} in VS Code`, async () => {
      await begin(on)
      stage.bridge.answers.recordedPayload = () => recorded
      const host = await stage.openInVsCode(theme, variables)
      await until(() => host.posted.length > 0)
      await host.post({ type: 'bridge', url: stage.bridge.url, token: stage.bridge.token })
      await host.page.locator('#row-0').click()
      await host.page.getByText('Exact, recorded').waitFor()
      await host.page.getByText('12345678901234567890').first().waitFor()
      await screenshot(host.page, `payloads-${name}-task`)
      await isAccessible(host.page)
      await openDialog(host.page)
      await looksRight(host.page, `${name}-on`)
    })
})
