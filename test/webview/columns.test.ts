import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import type { TaskRow, ViewParams } from '../../broker-bridge/protocol/index.ts'
import { activityOf, shopTask, shopTasks } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { until, untilEqual } from '../support/until.ts'

const stage = new Stage({ quiet: true })

async function open(tasks: readonly TaskRow[] = shopTasks(60)): Promise<Page> {
  await stage.start({ tasks, activity: activityOf(tasks, 0) })
  const { page } = await stage.open()
  await page.locator('#row-0').waitFor()
  return page
}

const lastView = (): ViewParams => stage.bridge.requests.filter(({ method }) => method === 'setView').at(-1)?.params as ViewParams
const titles = (page: Page) => page.locator('[role=columnheader] .title').allTextContents()
const heading = (page: Page, name: string) => page.getByRole('columnheader', { name, exact: true })
const widthOf = async (page: Page, name: string) => Math.round((await heading(page, name).boundingBox())?.width ?? 0)
const usual = ['State', 'Task', 'Arguments', 'Worker', 'Queue', 'Runtime', 'Retries', 'Last event']

describe('columns', () => {
  test('are chosen in a menu, asked of the bridge, and remembered by the browser', async () => {
    const at = 1_790_000_000
    const page = await open([shopTask(1, at, { extra: { waited: 2.5, sent: at - 3 } })])
    assert.deepEqual(await titles(page), usual)
    assert.equal(lastView().extra, undefined)
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByRole('menuitemcheckbox', { name: 'Waited' }).click()
    await page.getByRole('menuitemcheckbox', { name: 'Queue' }).click()
    await page.getByRole('menuitemcheckbox', { name: 'Connection' }).click()
    const chosen = [...usual.filter((title) => title !== 'Queue'), 'Connection', 'Waited']
    await untilEqual(() => titles(page), chosen)
    await until(() => lastView().extra?.join() === 'waited')
    await untilEqual(() => page.locator('#row-0 .waited').textContent(), '2.50 s')
    assert.equal((await page.locator('#row-0 .connection').textContent())?.trim(), 'Shop')
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'hidden' })
    const { page: other } = await stage.open()
    await other.locator('#row-0').waitFor()
    assert.deepEqual(await titles(other), usual, 'another browser has columns of its own')
    const tab = await page.context().newPage()
    await tab.goto(stage.bridge.link())
    await tab.locator('#row-0').waitFor()
    assert.deepEqual(await titles(tab), chosen, 'a new tab has those of the last one')
  })

  test('are chosen, moved and reset by the keyboard', async () => {
    const page = await open()
    await page.getByRole('button', { name: 'Columns' }).focus()
    await page.keyboard.press('ArrowDown')
    await page.locator('[role=menuitemcheckbox]:focus').waitFor()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Alt+ArrowUp')
    await untilEqual(async () => (await titles(page)).slice(0, 2), ['Task', 'State'])
    await page.locator('#choice-name:focus').waitFor()
    await page.keyboard.press('Space')
    await untilEqual(async () => (await titles(page))[0], 'State')
    await page.keyboard.press('End')
    await page.keyboard.press('Enter')
    await untilEqual(() => titles(page), usual)
  })

  test('get their widths by dragging, by keys, and by a double click that fits', async () => {
    const page = await open()
    const grip = page.locator('#column-name .grip')
    const box = (await grip.boundingBox()) ?? assert.fail('There is a border to drag.')
    const before = await widthOf(page, 'Task')
    await page.mouse.move(box.x + 4, box.y + 10)
    await page.mouse.down()
    await page.mouse.move(box.x + 54, box.y + 10, { steps: 4 })
    await page.mouse.up()
    await until(async () => Math.abs((await widthOf(page, 'Task')) - before - 50) <= 1)
    const moved = (await grip.boundingBox()) ?? assert.fail()
    assert.ok(Math.abs(moved.x - box.x - 50) <= 1, 'the border is under the pointer')
    await page.getByRole('button', { name: 'Task', exact: true }).focus()
    await page.keyboard.press('Alt+ArrowLeft')
    await until(async () => Math.abs((await widthOf(page, 'Task')) - before - 34) <= 1)
    await page.locator('#column-worker .grip').dblclick()
    await until(async () => (await widthOf(page, 'Worker')) < 120)
    const cut = await page
      .locator('.cell.worker')
      .evaluateAll((cells) => cells.some((cell) => cell.scrollWidth > cell.clientWidth))
    assert.equal(cut, false, 'every worker is shown in full')
  })

  test('that do not fit side by side scroll sideways, heading and rows alike', async () => {
    const page = await open()
    await page.getByRole('button', { name: 'Columns' }).click()
    for (const name of ['Sent', 'Received', 'Started', 'Ended', 'Root'])
      await page.getByRole('menuitemcheckbox', { name }).click()
    await page.keyboard.press('Escape')
    await page.setViewportSize({ width: 500, height: 500 })
    const grid = page.getByRole('grid')
    await until(() => grid.evaluate((element) => element.scrollWidth > element.clientWidth))
    await grid.evaluate((element) => (element.scrollLeft = 400))
    // Both in one look: the list may still be moving.
    const apart = () =>
      page.locator('#column-root, #row-0 .root').evaluateAll((both) => {
        const [one, other] = both.map((element) => element.getBoundingClientRect().x)
        return one === undefined || other === undefined ? null : one - other
      })
    await untilEqual(apart, 0)
    await new AxeBuilder({ page }).analyze().then(({ violations }) => assert.deepEqual(violations, []))
  })
})

describe('the order of the list', () => {
  test('follows a click on a heading, the keys, and says so to screen readers and the bridge', async () => {
    const page = await open()
    assert.equal(await heading(page, 'Last event').getAttribute('aria-sort'), 'descending')
    assert.equal(lastView().sort, undefined)
    await page.getByRole('button', { name: 'Runtime' }).click()
    await until(() => JSON.stringify(lastView().sort) === '{"column":"runtime","descending":true}')
    await untilEqual(() => heading(page, 'Runtime').getAttribute('aria-sort'), 'descending')
    assert.equal(await heading(page, 'Last event').getAttribute('aria-sort'), null)
    await page.getByRole('grid', { name: 'Tasks, by Runtime, descending' }).waitFor()
    await page.keyboard.press('ArrowLeft')
    await page.locator('#column-queue button:focus').waitFor()
    await page.keyboard.press('Enter')
    await until(() => JSON.stringify(lastView().sort) === '{"column":"queue","descending":false}')
    await untilEqual(() => heading(page, 'Queue').getAttribute('aria-sort'), 'ascending')
    await page.keyboard.press('Enter')
    await until(() => lastView().sort?.descending === true)
    await untilEqual(() => heading(page, 'Queue').getAttribute('aria-sort'), 'descending')
    await page.keyboard.press('Enter')
    await until(() => lastView().sort === undefined)
    await page.keyboard.press('Escape')
    await until(() => page.getByRole('grid').evaluate((grid) => grid.matches(':focus')))
  })

  test('begins at the top and survives a reload', async () => {
    const page = await open(shopTasks(500))
    await page.getByRole('grid').evaluate((grid) => (grid.scrollTop = 4_000))
    await until(() => lastView().first > 0)
    await page.getByRole('button', { name: 'Worker' }).click()
    await until(() => lastView().sort?.column === 'worker' && lastView().first === 0)
    // It was asked for at once and is drawn with the next frame.
    await untilEqual(() => page.getByRole('grid').evaluate((grid) => grid.scrollTop), 0)
    stage.bridge.requests.length = 0
    await page.reload()
    await until(() => stage.bridge.requests.some(({ method }) => method === 'setView'))
    assert.deepEqual(lastView().sort, { column: 'worker', descending: false })
  })
})

describe('a million rows', () => {
  test('are reached by the bar, by keys and by the wheel, with few of them on the page', async () => {
    await stage.start()
    const matched = 1_000_000
    const row = (index: number) => shopTask(matched - index, 1_790_000_000, { args: `#${index}`, kwargs: '{}' })
    stage.bridge.snapshotOf = ({ first, count }) => ({
      rows: Array.from({ length: Math.min(count, matched - first) }, (_, offset) => row(first + offset)),
      ...{ matched, total: matched, states: {}, newer: 0 },
    })
    const { page } = await stage.open()
    const grid = page.getByRole('grid')
    await page.locator('#row-0').waitFor()
    const told = (index: number) => page.locator(`#row-${index} .given`).textContent()
    assert.equal(await grid.getAttribute('aria-rowcount'), '1000001')
    await grid.evaluate((element) => (element.scrollTop = element.scrollHeight))
    await untilEqual(() => told(matched - 1), `#${matched - 1}`)
    const bottom = (await page.locator(`#row-${matched - 1}`).boundingBox()) ?? assert.fail()
    assert.ok(bottom.y + bottom.height <= 760 && bottom.y > 700, `the last row ends the list, at ${bottom.y}`)
    await grid.evaluate((element) => (element.scrollTop = element.scrollHeight / 2))
    const middle = async () => Number((await page.locator('[data-index]').first().getAttribute('data-index')) ?? 0)
    await until(async () => Math.abs((await middle()) - matched / 2) < 2_000)
    await untilEqual(async () => told((await middle()) + 12), `#${(await middle()) + 12}`)
    const before = (await page.locator('[data-index]').nth(14).boundingBox()) ?? assert.fail()
    const marked = Number(await page.locator('[data-index]').nth(14).getAttribute('data-index'))
    await page.mouse.move(600, 400)
    await page.mouse.wheel(0, 48)
    await until(async () => Math.abs(((await page.locator(`#row-${marked}`).boundingBox())?.y ?? 0) - before.y + 48) <= 1)
    await grid.focus()
    await page.keyboard.press('End')
    await untilEqual(() => told(matched - 1), `#${matched - 1}`)
    await page.keyboard.press('ArrowUp')
    await page.locator(`[role=grid][aria-activedescendant=row-${matched - 2}]`).waitFor()
    await page.keyboard.press('Home')
    await untilEqual(() => told(0), '#0')
    assert.ok((await page.locator('[data-index]').count()) < 90)
  })
})
