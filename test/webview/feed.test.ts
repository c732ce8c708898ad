import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { TaskRow, ViewParams } from '../../broker-bridge/protocol/index.ts'
import { startChromium } from '../support/chromium.ts'
import { until } from '../support/until.ts'
import { openPage } from '../support/openPage.ts'
import type { OpenedPage } from '../support/openPage.ts'
import { ScriptedBridge } from '../support/scriptedBridge.ts'
import { activityOf, connected, nowSeconds, shopTask, shopTasks } from '../support/scriptedTasks.ts'

let browser: Browser
let bridge: ScriptedBridge
let opened: OpenedPage
before(async () => void (browser = await startChromium()))
after(() => browser.close())
afterEach(async () => {
  await opened.page.context().close()
  await bridge.stop()
  assert.deepEqual(opened.complaints, [], 'The page complained.')
})

async function open(tasks: readonly TaskRow[], eventsPerSecond = 0): Promise<Page> {
  bridge = await ScriptedBridge.start({ tasks, activity: activityOf(tasks, eventsPerSecond) })
  opened = await openPage(browser, bridge.link())
  if (tasks.length > 0) await opened.page.locator('[role=row][data-index]').first().waitFor()
  return opened.page
}

const rows = (page: Page) => page.locator('[role=row][data-index]')
const lastView = (): ViewParams => bridge.requests.filter(({ method }) => method === 'setView').at(-1)?.params as ViewParams
const idOf = (page: Page, index: number) => page.locator(`#row-${index} .name`).getAttribute('title')

/** Lets tasks arrive at the top, as a running shop does. */
function arrive(count: number): void {
  const { script } = bridge
  for (let n = 0; n < count; n++) script.tasks = [shopTask(script.tasks.length + 1, nowSeconds()), ...script.tasks]
  script.activity = activityOf(script.tasks, count)
  bridge.refresh()
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
    const page = await open(shopTasks(200))
    arrive(3)
    await page.waitForFunction(() =>
      document.querySelector('warren-app')?.shadowRoot?.querySelector('warren-header')?.shadowRoot?.textContent.includes('203'),
    )
    const before = await idOf(page, 0)
    await page.locator('[role=grid]').evaluate((grid) => (grid.scrollTop = 240))
    await until(() => lastView().resting)
    const resting = await idOf(page, 15)
    arrive(5)
    await page.getByRole('button', { name: '5 newer' }).waitFor()
    assert.equal(await idOf(page, 15), resting, 'rows keep their places')
    await page.getByRole('button', { name: '5 newer' }).click()
    await until(() => !lastView().resting)
    assert.ok(before)
  })

  test('pauses and resumes by button and by key', async () => {
    const page = await open(shopTasks(50))
    await page.getByRole('button', { name: 'Pause' }).click()
    await until(() => lastView().resting)
    arrive(4)
    await page.getByRole('button', { name: '4 newer' }).waitFor()
    await page.keyboard.press('p')
    await until(() => !lastView().resting)
    assert.equal(await page.getByRole('button', { name: '4 newer' }).count(), 0)
  })

  test('keeps the cursor on its task while others arrive', async () => {
    const page = await open(shopTasks(100))
    await page.locator('[role=grid]').focus()
    for (let n = 0; n < 4; n++) await page.keyboard.press('ArrowDown')
    await until(() => lastView().resting)
    const chosen = await page.locator('[aria-selected=true] .name').getAttribute('title')
    arrive(10)
    await page.getByRole('button', { name: '10 newer' }).waitFor()
    assert.equal(await page.locator('[aria-selected=true] .name').getAttribute('title'), chosen)
    await page.keyboard.press('j')
    assert.equal(await page.locator('[role=grid]').getAttribute('aria-activedescendant'), 'row-4')
  })

  test('sends only snapshots’ worth of work to a page under thousands of events a second', async () => {
    const page = await open(shopTasks(5_000), 5_000)
    const timer = setInterval(() => arrive(250), 50)
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    const frames = await page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let count = 0
          const end = performance.now() + 1_000
          const frame = () => (performance.now() > end ? resolve(count) : (count++, requestAnimationFrame(frame)))
          requestAnimationFrame(frame)
        }),
    )
    clearInterval(timer)
    assert.ok(frames >= 25, `the page drew ${frames} frames in a second`)
  })
})

describe('the filter', () => {
  test('is one field and chips with counts; both reach the bridge and the address, and a reload keeps them', async () => {
    const page = await open(shopTasks(240))
    await page.keyboard.press('/')
    await page.keyboard.type('invoice')
    await page.getByRole('button', { name: /^\S* ?Failure/ }).click()
    await until(() => lastView().filter.text === 'invoice' && lastView().filter.states?.[0] === 'FAILURE')
    await until(async () => (await rows(page).count()) > 0 && (await rows(page).count()) < 20)
    await until(() => new URL(page.url()).hash === '#text=invoice&state=FAILURE')
    await page.reload()
    await until(() => lastView().filter.text === 'invoice')
    assert.equal(await page.locator('input[type=search]').inputValue(), 'invoice')
    await page.getByRole('button', { name: 'Clear the words' }).click()
    await until(() => lastView().filter.text === undefined)
  })

  test('that nothing fits says so and offers to clear it', async () => {
    const page = await open(shopTasks(20))
    await page.getByRole('searchbox').fill('no such words anywhere')
    await page.getByRole('button', { name: 'Clear Filter' }).click()
    await rows(page).first().waitFor()
    assert.equal(await page.getByRole('searchbox').inputValue(), '')
  })

  test('is not set back while somebody types and pictures arrive', async () => {
    const page = await open(shopTasks(50))
    const timer = setInterval(() => arrive(1), 15)
    await page.getByRole('searchbox').pressSequentially('reindex_product', { delay: 35 })
    clearInterval(timer)
    assert.equal(await page.getByRole('searchbox').inputValue(), 'reindex_product')
  })

  test('by connection appears when there are several', async () => {
    bridge = await ScriptedBridge.start({
      connections: [connected(), connected({ id: 'two', name: 'Billing' })],
      tasks: shopTasks(9),
    })
    opened = await openPage(browser, bridge.link())
    await opened.page.getByRole('button', { name: /Billing/ }).click()
    await until(() => lastView().filter.connection === 'two')
    await opened.page.getByText('Nothing matches').waitFor()
  })
})
