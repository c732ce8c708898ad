import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import type { TaskRow, ViewParams } from '../../broker-bridge/protocol/index.ts'
import { watchMainThread } from '../support/chromium.ts'
import { activityOf, connected, nowSeconds, shopTask, shopTasks } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { until, untilEqual } from '../support/until.ts'

const stage = new Stage({ quiet: true })

async function open(tasks: readonly TaskRow[], eventsPerSecond = 0): Promise<Page> {
  await stage.start({ tasks, activity: activityOf(tasks, eventsPerSecond) })
  const { page } = await stage.open()
  if (tasks.length > 0) await page.locator('[role=row][data-index]').first().waitFor()
  return page
}

const rows = (page: Page) => page.locator('[role=row][data-index]')
const lastView = (): ViewParams => stage.bridge.requests.filter(({ method }) => method === 'setView').at(-1)?.params as ViewParams
/** The task with its id for arguments: by everything else that a row shows, tasks of the shop resemble each other. */
const marked = (task: TaskRow): TaskRow => ({ ...task, args: task.id, kwargs: '{}' })
const markOf = (page: Page, index: number) => page.locator(`#row-${index} .given`).textContent()
const markOfSelected = (page: Page) => page.locator('[aria-selected=true] .given').allTextContents()

/** Lets tasks arrive at the top, as a running shop does. */
function arrive(count: number): void {
  const { script } = stage.bridge
  const held = script.tasks.length
  const fresh = Array.from({ length: count }, (_, n) => marked(shopTask(held + count - n, nowSeconds())))
  script.tasks = [...fresh, ...script.tasks]
  script.activity = activityOf(script.tasks, count)
  stage.bridge.refresh()
}

describe('the list', () => {
  test('shows the newest task first, with its state, name, arguments, worker, queue and times', async () => {
    const page = await open(shopTasks(30))
    const cells = await rows(page).first().locator('[role=gridcell]').allTextContents()
    const [state, name, args, worker, queue, runtime, retries] = cells.map((cell) => cell.trim())
    assert.match(state ?? '', /Retry$/)
    assert.equal(name, 'shop.tasks.orders.send_invoice')
    assert.match(args ?? '', /^\(81234, 'invoice-2026-11.pdf'\) \{'notify': True\}ConnectionError/)
    assert.deepEqual([worker, queue, runtime, retries], ['shop@worker-1', 'mail', '', '1'])
  })

  test('holds few rows of very many and can reach the last one', async () => {
    const page = await open(shopTasks(100_000, 0.001), 4_000)
    assert.ok((await rows(page).count()) < 80, 'only the rows in sight exist')
    assert.equal(await page.locator('[role=grid]').getAttribute('aria-rowcount'), '100001')
    await page.locator('[role=grid]').focus()
    await page.keyboard.press('End')
    await page.locator('#row-99999 .function').waitFor()
    assert.ok((await rows(page).count()) < 80)
    assert.equal(lastView().resting, true)
  })

  test('moves while the user looks at its top and rests while the user has scrolled away', async () => {
    const page = await open(shopTasks(200).map(marked))
    arrive(3)
    await untilEqual(() => markOf(page, 0), stage.bridge.script.tasks[0]?.id)
    await page.getByRole('banner').getByText('203').waitFor()
    const resting = stage.bridge.script.tasks[15]?.id
    await page.locator('[role=grid]').evaluate((grid) => (grid.scrollTop = 240))
    await until(() => lastView().resting)
    arrive(5)
    await page.getByRole('button', { name: '5 newer' }).waitFor()
    assert.equal(await markOf(page, 15), resting, 'rows keep their places')
    await page.getByRole('button', { name: '5 newer' }).click()
    await until(() => !lastView().resting)
    await untilEqual(() => markOf(page, 0), stage.bridge.script.tasks[0]?.id)
    assert.equal(await page.locator('[role=grid]').evaluate((grid) => grid.scrollTop), 0)
  })

  test('pauses and resumes by button and by key', async () => {
    const page = await open(shopTasks(50))
    await page.getByRole('button', { name: 'Pause' }).click()
    await until(() => lastView().resting)
    arrive(4)
    await page.getByRole('button', { name: '4 newer' }).waitFor()
    await page.keyboard.press('p')
    await until(() => !lastView().resting)
    await page.getByRole('button', { name: '4 newer' }).waitFor({ state: 'detached' })
    await untilEqual(() => markOf(page, 0), stage.bridge.script.tasks[0]?.id)
  })

  test('keeps the cursor on its task while others arrive', async () => {
    const page = await open(shopTasks(100).map(marked))
    await page.locator('[role=grid]').focus()
    for (let n = 0; n < 4; n++) await page.keyboard.press('ArrowDown')
    const chosen = stage.bridge.script.tasks[3]?.id ?? ''
    await page.locator('[role=grid][aria-activedescendant=row-3]').waitFor()
    await untilEqual(() => markOfSelected(page), [chosen])
    await until(() => lastView().resting)
    arrive(10)
    await page.getByRole('button', { name: '10 newer' }).waitFor()
    assert.deepEqual(await markOfSelected(page), [chosen])
    assert.equal(await markOf(page, 3), chosen)
    await page.keyboard.press('j')
    await page.locator('[role=grid][aria-activedescendant=row-4]').waitFor()
    await untilEqual(() => markOfSelected(page), [stage.bridge.script.tasks[14]?.id ?? ''])
  })

  test('takes the cursor along with its task while tasks arrive between the keys', async () => {
    const page = await open(shopTasks(100).map(marked))
    await page.locator('[role=grid]').focus()
    await page.keyboard.press('ArrowDown')
    const first = stage.bridge.script.tasks[0]?.id ?? ''
    await untilEqual(() => markOfSelected(page), [first])
    assert.equal(lastView().resting, false, 'the top of the list goes on while nothing below it is chosen')
    arrive(3)
    await page.locator('[role=grid][aria-activedescendant=row-3]').waitFor()
    assert.equal(await markOf(page, 3), first)
    await until(() => lastView().resting)
    await page.keyboard.press('ArrowUp')
    await untilEqual(() => markOfSelected(page), [stage.bridge.script.tasks[2]?.id ?? ''])
  })

  test('opens the task under the cursor with Enter, also when the key comes before the pane', async () => {
    const page = await open(shopTasks(20))
    await page.locator('[role=grid]').focus()
    await page.keyboard.press('Enter')
    await page.locator('[role=grid][aria-activedescendant=row-0]').waitFor()
    await page.locator('warren-detail section:focus').waitFor()
  })

  test('sends only snapshots’ worth of work to a page under thousands of events a second', async () => {
    const page = await open(shopTasks(5_000), 5_000)
    const spent = await watchMainThread(page)
    const before = await spent()
    const begun = performance.now()
    const timer = setInterval(() => arrive(250), 50)
    await until(() => stage.bridge.script.tasks.length > 15_000)
    clearInterval(timer)
    const newest = stage.bridge.script.tasks[0]?.id
    await untilEqual(() => markOf(page, 0), newest)
    const share = ((await spent()) - before) / ((performance.now() - begun) / 1_000)
    assert.ok(share < 0.8, `the page was busy for ${(share * 100).toFixed(0)} % of the time`)
  })
})

describe('the filter', () => {
  test('is one field and chips with counts; both reach the bridge and the address, and a reload keeps them', async () => {
    const page = await open(shopTasks(240))
    await page.keyboard.press('/')
    await page.keyboard.type('invoice')
    await page.getByRole('button', { name: /^\S* ?Failure/ }).click()
    await until(() => lastView().filter.query === 'invoice' && lastView().filter.states?.[0] === 'FAILURE')
    await until(async () => (await rows(page).count()) > 0 && (await rows(page).count()) < 20)
    await until(() => new URL(page.url()).hash === '#query=invoice&state=FAILURE')
    stage.bridge.requests.length = 0
    await page.reload()
    await until(() => stage.bridge.requests.some(({ method }) => method === 'setView'))
    assert.deepEqual([lastView().filter.query, lastView().filter.states], ['invoice', ['FAILURE']])
    await untilEqual(() => page.locator('input[type=search]').inputValue(), 'invoice')
    await page.getByRole('button', { name: 'Clear the search' }).click()
    await until(() => lastView().filter.query === undefined)
  })

  test('that nothing fits says so and offers to clear it', async () => {
    const page = await open(shopTasks(20))
    await page.getByRole('combobox').fill('no such words anywhere')
    await page.getByRole('button', { name: 'Clear Filter' }).click()
    await rows(page).first().waitFor()
    await untilEqual(() => page.getByRole('combobox').inputValue(), '')
  })

  test('is not set back while somebody types and pictures arrive', async () => {
    const page = await open(shopTasks(50))
    const timer = setInterval(() => arrive(1), 15)
    await page.getByRole('combobox').pressSequentially('reindex_product', { delay: 35 })
    clearInterval(timer)
    assert.equal(await page.getByRole('combobox').inputValue(), 'reindex_product')
  })

  test('by connection appears when there are several', async () => {
    await stage.start({
      connections: [connected(), connected({ id: 'two', name: 'Billing' })],
      tasks: shopTasks(9),
    })
    const { page } = await stage.open()
    await page.getByRole('button', { name: /Billing/ }).click()
    await until(() => lastView().filter.connection === 'two')
    await page.getByText('Nothing matches').waitFor()
  })
})
