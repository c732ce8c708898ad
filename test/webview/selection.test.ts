import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { RequestError, selectionLimit } from '../../broker-bridge/protocol/index.ts'
import type { Confirmation, HistoryStatus, TaskRow } from '../../broker-bridge/protocol/index.ts'
import { byConnection, nothingSelected, spokenSelection, withStates, withTasks } from '../../webview/feed/selection.ts'
import { somewhere } from '../support/doors.ts'
import type { Script } from '../support/scriptedBridge.ts'
import { retryPlan } from '../support/scriptedRetries.ts'
import { activityOf, connected, nowSeconds, shopTask, shopTasks } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { until, untilEqual } from '../support/until.ts'

const stage = new Stage({ quiet: true })

const historyStatus: HistoryStatus = {
  ...{ file: '/home/me/history.db', kept: true, bytes: 9_000, tasks: 300, skipped: 0, writtenHere: true, message: null },
}

/** The task with its id for arguments, so that rows can be told apart. */
const marked = (task: TaskRow): TaskRow => ({ ...task, args: task.id, kwargs: '{}' })

async function open(tasks: readonly TaskRow[], script: Partial<Script> = {}): Promise<Page> {
  await stage.start({ tasks, activity: activityOf(tasks, 0), ...script })
  const { page } = await stage.open()
  await page.locator('#row-0 .given').waitFor()
  return page
}

const grid = (page: Page): Locator => page.locator('[role=grid]')
const bar = (page: Page): Locator => page.locator('warren-selection-bar')
const idOf = (index: number): string => stage.bridge.script.tasks[index]?.id ?? ''
const idsOf = (...indices: number[]): string[] => indices.map(idOf)
const selected = (page: Page) => page.locator('[role=row][aria-selected=true] .given').allTextContents()
const click = (page: Page, index: number, ...modifiers: ('Control' | 'Meta' | 'Shift')[]) =>
  page.locator(`#row-${index} .name`).click({ modifiers })
const says = (page: Page, text: string) => bar(page).getByText(text, { exact: true }).waitFor()
const isHeard = (page: Page, text: string) => page.locator('[role=status].sr').getByText(text).waitFor({ state: 'attached' })
const requests = (method: string): Record<string, unknown>[] =>
  stage.bridge.requests.filter((one) => one.method === method).map(({ params }) => params as Record<string, unknown>)
const disabled = (page: Page, name: string) => bar(page).locator('button[aria-disabled=true]').filter({ hasText: name })

function arrive(count: number): void {
  const { script } = stage.bridge
  const held = script.tasks.length
  script.tasks = [...Array.from({ length: count }, (_, n) => marked(shopTask(held + count - n, nowSeconds()))), ...script.tasks]
  stage.bridge.refresh()
}

async function isAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  assert.deepEqual(
    grave.map(({ id, nodes }) => [id, nodes[0]?.html]),
    [],
  )
}

describe('several tasks', () => {
  test('are selected by mouse as in a file manager; a plain click shows a task and leaves them selected', async () => {
    const page = await open(shopTasks(60).map(marked))
    await click(page, 1)
    await untilEqual(() => selected(page), idsOf(1))
    assert.equal(await grid(page).getAttribute('aria-multiselectable'), 'true')
    await bar(page).waitFor({ state: 'detached' })
    await click(page, 3, 'Control')
    await untilEqual(() => selected(page), idsOf(1, 3))
    await says(page, '2 selected')
    await click(page, 5, 'Shift')
    await untilEqual(() => selected(page), idsOf(1, 3, 4, 5))
    await click(page, 2, 'Shift')
    await untilEqual(() => selected(page), idsOf(1, 2, 3))
    await click(page, 2, 'Meta')
    await untilEqual(() => selected(page), idsOf(1, 3))
    await page.locator('#row-1[aria-current=true]').waitFor()
    await click(page, 7)
    await page.locator('#row-7[aria-current=true][aria-selected=false]').waitFor()
    await until(async () => (await page.locator('warren-detail .id').textContent())?.includes(idOf(7)) === true)
    await untilEqual(() => selected(page), idsOf(1, 3))
    await isAccessible(page)
    assert.equal(await page.evaluate(() => getSelection()?.toString() ?? ''), '', 'no text is marked')
  })

  test('are selected by keyboard alone, and a screen reader hears how many', async () => {
    const page = await open(shopTasks(60).map(marked))
    await grid(page).focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Space')
    await says(page, '1 selected')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await untilEqual(() => selected(page), idsOf(0))
    await page.keyboard.press('Space')
    await untilEqual(() => selected(page), idsOf(0, 2))
    for (let n = 0; n < 3; n++) await page.keyboard.press('Shift+ArrowDown')
    await untilEqual(() => selected(page), idsOf(0, 2, 3, 4, 5))
    await page.keyboard.press('Shift+ArrowUp')
    await untilEqual(() => selected(page), idsOf(0, 2, 3, 4))
    await isHeard(page, '4 selected: ')
    assert.equal(await grid(page).getAttribute('aria-activedescendant'), 'row-4')
    await page.locator('#row-2[aria-current=true]').waitFor()
    await page.keyboard.press('Enter')
    await page.locator('warren-detail section:focus').waitFor()
    await page.locator('#row-4[aria-current=true]').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('[role=grid]:focus').waitFor()
    await page.keyboard.press('Escape')
    await bar(page).waitFor({ state: 'detached' })
    await isHeard(page, 'Nothing selected.')
    await page.locator('warren-detail').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('warren-detail').waitFor({ state: 'detached' })
  })

  test('stay selected while rows move, scroll away and come back; rows keep their elements', async () => {
    const page = await open(shopTasks(400).map(marked))
    const before = page.locator('#row-0')
    await before.evaluate((element) => element.setAttribute('data-test', 'kept'))
    await click(page, 2, 'Control')
    await click(page, 4, 'Control')
    const chosen = idsOf(2, 4)
    await untilEqual(() => selected(page), chosen)
    assert.equal(await before.getAttribute('data-test'), 'kept')
    await until(() => requests('setView').at(-1)?.['resting'] === true)
    arrive(6)
    await page.getByRole('button', { name: '6 newer' }).waitFor()
    await untilEqual(() => selected(page), chosen)
    await page.getByRole('button', { name: '6 newer' }).click()
    await page.locator('#row-8[aria-selected=true]').waitFor()
    await untilEqual(() => selected(page), chosen)
    await grid(page).evaluate((element) => (element.scrollTop = 6_000))
    await page.locator('#row-250 .given').waitFor()
    await untilEqual(() => selected(page), [])
    await says(page, '2 selected')
    await grid(page).evaluate((element) => (element.scrollTop = 0))
    await untilEqual(() => selected(page), chosen)
    // What the bridge let go is dropped, and that is said; states are those of now.
    const { script } = stage.bridge
    script.tasks = script.tasks.filter(({ id }) => id !== chosen[0])
    script.tasks = script.tasks.map((task) => (task.id === chosen[1] ? { ...task, state: 'REVOKED' } : task))
    stage.bridge.refresh()
    await says(page, '1 selected')
    await bar(page).getByText('1 task let go by Warren').waitFor()
    await bar(page).locator('[title="1 Revoked"]').waitFor()
  })

  test('are selected over rows that are not loaded, from where the stretch began', async () => {
    const page = await open(shopTasks(3_000, 0.01).map(marked))
    await click(page, 4)
    await grid(page).evaluate((element) => (element.scrollTop = 24 * 2_000))
    await page.locator('#row-2003 .given').waitFor()
    await click(page, 2_003, 'Shift')
    await says(page, '2,000 selected')
    await until(() => requests('viewRange').length === 1)
    assert.deepEqual(requests('viewRange'), [{ view: 'feed', first: 4, count: 2_000 }])
    await page.keyboard.press('Shift+Home')
    await says(page, '5 selected')
    await page.keyboard.press('Shift+End')
    await says(page, '2,996 selected')
  })

  test('end with the search that found them', async () => {
    const page = await open(shopTasks(30).map(marked))
    await click(page, 2, 'Control')
    await says(page, '1 selected')
    await page.getByRole('button', { name: /^\S* ?Failure/ }).click()
    await bar(page).waitFor({ state: 'detached' })
  })

  test('of a list that has more than can be selected at once: it says so, and offers all matching', async () => {
    const page = await open(shopTasks(7_000, 0.01).map(marked))
    await grid(page).focus()
    await page.keyboard.press('Control+a')
    await says(page, '5,000 selected')
    await bar(page).getByText('These are the first 5,000, the most at once; 7,000 match.').waitFor()
    await isHeard(page, '7,000 match.')
    assert.equal(await page.evaluate(() => getSelection()?.toString() ?? ''), '')
    await grid(page).evaluate((element) => (element.scrollTop = 24 * 6_000))
    await page.locator('#row-6005 .given').waitFor()
    await click(page, 6_005, 'Control')
    await isHeard(page, '5,000 tasks are selected, the most at once.')
    await says(page, '5,000 selected')
    stage.bridge.answers.planRetryMany = () => retryPlan()
    await bar(page).getByRole('button', { name: 'Retry All Matching…' }).click()
    await page.locator('warren-retry-many').getByText('Nothing has been sent yet.').waitFor()
    assert.deepEqual(requests('planRetryMany'), [{ connection: 'local', target: { by: 'filter', filter: {} } }])
  })
})

describe('tasks of earlier days', () => {
  test('are selected as far as they are loaded; what has ended there is not revoked', async () => {
    const kept = shopTasks(300).map(marked)
    const bridge = await stage.start({ connections: [connected({ history: historyStatus })] })
    bridge.answers.queryHistory = ({ before, limit }) => {
      const first = before === null ? 0 : kept.length - before
      const next = first + limit < kept.length ? kept.length - first - limit : null
      return { tasks: kept.slice(first, first + limit), next, counted: kept.length - first, countedAll: false, reached: null }
    }
    bridge.answers.revokeTasks = () => ({ tasks: 1, ended: 0, answers: [], silent: [] })
    const { page } = await stage.open(`${bridge.link()}&source=history`)
    await page.locator('#row-0 .given').waitFor()
    await grid(page).focus()
    await page.keyboard.press('Control+a')
    await says(page, '200 selected')
    await bar(page).getByText('These are the first 200; more match.').waitFor()
    assert.equal(await bar(page).getByRole('button', { name: 'Retry All Matching…' }).count(), 0)
    await bar(page).getByRole('button', { name: 'Revoke…' }).click()
    await until(() => requests('revokeTasks').length === 1)
    const open = kept.slice(0, 200).filter(({ state }) => ['RECEIVED', 'STARTED', 'RETRY'].includes(state))
    assert.deepEqual(requests('revokeTasks')[0]?.['target'], { by: 'ids', ids: open.map(({ id }) => id) })
    await page.getByRole('radio', { name: 'Live' }).click({ force: true })
    await bar(page).waitFor({ state: 'detached' })
  })
})

describe('a selection', () => {
  const tasks = (count: number) => Array.from({ length: count }, (_, n) => ({ connection: 'c', id: String(n), state: 'STARTED' }))

  test('takes no more than one request may name', () => {
    const all = withTasks(nothingSelected, tasks(selectionLimit + 10))
    assert.equal(all.size, selectionLimit)
    assert.equal(withTasks(all, [{ connection: 'd', id: '0', state: 'STARTED' }]).size, selectionLimit)
  })

  test('tells connections with the same ids apart, and changes only where something did', () => {
    const both = withTasks(withTasks(nothingSelected, tasks(2)), [{ connection: 'd', id: '0', state: 'FAILURE' }])
    assert.deepEqual([...byConnection(both)].map(([id, { length }]) => [id, length]), [['c', 2], ['d', 1]]) // prettier-ignore
    assert.equal(withStates(both, 'c', ['0', '1', 'other'], ['STARTED', 'STARTED', null]), both)
    const after = withStates(both, 'c', ['0', '1'], ['SUCCESS', null])
    assert.deepEqual([...after.values()].map(({ state }) => state), ['SUCCESS', 'FAILURE']) // prettier-ignore
    assert.equal(spokenSelection(after, 0, 'live'), '2 selected: 1 Success, 1 Failure.')
  })
})

describe('the bar', () => {
  test('takes its place below the rows, which stay where they are', async () => {
    const page = await open(shopTasks(200).map(marked))
    await grid(page).evaluate((element) => (element.scrollTop = 480))
    await page.locator('#row-0').waitFor({ state: 'detached' })
    await page.locator('#row-25 .given').waitFor()
    const top = async () => (await page.locator('#row-25').boundingBox())?.y
    const before = await top()
    await click(page, 25, 'Control')
    await bar(page).waitFor()
    assert.equal(await top(), before)
    const box = await grid(page).boundingBox()
    const below = await bar(page).boundingBox()
    assert.ok(box && below && box.y + box.height <= below.y + 0.5, 'the bar hides no row')
    await grid(page).focus()
    await page.keyboard.press('End')
    await page.locator('#row-199 .given').waitFor()
    // The last row can be reached.
    await until(async () => {
      const last = await page.locator('#row-199').boundingBox()
      return last !== null && last.y + last.height <= below.y + 0.5
    })
  })

  test('says the states, retries exactly these, copies their ids, and lets them go', async () => {
    const page = await open(shopTasks(60).map(marked))
    stage.bridge.answers.planRetryMany = () => retryPlan()
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    const failures = stage.bridge.script.tasks.filter(({ state }) => state === 'FAILURE').slice(0, 2)
    for (const { id } of failures)
      await page
        .locator('[role=row]')
        .filter({ hasText: id })
        .click({ modifiers: ['Control'] })
    await says(page, '2 selected')
    await bar(page).locator('[title="2 Failure"]').waitFor()
    await disabled(page, 'Revoke…').waitFor()
    await bar(page).getByRole('button', { name: 'Retry…' }).click()
    await page.locator('warren-retry-many').getByText('Nothing has been sent yet.').waitFor()
    const ids = failures.map(({ id }) => id)
    assert.deepEqual(requests('planRetryMany'), [{ connection: 'local', target: { by: 'ids', ids } }])
    await page.keyboard.press('Escape')
    await page.locator('warren-retry-many').waitFor({ state: 'detached' })
    await bar(page).getByRole('button', { name: 'Copy Ids' }).click()
    await isHeard(page, 'Copied 2 ids.')
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), ids.join('\n'))
    await bar(page).getByRole('button', { name: 'Clear' }).click()
    await bar(page).waitFor({ state: 'detached' })
    await page.locator('[role=grid]:focus').waitFor()
  })

  test('revokes with one question, and names who did not answer', async () => {
    const page = await open(shopTasks(60).map(marked))
    const asked: Confirmation = {
      ...{ nonce: 'n', question: 'Revoke 2 tasks?', detail: '', action: 'Revoke', count: 2, place: somewhere },
    }
    stage.bridge.answers.revokeTasks = ({ nonce }) => {
      if (nonce === undefined) throw new RequestError('confirmation_needed', asked.question, asked)
      return { tasks: 2, ended: 0, answers: [{ worker: 'a@b', ok: true, text: '' }], silent: ['lost@worker'] }
    }
    const open2 = stage.bridge.script.tasks.filter(({ state }) => state === 'RECEIVED').slice(0, 2)
    for (const { id } of open2)
      await page
        .locator('[role=row]')
        .filter({ hasText: id })
        .click({ modifiers: ['Control'] })
    await bar(page).getByRole('button', { name: 'Revoke…' }).click()
    await page.locator('warren-confirm').getByText('Revoke 2 tasks?').waitFor()
    await page.locator('warren-confirm').getByRole('button', { name: 'Revoke' }).click()
    await page.locator('warren-dialog').getByText('lost@worker').waitFor()
    const [first, second] = requests('revokeTasks')
    assert.deepEqual(first?.['target'], { by: 'ids', ids: open2.map(({ id }) => id) })
    assert.deepEqual([first['terminate'], second?.['nonce']], [false, 'n'])
    assert.equal(requests('revokeTasks').length, 2)
  })

  test('acts on one of several connections at a time, and says why it cannot on one that is read-only', async () => {
    const tasks = shopTasks(20).map(marked)
    const two = tasks.map((task, index) => (index % 3 === 0 ? { ...task, connection: 'two' } : task))
    const connections = [connected(), connected({ id: 'two', name: 'Billing', readOnly: true })]
    const page = await open(two, { connections })
    stage.bridge.answers.planRetryMany = () => retryPlan()
    await grid(page).focus()
    await page.keyboard.press('Control+a')
    await says(page, '20 selected')
    const choice = bar(page).getByLabel('Connection to act on')
    await untilEqual(
      async () => (await choice.locator('option').allTextContents()).map((text) => text.trim()),
      ['Shop (13)', 'Billing (7)'],
    )
    await bar(page).getByRole('button', { name: 'Retry…' }).click()
    await until(() => requests('planRetryMany').length === 1)
    const target = { by: 'ids', ids: two.filter(({ connection }) => connection === 'local').map(({ id }) => id) }
    assert.deepEqual(requests('planRetryMany'), [{ connection: 'local', target }])
    await page.locator('warren-retry-many').getByText('Nothing has been sent yet.').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('warren-retry-many').waitFor({ state: 'detached' })
    await choice.selectOption('two')
    await bar(page).getByText('This connection is read-only').waitFor()
    await disabled(page, 'Retry…').waitFor()
    await disabled(page, 'Revoke…').waitFor()
    await disabled(page, 'Copy Ids').waitFor({ state: 'detached' })
    await isAccessible(page)
  })
})
