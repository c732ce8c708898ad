import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import type { TaskDetail, TaskRow } from '../../broker-bridge/protocol/index.ts'
import { watchMainThread } from '../support/chromium.ts'
import { acting, hugeLine, markup } from '../support/hostileTexts.ts'
import { activityOf, connected, detailOf, queue, shopTask, worker } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { until, untilEqual } from '../support/until.ts'

const stage = new Stage({ quiet: true })

/** A task of which every text is this one. */
function poisoned(text: string, n: number): TaskRow {
  const texts = { id: `${n}-${text}`, name: text, worker: text, queue: text, args: text, kwargs: text, exception: text }
  return shopTask(n, undefined, {
    ...texts,
    state: n % 2 === 0 ? 'FAILURE' : text.toUpperCase(),
    progress: { percent: n * 50, current: Number.NaN, total: -1, message: text },
  })
}

function poisonedDetail(row: TaskRow, text: string): TaskDetail {
  const frames = `Traceback (most recent call last):\n  File "${text.replaceAll('"', '')}", line 1, in ${text}\n    ${text}\n${text}`
  return detailOf(row, {
    result: text,
    traceback: frames,
    parent: text,
    root: `root ${text}`,
    children: [text],
    retriedAs: [text],
    eta: text,
    expires: text,
    custom: JSON.stringify({ [text]: text }),
    exchange: text,
    routingKey: text,
    attempts: [1, 2].map((number) => ({
      ...{ number, state: text, worker: text, exception: text, traceback: frames },
      ...{ receivedAt: Number.NaN, startedAt: -1, endedAt: 1e300 },
    })),
    timeline: [{ state: text, at: Number.NaN, worker: text, exception: text }],
  })
}

async function openPoisoned(texts: readonly string[]): Promise<Page> {
  const tasks = texts.map(poisoned)
  const all = texts.join(' ')
  const details = new Map(tasks.map((task, index) => [task.id, poisonedDetail(task, texts[index] ?? '')]))
  await stage.start({
    tasks,
    details,
    activity: activityOf(tasks, Number.NaN),
    connections: [
      connected({
        name: all,
        address: all,
        broker: all,
        blocked: all,
        status: { kind: 'failed', since: 0, message: all, reason: 'unknown' },
        malformed: Object.fromEntries(texts.map((text) => [text, 3])),
        silentWorkers: { certain: [...texts], likely: [], keptOn: false },
      }),
    ],
    queues: [
      {
        connection: 'local',
        queues: texts.map((text) => queue(text, { type: text, virtualHost: text })),
        truncated: true,
        limits: all,
        at: 0,
      },
    ],
    workers: texts.map((text, n) => worker(n, { name: text, pool: text, queues: [text], software: text })),
  })
  const { page } = await stage.open()
  await page.locator('#row-0').waitFor()
  return page
}

async function visitEverything(page: Page, count: number): Promise<void> {
  const shown = page.locator('warren-detail').getByTitle('Copy the id')
  for (let n = 0; n < count; n++) {
    await page.locator('[role=grid]').focus()
    await page.keyboard.press('ArrowDown')
    // Ids begin with the number of their task.
    await until(async () => (await shown.textContent())?.trim().startsWith(`${n}-`))
    const all = page.locator('warren-detail > section > warren-traceback').getByRole('button', { name: 'Full' })
    if (await all.count()) await all.click()
    for (const attempt of await page.locator('button.attempt').all()) await attempt.click()
    await untilEqual(() => page.locator('warren-attempts warren-traceback').count(), 2)
    const tree = page.getByRole('button', { name: 'As text' })
    while (await tree.count()) await tree.first().click()
  }
  await page.getByRole('tab', { name: 'Queues' }).click()
  await page.getByRole('grid', { name: 'Queues' }).locator('#queue-0').waitFor()
  await page.getByRole('tab', { name: 'Workers' }).click()
  await page.getByRole('table').waitFor()
}

describe('hostile texts in every field', () => {
  test('never become markup, never run, never break the policy', async () => {
    const page = await openPoisoned(markup)
    await visitEverything(page, markup.length)
    assert.equal(await page.evaluate(() => (window as unknown as { hurt: unknown }).hurt), undefined)
    assert.equal(new URL(page.url()).origin, new URL(stage.bridge.url).origin)
    const foreign = await page.evaluate(() => {
      const found: string[] = []
      const walk = (root: ParentNode): void => {
        for (const element of root.querySelectorAll('*')) {
          if (['IFRAME', 'IMG', 'SVG', 'BASE', 'A', 'OBJECT'].includes(element.tagName.toUpperCase())) found.push(element.tagName)
          if (element.shadowRoot) walk(element.shadowRoot)
        }
      }
      walk(document.body)
      return found
    })
    assert.deepEqual(foreign, [])
  })

  test('that hide or reorder are shown as what they are', async () => {
    const page = await openPoisoned(acting)
    await visitEverything(page, acting.length)
    await page.getByRole('tab', { name: 'Tasks' }).click()
    await page.locator('#row-1').waitFor()
    const text = await page.evaluate(() => {
      const collect = (root: ParentNode): string =>
        [...root.querySelectorAll('*')].map((element) => (element.shadowRoot ? collect(element.shadowRoot) : '')).join('') +
        (root.textContent ?? '')
      return collect(document.body)
    })

    assert.doesNotMatch(text, /[\u0000-\u0008\u001b\u202e\u2066\u200b\ufeff]/)
    assert.match(text, /\\u\{202e\}/)
  })

  test('of a megabyte and tracebacks of a hundred thousand lines leave the page quick', async () => {
    const row = shopTask(8, undefined, { state: 'FAILURE', exception: 'E'.repeat(2_000) })
    const frames = Array.from(
      { length: 50_000 },
      (_, n) => `  File "/srv/shop/deep.py", line ${n + 1}, in recurse\n    return recurse(n + 1)`,
    )
    const detail = detailOf(row, {
      args: hugeLine,
      kwargs: hugeLine,
      result: hugeLine,
      traceback: `Traceback (most recent call last):\n${frames.join('\n')}\nRecursionError: ${hugeLine}`,
    })
    await stage.start({ tasks: [row], details: new Map([[row.id, detail]]) })
    const { page } = await stage.open()
    await page.locator('#row-0').waitFor()
    const spent = await watchMainThread(page)
    const before = await spent()
    await page.locator('#row-0').click()
    await page.locator('warren-traceback').waitFor()
    await page.getByText(/parts not shown/).waitFor()
    const seconds = (await spent()) - before
    // What hangs on the square of a length takes minutes.
    assert.ok(seconds < 15, `the detail took ${seconds} s`)
  })

  test('frames that are no protocol change nothing', async () => {
    const page = await openPoisoned(['plain'])
    stage.bridge.sendRaw([
      '',
      'null',
      '[]',
      '7',
      '{"id":1}',
      '{"event":"__proto__","data":1}',
      '{"event":"constructor"}',
      '{'.repeat(5_000),
    ])
    stage.bridge.script.tasks = [shopTask(1), ...stage.bridge.script.tasks]
    stage.bridge.refresh()
    await page.locator('#row-1').waitFor()
  })
})
