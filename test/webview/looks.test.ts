import assert from 'node:assert/strict'
import { AxeBuilder } from '@axe-core/playwright'
import { describe, test } from 'node:test'
import type { BrowserContextOptions, Page } from 'playwright-core'
import type { Attempt, RetryPlan } from '../../broker-bridge/protocol/index.ts'
import { screenshot } from '../support/chromium.ts'
import type { Script } from '../support/scriptedBridge.ts'
import {
  activityOf,
  connected,
  detailOf,
  nowSeconds,
  queue,
  quietActivity,
  shopTask,
  shopTasks,
  traceback,
  worker,
} from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { highContrastDark, highContrastLight } from '../support/vscodeThemes.ts'
import { until } from '../support/until.ts'

const stage = new Stage({ quiet: false })

const busy = (count = 400): Partial<Script> => {
  const tasks = shopTasks(count, count > 10_000 ? 0.001 : 0.4)
  return { tasks, activity: activityOf(tasks, 1_240) }
}

async function open(script: Partial<Script>, options: BrowserContextOptions = {}): Promise<Page> {
  await stage.start(script)
  const { page } = await stage.open(undefined, options)
  await page.locator('warren-task-list').waitFor()
  return page
}

async function openTask(page: Page): Promise<void> {
  await page.locator('.row.failed').first().click()
  await page.locator('warren-traceback').waitFor()
}

/** Nothing that a screen reader or a weak eye stumbles over, by axe's rules. */
async function assertAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  assert.deepEqual(
    grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`),
    [],
  )
}

async function keep(page: Page, name: string): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready
    // What moves for ever, such as the sign of something loading, has no end to wait for.
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity)
    await Promise.all(ending.map(({ finished }) => finished.catch(() => undefined)))
  })
  await screenshot(page, `feed-${name}`)
}

async function keepAccessible(page: Page, name: string): Promise<void> {
  await keep(page, name)
  await assertAccessible(page)
}

describe('looks, with nothing serious for axe', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`${colorScheme}: the list and a failed task`, async () => {
      const page = await open(busy(), { colorScheme })
      await page.locator('#row-3').waitFor()
      await keepAccessible(page, colorScheme)
      await openTask(page)
      await keepAccessible(page, `${colorScheme}-detail`)
    })
  }

  for (const [name, theme, variables] of [
    ['high-contrast', 'vscode-high-contrast', highContrastDark],
    ['high-contrast-light', 'vscode-high-contrast-light', highContrastLight],
  ] as const) {
    test(`${name} in VS Code`, async () => {
      await stage.start(busy())
      const host = await stage.openInVsCode(theme, variables)
      await until(() => host.posted.length > 0)
      await host.post({ type: 'bridge', url: stage.bridge.url, token: stage.bridge.token })
      await openTask(host.page)
      await keepAccessible(host.page, name)
    })
  }

  test('forced colours of the system', async () => {
    const page = await open(busy(), { forcedColors: 'active', colorScheme: 'dark' })
    await openTask(page)
    await keepAccessible(page, 'forced-colors')
  })

  test('narrow, and at twice the size', async () => {
    const page = await open(busy(), { viewport: { width: 420, height: 760 }, colorScheme: 'dark' })
    await openTask(page)
    await keepAccessible(page, 'narrow')
    await page.setViewportSize({ width: 640, height: 380 })
    await keep(page, 'zoom-200')
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out')
  })

  test('a task in all its detail: progress, attempts, shortened and nested values, clocks that differ, an open menu', async () => {
    const at = nowSeconds() - 5
    const row = shopTask(24, at, {
      state: 'PROGRESS',
      retries: 1,
      progress: { percent: 41.7, current: 1_204, total: 2_890, message: 'importing: orders.csv' },
    })
    const attempt = (number: number, state: string, endedAt: number | null): Attempt => ({
      ...{ number, state, endedAt, worker: 'shop@worker-1', receivedAt: at - 9, startedAt: at - 8 },
      ...{ exception: endedAt === null ? null : "KeyError('x')", traceback: endedAt === null ? null : traceback },
    })
    const moment = (state: string, age: number) => ({
      state,
      at: at - age,
      worker: state === 'PENDING' ? 'gen1@p' : 'w1',
      exception: null,
    })
    const detail = detailOf(row, {
      args: "(12345678901234567890, {'deep': {'deeper': {...}}}, 'a text that was cut...', ...)",
      custom: '{"current": 1204, "files": ["a", "b"]}',
      attempts: [attempt(1, 'RETRY', at - 7), attempt(2, 'PROGRESS', null)],
      timeline: [moment('RECEIVED', 9), moment('STARTED', 8), moment('PENDING', 7), moment('PROGRESS', -30)],
      eta: '2026-11-21T00:11:23+00:00',
    })
    const page = await open({ tasks: [row], details: new Map([[row.id, detail]]) }, { viewport: { width: 1280, height: 1_500 } })
    await page.locator('#row-0').click()
    await page.locator('button.attempt').first().click()
    await page.getByRole('button', { name: 'Copy', exact: true }).click()
    await page.getByRole('menu').waitFor()
    await keepAccessible(page, 'detail-all')
    await page.keyboard.press('Escape')
    await page.setViewportSize({ width: 640, height: 380 })
    await keep(page, 'detail-all-200')
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing sticks out')
  })

  test('very full: a hundred thousand tasks, some let go', async () => {
    const script = busy(100_000)
    const page = await open({
      ...script,
      activity: { ...(script.activity ?? quietActivity()), letGo: 912_004, eventsPerSecond: 18_342 },
    })
    await page.locator('[role=grid]').focus()
    await page.keyboard.press('PageDown')
    await page.keyboard.press('PageDown')
    await page.locator('[aria-selected=true] .function').waitFor()
    await keep(page, 'full')
  })

  test('empty: no tasks yet, no worker, silent workers, no broker', async () => {
    const page = await open({ workers: [worker(1), worker(2)] })
    await page.getByText('2 workers online').waitFor()
    await keepAccessible(page, 'empty')
    stage.bridge.script.workers = []
    stage.bridge.refresh()
    await page.getByText('No worker is running').waitFor()
    await keep(page, 'no-workers')
    stage.bridge.script.connections = [
      connected({ silentWorkers: { certain: [], likely: ['shop@worker-1', 'shop@worker-2'], keptOn: false } }),
    ]
    stage.bridge.refresh()
    await page.getByText('The workers are silent').waitFor()
    await keepAccessible(page, 'silent')
    stage.bridge.script.connections = []
    stage.bridge.refresh()
    await page.getByText('No broker is connected', { exact: true }).waitFor()
    await keep(page, 'no-broker')
  })

  test('broken: the broker cannot be reached, the bridge is gone, notices of every kind', async () => {
    const message = 'RabbitMQ at broker.local:5672 refuses the connection. Is it running? Warren tries again every few seconds.'
    const page = await open({
      connections: [connected({ broker: null, status: { kind: 'failed', since: 0, message, reason: 'unreachable' } })],
    })
    await page.getByText('The broker cannot be reached').waitFor()
    await keepAccessible(page, 'broken')
    const now = nowSeconds()
    Object.assign(stage.bridge.script, busy(14))
    stage.bridge.script.connections = [
      connected({
        status: {
          kind: 'reconnecting',
          since: now,
          attempt: 2,
          message: 'The connection to the broker was lost. Warren is reconnecting.',
        },
        blocked: 'low on memory',
        gaps: [{ from: now - 62, until: now - 50, missed: null, reason: 'disconnected' }],
        silentWorkers: { certain: ['shop@worker-9', 'shop@worker-10', 'shop@worker-11'], likely: [], keptOn: false },
        malformed: { 'no JSON': 12, 'no uuid': 3 },
      }),
      connected({ id: 'two', name: 'Billing', address: 'amqps://billing@rabbit.example.com:5671/billing', readOnly: true }),
    ]
    stage.bridge.refresh()
    await page.locator('#row-3').waitFor()
    await page.getByRole('button', { name: /more notice/ }).click()
    await keepAccessible(page, 'notices')
    await stage.bridge.stop()
    await page.getByText('Warren keeps trying').waitFor()
    await keep(page, 'bridge-gone')
    await stage.bridge.listen()
  })

  test('dialogs, keys, sign-in and the tabs of a browser', async () => {
    const page = await open({
      ...busy(14),
      queues: [
        {
          connection: 'local',
          queues: [
            queue('celery', { ready: 12, unacked: 8 }),
            queue('mail', { ready: 1_402, consumers: 0 }),
            queue('images'),
            queue('celeryev.a', { plumbing: true }),
          ],
          truncated: false,
          limits: null,
          at: 0,
        },
      ],
      workers: [worker(1), worker(2), worker(3, { online: false, sendsEvents: null, load: null })],
    })
    stage.bridge.answers.planRetry = ({ connection, id }): RetryPlan => ({
      connection,
      id,
      name: 'shop.tasks.orders.send_invoice',
      source: 'incomplete',
      explanation: 'These arguments come from an event, whose texts Celery shortens. Complete them before they are sent.',
      args: null,
      kwargs: '{\n  "notify": true\n}',
      argsShown: "(81234, 'invoice-2026-11.pdf', [1, 2, 3, 4, ...])",
      kwargsShown: "{'notify': True}",
      queue: 'mail',
      queueSource: 'The task was first sent to this queue.',
      queueChoices: ['mail', 'celery'],
      canvas: null,
    })
    stage.bridge.answers.listRegisteredTasks = () => ({ tasks: [{ name: 'shop.tasks.ping', workers: ['w1'] }], silent: [] })
    stage.bridge.answers.listQueueNames = () => ({ queues: ['celery', 'mail'], default: 'celery' })
    await openTask(page)
    await page.getByRole('button', { name: 'Retry…' }).click()
    await page.getByText('Complete them before').waitFor()
    await keepAccessible(page, 'retry')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Enqueue…' }).click()
    await page.getByText('1 task registered').waitFor()
    await keepAccessible(page, 'enqueue')
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    await page.getByRole('heading', { name: 'Keyboard Keys' }).waitFor()
    await keepAccessible(page, 'keys')
    await page.keyboard.press('Escape')
    for (const name of ['Queues', 'Workers']) {
      await page.getByRole('tab', { name }).click()
      await page.locator('table, warren-queues .row[data-index]').first().waitFor()
      await keepAccessible(page, name.toLowerCase())
    }
    const stranger = await stage.open(`${stage.bridge.url}#code=used`)
    await stranger.page.getByRole('alert').waitFor()
    await keepAccessible(stranger.page, 'sign-in')
  })
})

test('everything from filter to retry can be done by keyboard alone', async () => {
  const page = await open(busy(60))
  stage.bridge.answers.planRetry = ({ connection, id }): RetryPlan => ({
    connection,
    id,
    name: 'shop.tasks.images.resize',
    source: 'recorded',
    explanation: 'Warren sent this task itself.',
    args: '[1]',
    kwargs: '{}',
    argsShown: null,
    kwargsShown: null,
    queue: 'images',
    queueSource: 'Its own queue.',
    queueChoices: [],
    canvas: null,
  })
  stage.bridge.answers.retry = () => ({ connection: 'local', id: stage.bridge.script.tasks[0]?.id ?? '', queue: 'images' })
  await page.locator('#row-0').waitFor()
  await page.keyboard.press('/')
  await page.keyboard.type('resize')
  await until(async () => (await page.locator('[role=row][data-index]').count()) === 12)
  const tabTo = async (role: string, name?: RegExp): Promise<void> => {
    for (let n = 0; n < 40; n++) {
      await page.keyboard.press('Tab')
      const focused = await page.evaluate(() => {
        let element = document.activeElement
        while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
        return { role: element?.getAttribute('role') ?? element?.tagName.toLowerCase(), text: element?.textContent ?? '' }
      })
      if (focused.role === role && (!name || name.test(focused.text))) return
    }
    assert.fail(`Tab never reached ${role} ${String(name)}`)
  }
  await tabTo('grid')
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.locator('warren-detail section:focus').waitFor()
  await tabTo('button', /Retry…/)
  await page.keyboard.press('Enter')
  await page.getByText('Warren sent this task itself.').waitFor()
  await tabTo('button', /^\s*Retry\s*$/)
  await page.keyboard.press('Enter')
  await until(() => stage.bridge.requests.some(({ method }) => method === 'retry'))
  await page.getByRole('heading', { name: 'Retry Task' }).waitFor({ state: 'detached' })
  await page.keyboard.press('Escape')
  await until(
    async () =>
      (await page.evaluate(() => document.querySelector('warren-app')?.shadowRoot?.activeElement?.tagName)) ===
      'WARREN-TASK-LIST',
  )
  await page.keyboard.press('Escape')
  await page.locator('warren-detail').waitFor({ state: 'detached' })
})
