import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { readQuery } from '../../broker-bridge/protocol/index.ts'
import type { Timeline, ViewParams } from '../../broker-bridge/protocol/index.ts'
import { coarser, joinTimelines, timelineSummary } from '../../webview/feed/timelines.ts'
import { timeRangeOf, withTimeRange } from '../../webview/feed/timeRange.ts'
import { activityOf, nowSeconds, shopTasks } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { until, untilEqual } from '../support/until.ts'

const stage = new Stage({ quiet: true })

/** Ends some minutes ahead: a chart whose time is over moves on. */
function timeline(step: number): Timeline {
  const ended = Array.from({ length: 360 }, (_, place) => 20 + (place % 30))
  const end = Math.ceil((nowSeconds() + 300) / step) * step
  return {
    from: end - 360 * step,
    step,
    ended,
    failed: ended.map((count, place) => (place % 40 < 5 ? Math.floor(count / 2) : 0)),
  }
}

async function open(): Promise<Page> {
  const tasks = shopTasks(60)
  const timelines = [{ connection: 'local', hour: timeline(10), day: timeline(240) }]
  await stage.start({ tasks, activity: activityOf(tasks, 0), timelines })
  const { page } = await stage.open()
  await page.locator('warren-chart canvas').waitFor()
  return page
}

const asked = () => stage.bridge.requests.filter(({ method }) => method === 'setView').at(-1)?.params as ViewParams
const topics = () =>
  (stage.bridge.requests.filter(({ method }) => method === 'watch').at(-1)?.params as { topics: string[] }).topics
const search = (page: Page) => page.getByRole('combobox').inputValue()
/** The colours of the bars at their foot, where failures are. */
const colors = (page: Page) =>
  page.locator('warren-chart canvas').evaluate((canvas: HTMLCanvasElement) => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true })
    copy?.drawImage(canvas, 0, 0)
    const { data } = copy?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] }
    const found = new Map<string, number>()
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] === 0) continue
      const color = `${data[at]},${data[at + 1]},${data[at + 2]}`
      found.set(color, (found.get(color) ?? 0) + 1)
    }
    return [...found]
      .filter(([, count]) => count > 300)
      .map(([color]) => color)
      .sort()
      .join(' ')
  })

describe('the chart', () => {
  test('asks for the time that is dragged over, replaces it by another, and Escape takes it back', async () => {
    const page = await open()
    await page
      .getByText(/ended, .* failed in the last hour/)
      .first()
      .waitFor()
    const box = (await page.locator('.u-over').boundingBox()) ?? assert.fail()
    const drag = async (from: number, to: number) => {
      await page.mouse.move(box.x + box.width * from, box.y + 10)
      await page.mouse.down()
      await page.mouse.move(box.x + box.width * to, box.y + 14, { steps: 3 })
      await page.mouse.up()
    }
    await drag(0.25, 0.5)
    await until(async () => /^at:>\S+ at:<\S+$/.test(await search(page)))
    const range = timeRangeOf(await search(page), nowSeconds()) ?? assert.fail()
    const { from, step } = stage.bridge.script.timelines[0]?.hour ?? assert.fail()
    assert.ok(Math.abs((range.from ?? 0) - from - 900) <= 2 * step && Math.abs((range.to ?? 0) - from - 1_800) <= 2 * step)
    await until(() => asked().filter.query !== undefined)
    const marked = (await page.locator('.u-select').boundingBox()) ?? assert.fail()
    assert.ok(Math.abs(marked.x - box.x - box.width / 4) < 12 && Math.abs(marked.width - box.width / 4) < 16)
    const before = await search(page)
    await drag(0.6, 0.7)
    await until(async () => (await search(page)) !== before)
    assert.match(await search(page), /^at:>\S+ at:<\S+$/)
    await page.keyboard.press('Escape')
    await untilEqual(() => search(page), '')
    await until(() => asked().filter.query === undefined)
  })

  test('can be read and used by keyboard and by screen readers', async () => {
    const page = await open()
    const slider = page.getByRole('slider', { name: 'Time of the tasks that ended' })
    await slider.focus()
    await page.keyboard.press('ArrowLeft')
    assert.match((await slider.getAttribute('aria-valuetext')) ?? '', /^\d\d:\d\d:\d\d: 48 ended, 0 failed$/)
    for (let n = 0; n < 5; n++) await page.keyboard.press('Shift+ArrowLeft')
    await page.keyboard.press('Enter')
    await until(async () => (await search(page)) !== '')
    const { from, to } = timeRangeOf(await search(page), nowSeconds()) ?? assert.fail()
    assert.equal((to ?? 0) - (from ?? 0), 60, 'six stretches')
    await page.getByRole('button', { name: 'Any time' }).click()
    await untilEqual(() => search(page), '')
    await untilEqual(() => page.getByRole('table').getByRole('row').count(), 13)
    const { violations } = await new AxeBuilder({ page }).analyze()
    assert.deepEqual(violations, [])
  })

  test('is asked for only while it is unfolded, and stays as it was left', async () => {
    const page = await open()
    await until(() => topics().includes('timelines'))
    await page.getByRole('button', { name: '24 h' }).click()
    await page.getByText('in the last day').waitFor()
    await page.getByRole('button', { name: 'Activity' }).click()
    await until(() => !topics().includes('timelines'))
    await page.locator('warren-chart canvas').waitFor({ state: 'detached' })
    await page.reload()
    await page.locator('#row-0').waitFor()
    assert.equal(await page.locator('warren-chart canvas').count(), 0)
  })

  test('takes the colours of a theme when the theme changes', async () => {
    const page = await open()
    await page.emulateMedia({ colorScheme: 'light' })
    await until(async () => (await colors(page)) !== '')
    const light = await colors(page)
    await page.emulateMedia({ colorScheme: 'dark' })
    await until(async () => (await colors(page)) !== light)
    await page.emulateMedia({ colorScheme: 'light' })
    await untilEqual(() => colors(page), light)
  })
})

describe('a range of time in a query', () => {
  const range = { from: Date.parse('2026-11-21T10:00') / 1_000, to: Date.parse('2026-11-21T10:05:30') / 1_000 }
  const terms = 'at:>2026-11-21T10:00:00 at:<2026-11-21T10:05:30'
  const cases: readonly (readonly [string, string])[] = [
    ['', terms],
    ['state:failed', `state:failed ${terms}`],
    [`name:a.* ${terms}`, `name:a.* ${terms}`],
    ['at:>2h name:a', `name:a ${terms}`],
    ['a OR b', `(a OR b) ${terms}`],
    [`(a OR b) ${terms}`, `(a OR b) ${terms}`],
    ['"at:>2h ago" x', `"at:>2h ago" x ${terms}`],
    ['(x at:<2h) y', `(x at:<2h) y ${terms}`],
  ]
  for (const [before, after] of cases) {
    test(`is set in “${before}”`, () => {
      const query = withTimeRange(before, range)
      assert.equal(query, after)
      assert.equal(readQuery(query, 0).ok, true)
      assert.deepEqual(timeRangeOf(query, 0), range)
    })
  }
  test('is taken out again, and is none where a query asks for none', () => {
    assert.equal(withTimeRange(`name:a ${terms} AND b`, null), 'name:a AND b')
    assert.equal(withTimeRange(terms, null), '')
    assert.equal(withTimeRange('name:a  b', null), 'name:a  b')
    for (const query of ['', 'a', 'a OR at:>2h', 'at:', 'NOT at:<2h']) assert.equal(timeRangeOf(query, 0), null)
    assert.equal(withTimeRange('a OR at:>2h', null), 'a OR at:>2h')
  })
})

describe('timelines', () => {
  const one = { from: 0, step: 10, ended: [1, 2, 3], failed: [0, 1, 0] }
  const timelines = [
    { connection: 'a', hour: one, day: one },
    { connection: 'b', hour: { ...one, ended: [10, 10, 10] }, day: one },
  ]
  test('of several connections are one, or the chosen one', () => {
    assert.deepEqual(joinTimelines(timelines, null, 'hour')?.ended, [11, 12, 13])
    assert.deepEqual(joinTimelines(timelines, 'a', 'hour'), one)
    assert.equal(joinTimelines([], null, 'hour'), null)
  })
  test('are said in words and in fewer rows', () => {
    assert.equal(timelineSummary(one, 'hour'), '6 ended, 1 failed in the last hour')
    assert.deepEqual(coarser(one, 2), { from: 0, step: 20, ended: [3, 3], failed: [1, 0] })
  })
})
