import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { BrowserContextOptions, Page } from 'playwright-core'
import type { Peek, WaitingMessage } from '../../broker-bridge/protocol/index.ts'
import { screenshot } from '../support/chromium.ts'
import { acting, hugeLine, markup } from '../support/hostileTexts.ts'
import type { ScriptedBridge } from '../support/scriptedBridge.ts'
import { deadLetter, operation, peekOf, peekPlan, waiting } from '../support/scriptedMessages.ts'
import { nowSeconds } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'
import { highContrastDark, highContrastLight } from '../support/vscodeThemes.ts'

const stage = new Stage({ quiet: false })
const messages = Array.from({ length: 50 }, (_, index) => (index % 6 === 0 ? deadLetter(index + 1) : waiting(index + 1)))
const queue = { connection: 'local', virtualHost: 'shop', queue: 'mail' }

async function start(peek: Peek): Promise<ScriptedBridge> {
  const bridge = await stage.start({})
  bridge.answers.planPeek = () => peekPlan()
  bridge.answers.peekMessages = () => peek
  return bridge
}

async function open(peek = peekOf(messages, { ready: 10_412 }), options: BrowserContextOptions = {}): Promise<Page> {
  await start(peek)
  const { page } = await stage.open(undefined, options)
  await page.getByRole('tab', { name: 'Tasks' }).waitFor()
  await page
    .locator('warren-app')
    .evaluate((app, detail) => app.dispatchEvent(new CustomEvent('warren-show-messages', { detail })), queue)
  await page.getByRole('button', { name: 'Look at up to 50 messages' }).waitFor()
  return page
}

async function look(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Look at up to 50 messages' }).click()
  await page.getByRole('grid').waitFor()
}

async function openFirst(page: Page): Promise<void> {
  await look(page)
  await page.locator('#message-0').click()
  await page.locator('warren-message h2').waitFor()
}

/** Nothing that a screen reader or a weak eye stumbles over, by axe's rules. */
async function keepAccessible(page: Page, name: string): Promise<void> {
  await screenshot(page, `messages-${name}`)
  const { violations } = await new AxeBuilder({ page }).analyze()
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  assert.deepEqual(
    grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`),
    [],
  )
}

const fits = (page: Page): Promise<boolean> => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)

describe('looks of messages, with nothing serious for axe', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`${colorScheme}: before a look, the list, a message, work that goes on and work that ended`, async () => {
      const page = await open(undefined, { colorScheme })
      await keepAccessible(page, `${colorScheme}-plan`)
      await openFirst(page)
      await page.locator('#message-2 .check').click()
      const ended = { id: 'work-2', state: 'done', endedAt: nowSeconds() + 5, report: 'Moved 12 messages; 3 stayed.' } as const
      stage.bridge.script.operations = [operation({ done: 1_200, seen: 1_400, rate: 850 }), operation(ended)]
      stage.bridge.refresh()
      await page.getByText('Moved 12 messages; 3 stayed.').first().waitFor()
      await keepAccessible(page, `${colorScheme}-message`)
    })
  }

  for (const [name, theme, variables] of [
    ['high-contrast', 'vscode-high-contrast', highContrastDark],
    ['high-contrast-light', 'vscode-high-contrast-light', highContrastLight],
  ] as const) {
    test(`${name} in VS Code`, async () => {
      const bridge = await start(peekOf(messages, { ready: 10_412 }))
      const host = await stage.openInVsCode(theme, variables)
      await until(() => host.posted.length > 0)
      await host.post({ type: 'bridge', url: bridge.url, token: bridge.token })
      await host.post({ type: 'showMessages', queue })
      await openFirst(host.page)
      await keepAccessible(host.page, name)
    })
  }

  test('narrow, and at twice the size', async () => {
    const page = await open(undefined, { viewport: { width: 420, height: 760 }, colorScheme: 'dark' })
    await openFirst(page)
    await keepAccessible(page, 'narrow')
    assert.ok(await fits(page), 'nothing sticks out')
    await page.setViewportSize({ width: 640, height: 380 })
    await keepAccessible(page, 'zoom-200')
    assert.ok(await fits(page), 'nothing sticks out')
  })

  test('a dialog', async () => {
    const page = await open()
    await openFirst(page)
    await page.getByRole('button', { name: 'Move…' }).click()
    await page.getByText('All 10,412 messages that wait').click()
    await keepAccessible(page, 'move')
  })
})

describe('hostile messages', () => {
  test('act nowhere: markup, characters that hide and reorder, lines of a million characters', async () => {
    const texts = [...markup, ...acting, hugeLine]
    const page = await open(peekOf(texts.map(poisoned), { limits: texts[0] ?? null }))
    await look(page)
    for (const index of texts.keys()) {
      await page.locator(`#message-${index}`).click()
      await page.locator('warren-message h2').waitFor()
    }
    await screenshot(page, 'messages-hostile')
    assert.equal(await page.evaluate(() => Object.keys(window).includes('hurt')), false)
    assert.equal(await page.locator('script:not([src]), iframe, img').count(), 0)
    const shown = await page.locator('warren-messages-list').innerText()
    assert.doesNotMatch(shown, /[\u202a-\u202e\u2066-\u2069\u200b\u001b]/)
    assert.ok(await fits(page), 'nothing sticks out')
  })
})

/** A message of which every text is this one. */
function poisoned(text: string, index: number): WaitingMessage {
  const json = JSON.stringify({ [text]: text })
  const death = { queue: text, exchange: text, routingKeys: [text], reason: text, count: 1e300, at: Number.NaN }
  return waiting(index + 1, {
    ...{ name: text, id: text, eta: text, expires: text, root: text, parent: text, group: text, origin: text },
    ...{ exchange: text, routingKey: text, contentType: text, contentEncoding: text, serializer: text, problem: text },
    ...{ headers: json, properties: json, args: JSON.stringify([text]), kwargs: json, canvas: json },
    ...{
      deaths: [death],
      at: Number.NaN,
      bytes: Number.NaN,
      kind: index % 2 === 0 ? 'text' : 'json',
      body: index % 2 === 0 ? text : json,
    },
  })
}

describe('a connection that breaks', () => {
  test('while looking again leaves what was seen, and says so', async () => {
    const page = await open()
    await look(page)
    const { bridge } = stage
    bridge.answers.peekMessages = () => new Promise(() => undefined)
    await page.getByRole('button', { name: 'Look Again' }).click()
    await page.getByText('looking again…').waitFor()
    await bridge.stop()
    await page.getByText('What you see is from the look before.').waitFor()
    assert.equal(await page.getByRole('grid').getByRole('row').count(), 51)
  })

  test('at the first look leads back to before it, once the bridge is there again', async () => {
    const page = await open()
    const { bridge } = stage
    bridge.answers.peekMessages = () => new Promise(() => undefined)
    await page.getByRole('button', { name: 'Look at up to 50 messages' }).click()
    await until(() => bridge.requests.some(({ method }) => method === 'peekMessages'))
    await bridge.stop()
    await page.getByText('Warren could not look').waitFor()
    await bridge.listen()
    await page.getByRole('button', { name: 'Look at up to 50 messages' }).waitFor()
  })
})
