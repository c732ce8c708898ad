import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { Params, WorkerReport, WorkerRow } from '../../broker-bridge/protocol/index.ts'
import { screenshot } from '../support/chromium.ts'
import { somewhere } from '../support/doors.ts'
import { connected, worker } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'

const stage = new Stage({ quiet: true })

const team: readonly WorkerRow[] = [
  worker(1),
  worker(2, { pool: 'solo', concurrency: 1, queues: ['reports'], sendsEvents: false, drift: 7 }),
  worker(3, { online: false, sendsEvents: null, load: null, active: null }),
]
const crowd = Array.from({ length: 500 }, (_, index) =>
  worker(index + 1, { online: index % 50 !== 49, queues: ['celery', 'mail', `tenant-${index}-with-a-long-name.of.a.queue`] }),
)

function report(name: string): WorkerReport {
  const payload = { pool: { 'max-concurrency': 4 }, pid: 4_001 }
  return { worker: name, problem: null, payload, entries: 2 }
}

/** What workers were told, in order. */
const told: Params<'controlWorkers'>[] = []

async function script(workers: readonly WorkerRow[]): Promise<void> {
  const bridge = await stage.start({ connections: [connected()], workers })
  told.length = 0
  bridge.answers.inspectWorkers = ({ question, workers: asked }) => ({
    question,
    reports: (asked ?? []).map((name) => report(name)),
    silent: [],
  })
  bridge.answers.controlWorkers = (params) => {
    const { nonce, control, workers: names } = params
    if (control.command === 'shutdown' && nonce === undefined)
      throw new RequestError('confirmation_needed', 'Shut down this worker?', {
        nonce: 'n'.repeat(32),
        question: `Shut down ${names.length} workers?`,
        detail: 'A worker that is told to stop finishes the tasks it runs.',
        action: 'Shut Down',
        count: names.length,
        place: somewhere,
      })
    told.push(params)
    return { answers: names.map((name) => ({ worker: name, ok: true, text: 'pool will grow' })), silent: [] }
  }
}

async function open(workers: readonly WorkerRow[] = team, options: BrowserContextOptions = {}): Promise<Page> {
  await script(workers)
  const { page } = await stage.open(undefined, options)
  await page.getByRole('tab', { name: 'Workers' }).click()
  return page
}

async function look(page: Page, name: string): Promise<void> {
  await screenshot(page, `workers-${name}`)
  const { violations } = await new AxeBuilder({ page }).analyze()
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  assert.deepEqual(
    grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`),
    [],
  )
}

const nothingSticksOut = (page: Page): Promise<boolean> => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)

/** Chooses the first worker and waits for what it says of itself. */
async function chooseFirst(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'shop@worker-1', exact: true }).click()
  await page.getByText('1 of 1 worker answered.').waitFor()
}

describe('the tab of the workers', () => {
  for (const colorScheme of ['dark', 'light'] as const)
    test(`${colorScheme}: the list, and what a chosen one says`, async () => {
      const page = await open(team, { colorScheme })
      await page.getByText('2 online').waitFor()
      await look(page, colorScheme)
      await chooseFirst(page)
      await look(page, `${colorScheme}-chosen`)
    })

  test('forced colours of the system', async () => {
    const page = await open(team, { forcedColors: 'active', colorScheme: 'dark' })
    await chooseFirst(page)
    await look(page, 'forced-colors')
  })

  test('at twice the size, and narrow, scrolls in itself', async () => {
    const page = await open(team, { viewport: { width: 640, height: 380 }, colorScheme: 'dark' })
    await page.getByText('2 online').waitFor()
    await look(page, 'zoom-200')
    await chooseFirst(page)
    await look(page, 'zoom-200-chosen')
    assert.ok(await nothingSticksOut(page))
    await page.setViewportSize({ width: 420, height: 760 })
    await look(page, 'narrow')
    assert.ok(await nothingSticksOut(page))
  })

  test('says that there is none, and waits for the first picture', async () => {
    const page = await open([])
    await page.getByText('No worker has shown itself yet.').waitFor()
    await look(page, 'empty')
    stage.bridge.script.workers = team
    stage.bridge.refresh()
    await page.getByText('2 online').waitFor()
  })

  test('five hundred of them: all are there, all are chosen at once, and telling them names the count', async () => {
    const page = await open(crowd, { colorScheme: 'dark' })
    await page.getByText('490 online').waitFor()
    await screenshot(page, 'workers-five-hundred')
    await page.getByRole('checkbox', { name: 'Choose all workers that are online' }).check()
    await page.getByText('490 workers chosen').waitFor()
    await page.getByRole('combobox', { name: 'Tell the chosen workers something' }).selectOption('shutdown')
    await page.getByText('To 490 workers.').waitFor()
    await screenshot(page, 'workers-five-hundred-told')
    await page.getByRole('button', { name: 'Shut Down', exact: true }).click()
    await page.getByText('Shut down 490 workers?').waitFor()
    await screenshot(page, 'workers-five-hundred-asked')
    assert.deepEqual(told, [])
  })

  test('by the keyboard alone: choose, tell, read the answer, and go back', async () => {
    const page = await open()
    await page.getByRole('button', { name: 'shop@worker-1', exact: true }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('1 worker chosen').waitFor()
    const tell = page.getByRole('combobox', { name: 'Tell the chosen workers something' })
    await tell.focus()
    // A letter chooses in a list of choices, as in every other one. A second one would begin anew if it came late.
    await page.keyboard.press('g')
    const heading = page.getByRole('heading', { name: 'Grow Pool' })
    await heading.waitFor()
    const processes = page.getByLabel('By how many processes')
    await until(() => processes.evaluate((input) => (input.getRootNode() as ShadowRoot).activeElement === input))
    await processes.fill('2')
    await page.keyboard.press('Enter')
    await page.getByText('shop@worker-1: pool will grow').waitFor()
    assert.deepEqual(
      told.map(({ workers, control }) => [workers, control]),
      [[['shop@worker-1'], { command: 'pool_grow', n: 2 }]],
    )
    await look(page, 'answered')
    await page.keyboard.press('Escape')
    await heading.waitFor({ state: 'hidden' })
  })
})
