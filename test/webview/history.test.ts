import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import fc from 'fast-check'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { readQuery, RequestError } from '../../broker-bridge/protocol/index.ts'
import type { HistoryPage, HistoryStatus, QueryHistoryParams, TaskRow } from '../../broker-bridge/protocol/index.ts'
import { HistoryPages } from '../../webview/session/historyPages.ts'
import { historyQuery } from '../../webview/session/historySearch.ts'
import { connected, detailOf, nowSeconds, shopTask, shopTasks } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'

const stage = new Stage({ quiet: true })

const status: HistoryStatus = {
  ...{ file: '/home/me/.local/share/warren/history.db', kept: true, bytes: 90_000_000, tasks: 214_000 },
  ...{ skipped: 0, writtenHere: true, message: null },
}
const keeping = connected({ history: status })

/** A day of tasks a minute apart, newest first, all but the newest three from earlier runs. */
const kept: readonly TaskRow[] = Array.from({ length: 1_440 }, (_, age) =>
  shopTask(10_000 - age, nowSeconds() - age * 60, { fromHistory: age >= 3 }),
)

/** Answers like the bridge: pages by place, matches counted up to a thousand. */
function pageOf(tasks: readonly TaskRow[], { before, limit }: QueryHistoryParams): HistoryPage {
  const first = before === null ? 0 : tasks.length - before
  const next = first + limit < tasks.length ? tasks.length - first - limit : null
  return {
    tasks: tasks.slice(first, first + limit),
    next,
    counted: Math.min(1_000, tasks.length - first),
    countedAll: tasks.length - first <= 1_000,
    reached: next === null ? null : (tasks[first + limit]?.at ?? null),
  }
}

const asked = (): QueryHistoryParams[] =>
  stage.bridge.requests.filter(({ method }) => method === 'queryHistory').map(({ params }) => params as QueryHistoryParams)

async function open(hash = '&source=history', options: BrowserContextOptions = {}): Promise<Page> {
  await stage.start({ connections: [keeping], tasks: shopTasks(20) })
  stage.bridge.answers.queryHistory ??= (params) => pageOf(params.query === '' ? kept : kept.slice(0, 2), params)
  return (await stage.open(stage.bridge.link() + hash, options)).page
}

const bar = (page: Page) => page.locator('warren-history-bar')

describe('the history', () => {
  test('is a switch beside the search, which says that there are more than were counted, and stays in the address', async () => {
    const page = await open('')
    await page.locator('#row-0').waitFor()
    assert.equal(asked().length, 0)
    await page.getByRole('radio', { name: 'Live' }).focus()
    await page.keyboard.press('ArrowRight')
    await bar(page).getByText('more than 1,000 tasks').waitFor()
    assert.equal(await page.getByRole('radio', { name: 'History' }).getAttribute('aria-checked'), 'true')
    assert.equal(new URL(page.url()).hash, '#source=history')
    await page.reload()
    await bar(page).getByText('more than 1,000 tasks').waitFor()
    await page.getByRole('radio', { name: 'Live' }).click()
    await bar(page).waitFor({ state: 'detached' })
    assert.equal(new URL(page.url()).hash, '')
    assert.deepEqual((await new AxeBuilder({ page }).analyze()).violations, [])
  })

  test('is exported as it is searched, and says at its headings why it is in no other order', async () => {
    const page = await open('&source=history&query=state:failed')
    await page.locator('#row-0').waitFor()
    const sort = page.getByRole('button', { name: 'Runtime', exact: true })
    assert.equal(await sort.getAttribute('aria-disabled'), 'true')
    assert.match((await sort.getAttribute('title')) ?? '', /the history is in the order of time/)
    assert.match((await sort.getAttribute('aria-description')) ?? '', /the history is in the order of time/)
    await sort.click({ force: true })
    assert.equal(await page.locator('#column-at').getAttribute('aria-sort'), 'descending')
    await page.getByRole('button', { name: 'Export…' }).click()
    await page.getByText('All tasks that the history finds for the present search').waitFor()
    await page.route('**/api/export', (route) => route.fulfill({ body: 'id\r\n' }))
    const asking = page.waitForRequest((request) => request.url().endsWith('/api/export'))
    await page.getByRole('button', { name: 'Export', exact: true }).click()
    const body = (await asking).postDataJSON() as unknown
    assert.deepEqual(body, { filter: { query: 'state:failure' }, format: 'csv', mask: true, source: 'history' })
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    assert.deepEqual((await new AxeBuilder({ page }).analyze()).violations, [])
  })

  test('asks for further pages as far as the list is scrolled, each once, and no longer for a live view', async () => {
    const page = await open()
    await page.locator('#row-0').waitFor()
    assert.deepEqual(
      asked().map(({ before, limit }) => [before, limit]),
      [[null, 200]],
    )
    await page.getByRole('grid').focus()
    await page.keyboard.press('End')
    await page.locator('#row-1000').waitFor()
    await until(async () => (await page.locator('.row.waiting').count()) === 0)
    await page.keyboard.press('End')
    await page.keyboard.press('End')
    await page.locator('#row-1439').waitFor()
    await bar(page).getByText('1,440 tasks').waitFor()
    await until(async () => (await page.locator('.row.waiting').count()) === 0)
    assert.equal(asked().length, 8)
    assert.equal(new Set(asked().map(({ before }) => before)).size, 8)
    assert.equal(stage.bridge.requests.filter(({ method }) => method === 'setView').length, 0)
  })

  test('marks what is from an earlier run, in the row and beside the task, and shows a task that memory let go', async () => {
    const page = await open()
    await page.locator('#row-0').waitFor()
    assert.equal(await page.locator('#row-2 .kept').count(), 0)
    assert.match((await page.locator('#row-3').textContent()) ?? '', /From an earlier run of Warren/)
    const old = kept[3] as TaskRow
    stage.bridge.answers.getTask = () => ({ ...detailOf(old), fromHistory: true })
    await page.locator('#row-3').click()
    const detail = page.locator('warren-detail')
    await detail.getByText('From an earlier run of Warren').waitFor()
    assert.equal(await detail.getByRole('button', { name: 'Retry…' }).getAttribute('aria-disabled'), 'false')
    assert.deepEqual((await new AxeBuilder({ page }).analyze()).violations, [])
  })

  test('is searched with the states that are chosen and the columns that are shown', async () => {
    const page = await open()
    await page.locator('#row-0').waitFor()
    await page.getByRole('combobox').fill('name:shop.*')
    await bar(page).getByText('2 tasks').waitFor()
    await page.getByRole('button', { name: 'Failure' }).click()
    await page.getByRole('button', { name: 'Retry', exact: true }).click()
    await until(() => asked().at(-1)?.query === 'name:shop.* (state:failure OR state:retry)')
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByRole('menuitemcheckbox', { name: 'Waited' }).click()
    await until(() => asked().at(-1)?.extra.includes('waited') === true)
  })
})

test('VS Code’s command shows the history for a query, and the page remembers it', async () => {
  await stage.start({ connections: [keeping], tasks: shopTasks(20) })
  stage.bridge.answers.queryHistory = (params) => pageOf(kept, params)
  const host = await stage.openInVsCode()
  const { page } = host
  await until(() => host.posted.some(({ type }) => type === 'ready'))
  await host.post({ type: 'searchHistory', query: 'state:failed' })
  await host.post({ type: 'bridge', url: stage.bridge.url, token: stage.bridge.token })
  await bar(page).getByText('more than 1,000 tasks').waitFor()
  assert.equal(asked().at(-1)?.query, 'state:failure')
  const remembered = await page.evaluate(() => (window as unknown as { kept: { source: string; query: string } }).kept)
  assert.deepEqual([remembered.source, remembered.query], ['history', 'state:failed'])
})

describe('a history without rows', () => {
  test('says when none is kept', async () => {
    await stage.start({ connections: [connected({ history: null })] })
    const { page } = await stage.open(`${stage.bridge.link()}&source=history`)
    await page.getByText('No history is kept here').waitFor()
    await page.getByText('without --history off').waitFor()
    assert.equal(asked().length, 0)
  })

  test('says that nothing matches, that it is empty, and leads out', async () => {
    const page = await open('&source=history&query=nothing')
    stage.bridge.answers.queryHistory = (params) => pageOf([], params)
    await page.getByRole('button', { name: 'Search Again' }).click()
    await page.getByText('Nothing in the history matches').waitFor()
    await page.getByRole('button', { name: 'Clear Filter' }).click()
    await page.getByText('The history is empty').waitFor()
  })

  test('says why it cannot be read, and tries again', async () => {
    await stage.start({ connections: [keeping] })
    stage.bridge.answers.queryHistory = () => {
      throw new RequestError('refused', 'The history is paused: the disk is full.')
    }
    const { page } = await stage.open(`${stage.bridge.link()}&source=history`)
    await page.getByText('The history is paused: the disk is full.').waitFor()
    stage.bridge.answers.queryHistory = (params) => pageOf(kept, params)
    await page.getByRole('button', { name: 'Try Again' }).click()
    await page.locator('#row-0').waitFor()
  })

  test('tells how far a long search has come', async () => {
    await stage.start({ connections: [keeping] })
    let answer: (page: HistoryPage) => void = () => undefined
    const nothing = { tasks: [], counted: 0, countedAll: false }
    stage.bridge.answers.queryHistory = ({ before }) =>
      before === null
        ? { ...nothing, next: 7, reached: 1_795_000_000 }
        : new Promise<HistoryPage>((resolve) => (answer = resolve))
    const { page } = await stage.open(`${stage.bridge.link()}&source=history&query=rare`)
    await bar(page).getByText('Searching… back to 2026-11-1').waitFor()
    answer({ ...nothing, tasks: kept.slice(5, 6), counted: 1, countedAll: true, next: null, reached: null })
    await bar(page).getByText('1 task', { exact: false }).waitFor()
    await page.locator('#row-0').waitFor()
  })

  test('is offered where nothing in memory matches', async () => {
    const page = await open('&query=invoice-of-last-week')
    await page.getByRole('button', { name: 'Search the History' }).click()
    await bar(page).getByText('2 tasks').waitFor()
    assert.equal(asked().at(-1)?.query, 'invoice-of-last-week')
  })
})

test('pages of several connections become one list: all rows, each once, newest first', () => {
  const times = fc.array(fc.nat(40), { maxLength: 30 }).map((all) => all.sort((one, other) => other - one))
  fc.assert(
    fc.property(fc.array(times, { maxLength: 4 }), fc.integer({ min: 1, max: 7 }), fc.nat(3), (sources, size, broken) => {
      const rows = sources.map((all, source) =>
        all.map((at, place) => shopTask(place, at, { connection: String(source), id: `${source}-${place}` })),
      )
      const pages = new HistoryPages(rows.map((_, source) => String(source)))
      for (let { wish } = pages, turns = 0; wish && turns < 1_000; { wish } = pages, turns++) {
        const all = rows[Number(wish.connection)] ?? []
        if (Number(wish.connection) === broken && turns > 5) pages.giveUp(wish.connection)
        // A page may be short, or empty, and yet not the last.
        else pages.add(wish.connection, pageOf(all, { before: wish.before, limit: size } as QueryHistoryParams))
        assert.ok(pages.known.count >= pages.rows.length)
      }
      const ids = pages.rows.map(({ id }) => id)
      const ats = pages.rows.map(({ at }) => at)
      assert.ok(pages.done)
      assert.deepEqual(
        ats,
        [...ats].sort((one, other) => other - one),
      )
      assert.equal(new Set(ids).size, ids.length)
      if (broken >= sources.length) assert.equal(ids.length, rows.flat().length)
      assert.deepEqual(pages.known, { count: ids.length, all: true })
    }),
  )
})

test('words and chosen states are one query', () => {
  assert.equal(historyQuery('', []), '')
  assert.equal(historyQuery('', ['FAILURE']), 'state:failure')
  for (const states of [['FAILURE'], ['RETRY', 'PENDING'], ['ODD STATE']]) {
    const reading = readQuery(historyQuery('a OR b', states), 0)
    assert.ok(reading.ok && reading.query.kind === 'and' && reading.query.parts.length === 2)
  }
})
