import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import fc from 'fast-check'
import type { Page } from 'playwright-core'
import type { NameStatistics } from '../../broker-bridge/protocol/index.ts'
import { sortStatistics, statisticsColumns, turned } from '../../webview/feed/statistics.ts'
import type { StatisticsColumnId } from '../../webview/feed/statistics.ts'
import { connected, shopTasks } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { until, untilEqual } from '../support/until.ts'

const stage = new Stage({ quiet: true })

function of(name: string, change: Partial<NameStatistics> = {}): NameStatistics {
  return {
    ...{ connection: 'local', name, ended: 1_204, failed: 12 },
    recent: Array.from({ length: 30 }, (_, minute) => (minute * 7) % 11),
    runtime: { p50: 0.021, p95: 0.4, p99: 2.5 },
    waited: { p50: 0.003, p95: 1.2, p99: 75 },
    ...change,
  }
}

const names = [
  of('shop.tasks.orders.send_invoice'),
  of('shop.tasks.images.resize', { ended: 90_210, failed: 0, runtime: { p50: 1.2, p95: 3, p99: 8 } }),
  of('billing.sync.fetch_payments', { ended: 7, failed: 7, waited: null, runtime: null }),
  of('', { ended: 2, failed: 0 }),
]

async function open(): Promise<Page> {
  await stage.start({ tasks: shopTasks(20), statistics: { names, letGo: 3 } })
  const { page } = await stage.open()
  await page.getByRole('tab', { name: 'Statistics' }).click()
  await page.getByRole('table').waitFor()
  return page
}

const firstCells = (page: Page) => page.locator('tbody td:first-child').allTextContents()
const shownNames = async (page: Page) => (await firstCells(page)).map((cell) => cell.trim())
const topics = () =>
  (stage.bridge.requests.filter(({ method }) => method === 'watch').at(-1)?.params as { topics: string[] }).topics

describe('the statistics', () => {
  test('show for each name how many ended and failed, and how long they ran and waited', async () => {
    const page = await open()
    assert.ok(topics().includes('statistics') && !topics().includes('timelines'))
    const [first] = await page.locator('tbody tr').all()
    const cells = (await first?.locator('td').allTextContents())?.map((cell) => cell.trim())
    assert.deepEqual(cells, [
      ...['shop.tasks.images.resize', '90,210', '152', '0', '0.0 %'],
      ...['1.20 s', '3.00 s', '8.00 s', '3 ms', '1.20 s', '1 min 15 s'],
    ])
    assert.equal(await page.locator('tbody svg').first().locator('rect').count(), 30)
    await page.getByText('3 names let go').waitFor()
    assert.deepEqual((await new AxeBuilder({ page }).analyze()).violations, [])
    await page.getByRole('tab', { name: 'Tasks' }).click()
    await until(() => !topics().includes('statistics'))
  })

  test('are sorted by any column, which screen readers hear, and lead to the tasks of a name', async () => {
    const page = await open()
    const heading = page.getByRole('columnheader', { name: 'Failed %' })
    await heading.getByRole('button').click()
    await untilEqual(() => heading.getAttribute('aria-sort'), 'descending')
    assert.equal((await shownNames(page))[0], 'billing.sync.fetch_payments')
    await page.getByRole('button', { name: 'Waited p95' }).focus()
    await page.keyboard.press('Enter')
    await untilEqual(async () => (await shownNames(page)).at(-1), 'billing.sync.fetch_payments')
    await page.getByRole('button', { name: 'shop.tasks.images.resize' }).click()
    await untilEqual(() => page.getByRole('combobox').inputValue(), 'name:shop.tasks.images.resize')
  })

  test('say which connection they are of, and when there is nothing to tell', async () => {
    await stage.start({
      connections: [connected(), connected({ id: 'two', name: 'Billing' })],
      statistics: { names: [of('a'), of('a', { connection: 'two' })], letGo: 0 },
    })
    const { page } = await stage.open()
    await page.getByRole('tab', { name: 'Statistics' }).click()
    await page.getByRole('table', { name: /Billing/ }).waitFor()
    assert.equal(await page.getByRole('table').count(), 2)
    stage.bridge.script.statistics = { names: [], letGo: 0 }
    stage.bridge.refresh()
    await page.getByText('No task has been started').waitFor()
  })

  test('are shown in VS Code, too', async () => {
    await stage.start({ tasks: shopTasks(20), statistics: { names, letGo: 0 } })
    const host = await stage.openInVsCode('vscode-high-contrast')
    await until(() => host.posted.length > 0)
    await host.post({ type: 'bridge', url: stage.bridge.url, token: stage.bridge.token })
    await host.page.getByRole('tab', { name: 'Statistics' }).click()
    await host.page.getByRole('table').waitFor()
  })
})

test('any order of the statistics is total: the same names, what has no value last', () => {
  const percentiles = fc.option(fc.record({ p50: fc.nat(9), p95: fc.nat(9), p99: fc.nat(9) }))
  const name = fc.string({ maxLength: 3 })
  const each = fc.record({ name, ended: fc.nat(9), failed: fc.nat(3), runtime: percentiles, waited: percentiles })
  const column = fc.constantFrom(...(Object.keys(statisticsColumns) as StatisticsColumnId[]))
  fc.assert(
    fc.property(fc.uniqueArray(each, { selector: (one) => one.name }), column, (some, id) => {
      const all = some.map((one) => of(one.name, one))
      const first = turned({ column: id === 'name' ? 'ended' : 'name', descending: false }, id)
      const { value } = statisticsColumns[id]
      const there = (sorted: readonly NameStatistics[]) => sorted.filter((one) => value(one) !== null).map((one) => value(one))
      const [one, other] = [sortStatistics(all, first), sortStatistics(all, turned(first, id))]
      assert.deepEqual(there(one), there(other).toReversed())
      assert.equal(one.length, all.length)
      const empty = one.findIndex((each) => value(each) === null)
      if (empty >= 0) assert.ok(one.slice(empty).every((each) => value(each) === null))
    }),
  )
})
