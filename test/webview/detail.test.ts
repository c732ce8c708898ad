import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import type { Script } from '../support/scriptedBridge.ts'
import { detailOf, shopTask } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { until, untilEqual } from '../support/until.ts'
import { failure, one, openTasks } from '../support/detailPage.ts'

const stage = new Stage({ quiet: true })
const open = (script?: Partial<Script>, choose?: boolean): Promise<Page> => openTasks(stage, script, choose)
const clipboard = (page: Page): Promise<string> => page.evaluate(() => navigator.clipboard.readText())

describe('the detail pane', () => {
  test('shows the error, the arguments, the folded traceback and the timeline with durations', async () => {
    const page = await open(one({ timeline: detailOf(failure).timeline }))
    const pane = page.locator('warren-detail')
    await pane.getByText("ValueError('no such invoice')").waitFor()
    // Its own frames are in sight.
    await untilEqual(() => pane.locator('div.frame').count(), 2)
    await pane.getByRole('button', { name: '3 library frames' }).click()
    await untilEqual(() => pane.locator('div.frame').count(), 5)
    await pane.getByRole('button', { name: 'Full' }).click()
    await untilEqual(() => pane.locator('div.frame').count(), 8)
    await pane.getByText('The error above was the direct cause of the one below.').waitFor()
    const passed = await pane.locator('.passed').allTextContents()
    assert.deepEqual(passed.slice(1), ['waited in the queue 300 ms', 'held by the worker 2.20 s', 'ran 700 ms'])
  })

  test('marks what Celery shortened, says why, and copies the setting that changes it', async () => {
    const page = await open(one({ args: "('a long text...', 2)" }))
    const value = page.locator('warren-value').filter({ hasText: 'a long text' })
    await value.locator('.cut').waitFor()
    await value.getByText('before it reached Warren').waitFor()
    await value.getByRole('button', { name: 'Copy the setting' }).click()
    await untilEqual(() => clipboard(page), 'app.amqp.argsrepr_maxsize = 10_000')
  })

  test('shows values as a tree that the keyboard walks, opens and copies from, with every digit', async () => {
    const numbers = Array.from({ length: 230 }, (_, n) => n).join(', ')
    const page = await open(one({ args: `(12345678901234567890, [${numbers}], '${'long '.repeat(100)}end')` }))
    const tree = page.getByRole('tree', { name: 'Arguments', exact: true })
    const focused = () => tree.evaluate((element) => element.querySelector('[role=treeitem]:focus')?.getAttribute('data-path'))
    await tree.getByText('12345678901234567890').waitFor()
    await untilEqual(() => tree.getByRole('treeitem').count(), 3)
    await tree.locator('[tabindex="0"]').first().focus()
    await page.keyboard.press('c')
    await untilEqual(() => clipboard(page), '12345678901234567890')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowRight')
    // A hundred of its values, and the line that shows more of them.
    await untilEqual(() => tree.getByRole('treeitem').count(), 104)
    await untilEqual(focused, '/1')
    await tree.getByText('Show 100 of 130 more').click()
    await untilEqual(() => tree.getByRole('treeitem').count(), 204)
    await tree.getByRole('treeitem', { name: '5: 5', exact: false }).first().focus()
    await page.keyboard.press('ArrowLeft')
    await untilEqual(focused, '/1')
    await page.keyboard.press('ArrowLeft')
    await untilEqual(() => tree.getByRole('treeitem').count(), 3)
    await page.keyboard.press('End')
    await untilEqual(() => tree.getByText('end').count(), 0)
    await page.keyboard.press('Enter')
    await tree.getByText('long end').waitFor()
    await page.keyboard.press('c')
    await untilEqual(() => clipboard(page), `${'long '.repeat(100)}end`)
  })

  test('shows every attempt, each with its own error and traceback', async () => {
    const attempts = [3, 4, 5].map((number) => ({
      number,
      state: number === 5 ? 'SUCCESS' : 'RETRY',
      worker: `w${number}@host`,
      receivedAt: number * 10,
      startedAt: number * 10 + 1,
      endedAt: number * 10 + 3,
      exception: number === 5 ? null : `KeyError(${number})`,
      traceback:
        number === 5
          ? null
          : `Traceback (most recent call last):\n  File "/srv/a.py", line ${number}, in run\n    run()\nKeyError: ${number}`,
    }))
    const page = await open(one({ attempts, exception: null, traceback: null, state: 'SUCCESS' }))
    const list = page.locator('warren-attempts')
    await list.getByText('2 earlier attempts: before Warren was watching.').waitFor()
    assert.equal(await list.locator('warren-traceback').count(), 0)
    await list.getByRole('button', { name: 'KeyError(4)' }).click()
    await list.getByText('/srv/a.py:4').waitFor()
    await list.getByText('ran 2.00 s').first().waitFor()
    assert.equal(await list.locator('warren-traceback').count(), 1)
  })

  test('of a traceback of a hundred thousand lines shows a part, and more on demand', async () => {
    const frames = Array.from({ length: 50_000 }, (_, n) => `  File "/srv/deep.py", line ${n + 1}, in f\n    f()`)
    const page = await open(
      one({ traceback: ['Traceback (most recent call last):', ...frames, 'RecursionError: deep'].join('\n') }),
    )
    const pane = page.locator('warren-traceback')
    await pane.getByText('RecursionError: deep').waitFor()
    assert.equal(await pane.locator('.frame').count(), 239)
    await pane.getByRole('button', { name: 'Show more' }).click()
    await untilEqual(() => pane.locator('.frame').count(), 479)
  })

  test('tells a progress without a total, and a percentage without a count', async () => {
    const running = shopTask(24, undefined, {
      state: 'PROGRESS',
      progress: { percent: null, current: 1_204, total: null, message: 'crawl' },
    })
    const page = await open({ tasks: [running] })
    const bar = page.getByRole('progressbar')
    await untilEqual(() => bar.getAttribute('aria-valuetext'), '1,204 so far')
    assert.equal(await bar.getAttribute('aria-valuenow'), null)
    const progress = { percent: 12.4, current: null, total: null, message: null }
    stage.bridge.script.details.set(running.id, detailOf(running, { progress }))
    stage.bridge.refresh()
    await untilEqual(() => bar.getAttribute('aria-valuenow'), '12')
    await page.locator('warren-detail').getByText('12 %').waitFor()
  })

  test('says calmly that clocks differ', async () => {
    const [received, started, ended] = [100, 101, 103]
    const moment = (state: string, at: number, worker: string) => ({ state, at, worker, exception: null })
    const timeline = [
      moment('RECEIVED', received, 'w1@a'),
      moment('STARTED', started, 'w1@a'),
      moment('PENDING', 102.5, 'gen1@p'),
      moment('FAILURE', ended, 'w1@a'),
    ]
    const page = await open(one({ timeline }))
    await page.locator('warren-timeline').getByText('ahead of the worker’s by at least 2.50 s').waitFor()
    await page.locator('warren-detail').getByText('not known: clocks differ').waitFor()
  })

  test('links what it shares with other tasks to a filter', async () => {
    const page = await open(one({ root: failure.id, children: ['child'] }))
    const pane = page.locator('warren-detail')
    for (const [link, filter] of [
      [failure.worker ?? '', `worker:${failure.worker ?? ''}`],
      [failure.queue ?? '', `queue:${failure.queue ?? ''}`],
      ['Show all of this name', `name:${failure.name ?? ''}`],
      ['Show all tasks of this workflow', `root:${failure.id}`],
    ] as const) {
      await pane.getByRole('button', { name: link, exact: true }).click()
      await until(() => JSON.stringify(stage.bridge.requests).includes(JSON.stringify(filter)))
    }
  })

  test('follows the task while it makes progress', async () => {
    const running = shopTask(24, undefined, {
      state: 'STARTED',
      progress: { percent: 25, current: 1, total: 4, message: 'first' },
    })
    const page = await open({ tasks: [running] })
    await page.getByRole('progressbar').waitFor()
    await untilEqual(() => page.getByRole('progressbar').getAttribute('aria-valuenow'), '25')
    stage.bridge.script.details.set(
      running.id,
      detailOf(running, { progress: { percent: 75, current: 3, total: 4, message: 'third' } }),
    )
    stage.bridge.refresh()
    await page.getByText('third').waitFor()
    await untilEqual(() => page.getByRole('progressbar').getAttribute('aria-valuenow'), '75')
  })

  test('links to related tasks select them, and an id that is not held is said', async () => {
    const [child, parent] = [shopTask(2), shopTask(1)]
    const details = new Map([
      [child.id, detailOf(child, { parent: parent.id, root: parent.id })],
      [parent.id, detailOf(parent, { children: [child.id], parent: 'long-gone' })],
    ])
    const page = await open({ tasks: [child, parent], details })
    await page.getByRole('button', { name: parent.id }).click()
    await page.getByRole('button', { name: child.id }).waitFor()
    await page.getByRole('button', { name: 'long-gone' }).click()
    await page.getByText('Warren does not hold this task').waitFor()
  })

  test('copies the id, and from its menu JSON and calls', async () => {
    const page = await open(one({ args: '(1,)', kwargs: '{}', queue: 'mail' }))
    await page.getByTitle('Copy the id').click()
    await untilEqual(() => clipboard(page), failure.id)
    const menu = page.getByRole('button', { name: 'Copy', exact: true })
    await menu.click()
    await page.getByRole('menuitem', { name: 'As JSON' }).click()
    await until(async () => (await clipboard(page)).startsWith('{'))
    const copied = JSON.parse(await clipboard(page)) as Record<string, unknown>
    assert.equal(copied['state'], 'FAILURE')
    assert.ok(!('eta' in copied), 'what is not known is left out')
    // By keyboard alone; Escape and leaving close it, and the button has the keyboard again.
    await menu.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await until(async () => (await clipboard(page)).includes("apply_async(args=(1,), queue='mail')"))
    await page.getByRole('menu').waitFor({ state: 'detached' })
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'As celery call line' }).click()
    await until(async () => (await clipboard(page)).endsWith("--args='[1]' --queue=mail"))
    await page.keyboard.press('Enter')
    await page.getByRole('menu').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'detached' })
    await page.locator('warren-detail').getByRole('heading', { level: 2 }).waitFor()
  })

  test('lies below the list where the page is narrow, and its size can be moved by keys', async () => {
    const page = await open(one())
    const pane = page.locator('warren-detail')
    const before = (await pane.boundingBox())?.width ?? 0
    await page.getByRole('separator').focus()
    for (let n = 0; n < 5; n++) await page.keyboard.press('ArrowLeft')
    await until(async () => ((await pane.boundingBox())?.width ?? 0) > before + 80)
    await page.setViewportSize({ width: 560, height: 800 })
    await untilEqual(() => page.getByRole('separator').getAttribute('aria-orientation'), 'horizontal')
    await untilEqual(async () => (await pane.boundingBox())?.width, 560)
  })
})
