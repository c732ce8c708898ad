import assert from 'node:assert/strict'
import { AxeBuilder } from '@axe-core/playwright'
import { describe, test } from 'node:test'
import type { BrowserContextOptions, Page } from 'playwright-core'
import type { ViewParams } from '../../broker-bridge/protocol/index.ts'
import { screenshot } from '../support/chromium.ts'
import { activityOf, shopTasks, worker } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { until, untilEqual } from '../support/until.ts'
import { highContrastDark, highContrastLight } from '../support/vscodeThemes.ts'

const stage = new Stage({ quiet: true })
const tasks = shopTasks(60)
const taskNames = ['shop.tasks.orders.refund', 'shop.tasks.orders.send_invoice', 'billing.sync.fetch_payments'].map((name) => ({
  connection: 'local',
  name,
  total: 1,
  failed: 0,
  running: 0,
  revision: 1,
  failedRevision: 0,
}))

async function open(options: BrowserContextOptions = {}): Promise<Page> {
  await stage.start({ tasks, activity: activityOf(tasks, 3), workers: [worker(1), worker(2)], taskNames })
  const { page } = await stage.open(undefined, options)
  await page.locator('#row-0').waitFor()
  return page
}

const field = (page: Page) => page.getByRole('combobox')
const options = (page: Page) => page.locator('warren-search').getByRole('option')
const lastView = (): ViewParams => stage.bridge.requests.filter(({ method }) => method === 'setView').at(-1)?.params as ViewParams

/** What a screen reader is told of the option that is chosen. */
async function chosen(page: Page): Promise<string | undefined> {
  const id = await field(page).getAttribute('aria-activedescendant')
  return id === null ? undefined : (await page.locator(`#${id} .label`).textContent())?.trim()
}

describe('completion', () => {
  test('goes from field to value by keyboard alone, and the list follows', async () => {
    const page = await open()
    await page.keyboard.press('/')
    await untilEqual(() => field(page).getAttribute('aria-expanded'), 'true')
    await page.keyboard.type('-na')
    await untilEqual(
      () =>
        options(page)
          .allTextContents()
          .then((all) => all.length),
      1,
    )
    await page.keyboard.press('ArrowDown')
    assert.equal(await chosen(page), 'name:')
    await page.keyboard.press('Enter')
    await untilEqual(() => field(page).inputValue(), '-name:')
    await options(page).filter({ hasText: 'shop.tasks.orders.*' }).waitFor()
    await page.keyboard.type('refu')
    await page.keyboard.press('ArrowUp')
    assert.equal(await chosen(page), 'shop.tasks.orders.refund')
    await page.keyboard.press('Tab')
    await untilEqual(() => field(page).inputValue(), '-name:shop.tasks.orders.refund ')
    await until(() => lastView().filter.query === '-name:shop.tasks.orders.refund')
    await page.keyboard.press('Escape')
    await untilEqual(() => field(page).getAttribute('aria-expanded'), 'false')
    await page.keyboard.press('Escape')
    await untilEqual(() => field(page).inputValue(), '')
  })

  test('by pointer keeps the field, knows workers, and asks for names no longer than it needs them', async () => {
    const page = await open()
    await field(page).fill('worker:')
    await options(page).nth(1).click()
    await until(
      async () => (await field(page).inputValue()).startsWith('worker:') && (await field(page).inputValue()).endsWith(' '),
    )
    const watched = (): string[] => {
      const last = stage.bridge.requests.filter(({ method }) => method === 'watch').at(-1)?.params as { topics: string[] }
      return last.topics
    }
    await until(() => watched().includes('workers') && !watched().includes('taskNames'))
    await page.locator('[role=grid]').focus()
    await until(() => !watched().includes('workers'))
  })

  test('Tab without a chosen proposal goes on to the list', async () => {
    const page = await open()
    await field(page).fill('st')
    await options(page).first().waitFor()
    await page.keyboard.press('Tab')
    await untilEqual(() => field(page).getAttribute('aria-expanded'), 'false')
    assert.equal(await field(page).inputValue(), 'st')
  })
})

describe('a query', () => {
  test('that cannot be read says where, and the list stays as it was', async () => {
    const page = await open()
    await field(page).fill('resize')
    await until(() => lastView().filter.query === 'resize')
    await field(page).fill('resize worke:x')
    const problem = page.locator('#problem')
    await problem.waitFor()
    assert.match((await problem.textContent()) ?? '', /There is no field worke\. Did you mean worker\?/)
    assert.equal(await problem.locator('mark').textContent(), 'worke')
    assert.equal(await field(page).getAttribute('aria-invalid'), 'true')
    assert.equal(lastView().filter.query, 'resize')
    await untilEqual(() => new URL(page.url()).hash, '#query=resize+worke%3Ax')
    await field(page).fill('resize worker:x')
    await problem.waitFor({ state: 'detached' })
    await until(() => lastView().filter.query === 'resize worker:x')
  })

  test('with an age is asked with a moment, again after a minute', async () => {
    const start = new Date('2026-11-20T10:00:00Z')
    await stage.start({ tasks })
    const { page } = await stage.open(`${stage.bridge.link()}&query=${encodeURIComponent('received:<10m')}`)
    await until(() => stage.bridge.requests.some(({ method }) => method === 'setView'))
    const first = lastView().filter.query
    assert.match(first ?? '', /^received:>\d{4}-.*Z$/)
    assert.equal(await field(page).inputValue(), 'received:<10m')
    await page.clock.install({ time: Math.max(Date.now(), start.getTime()) })
    await page.clock.fastForward(61_000)
    await until(() => lastView().filter.query !== first)
  })

  test('with a time is asked in the zone of who looks', async () => {
    const page = await open({ timezoneId: 'Asia/Tokyo' })
    await field(page).fill('received:>2026-11-20T10:00')
    await until(() => lastView().filter.query === 'received:>2026-11-20T01:00:00Z')
  })
})

test('filters are saved by name, used again, kept over a reload and forgotten', async () => {
  const page = await open()
  await field(page).fill('state:failed invoice')
  await page.getByRole('button', { name: /^\S* ?Retry \d/ }).click()
  await page.getByRole('button', { name: 'Saved filters' }).click()
  await page.getByRole('textbox', { name: 'Name for the present filter' }).fill('Broken invoices')
  await page.keyboard.press('Enter')
  await page.getByRole('status').filter({ hasText: 'Saved as Broken invoices' }).waitFor()
  await untilEqual(() => page.getByRole('button', { name: 'Saved filters' }).getAttribute('aria-expanded'), 'false')
  await page.getByRole('button', { name: 'Clear the search' }).click()
  await page.reload()
  await page.getByRole('button', { name: 'Saved filters' }).click()
  await page.getByRole('button', { name: /^Broken invoices/ }).click()
  await untilEqual(() => field(page).inputValue(), 'state:failed invoice')
  await until(() => lastView().filter.states?.[0] === 'RETRY')
  await page.getByRole('button', { name: 'Saved filters' }).click()
  await page.getByRole('button', { name: 'Forget Broken invoices' }).click()
  await page.getByText('can be used again').waitFor()
  await page.keyboard.press('Escape')
  await page.getByText('can be used again').waitFor({ state: 'detached' })
})

test('in VS Code the extension keeps the saved filters', async () => {
  await stage.start({ tasks, activity: activityOf(tasks, 3) })
  const host = await stage.openInVsCode()
  const { page, posted } = host
  await until(() => posted.length > 0)
  await host.post({ type: 'savedFilters', saved: [{ name: 'Kept', query: 'state:failed', states: [] }] })
  await host.post({ type: 'bridge', url: stage.bridge.url, token: stage.bridge.token })
  await page.locator('#row-0').waitFor()
  await page.getByRole('button', { name: 'Saved filters' }).click()
  await page.getByRole('button', { name: /^Kept/ }).click()
  await untilEqual(() => field(page).inputValue(), 'state:failed')
  await page.getByRole('button', { name: 'Saved filters' }).click()
  await page.getByRole('button', { name: 'Forget Kept' }).click()
  await until(() => posted.some((message) => message.type === 'saveFilters' && message.saved.length === 0))
})

async function keepAccessible(page: Page, name: string): Promise<void> {
  await page
    .locator('warren-search .below')
    .evaluate((below) => Promise.all(below.getAnimations().map(({ finished }) => finished)))
  await screenshot(page, `search-${name}`)
  const { violations } = await new AxeBuilder({ page }).analyze()
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  assert.deepEqual(
    grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`),
    [],
  )
}

async function look(page: Page, name: string): Promise<void> {
  await page.locator('#row-0').waitFor()
  await page.keyboard.press('/')
  await field(page).fill('state:failed ')
  await options(page).first().waitFor()
  await page.keyboard.press('ArrowDown')
  await keepAccessible(page, `${name}-completion`)
  await field(page).fill('state:failed nam:shop.*')
  await page.locator('#problem').waitFor()
  await keepAccessible(page, `${name}-problem`)
  await field(page).fill('state:failed name:shop.*')
  await page.locator('#problem').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Saved filters' }).click()
  await page.getByRole('textbox', { name: 'Name for the present filter' }).fill('Shop fails')
  await page.keyboard.press('Enter')
  await untilEqual(() => page.getByRole('button', { name: 'Saved filters' }).getAttribute('aria-expanded'), 'false')
  await page.getByRole('button', { name: 'Saved filters' }).click()
  await page.getByRole('button', { name: 'Forget Shop fails' }).waitFor()
  await keepAccessible(page, `${name}-saved`)
  await page.keyboard.press('Escape')
  await page.keyboard.press('?')
  await keepAccessible(page, `${name}-help`)
}

describe('looks, with nothing serious for axe', () => {
  for (const colorScheme of ['light', 'dark'] as const)
    test(colorScheme, async () => look(await open({ colorScheme }), colorScheme))

  for (const [name, theme, variables] of [
    ['high-contrast', 'vscode-high-contrast', highContrastDark],
    ['high-contrast-light', 'vscode-high-contrast-light', highContrastLight],
  ] as const) {
    test(`${name} in VS Code`, async () => {
      await stage.start({ tasks, activity: activityOf(tasks, 3), taskNames })
      const host = await stage.openInVsCode(theme, variables)
      await until(() => host.posted.length > 0)
      await host.post({ type: 'bridge', url: stage.bridge.url, token: stage.bridge.token })
      await look(host.page, name)
    })
  }
})
