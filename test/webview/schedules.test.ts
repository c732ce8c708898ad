import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { BackendReply, Confirmation, PeriodicTask, Schedules } from '../../broker-bridge/protocol/index.ts'
import { somewhere } from '../support/doors.ts'
import type { ScriptedBridge } from '../support/scriptedBridge.ts'
import { activityOf, connected, detailOf, nowSeconds, shopTask, shopTasks } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { until, untilEqual } from '../support/until.ts'

const stage = new Stage({ quiet: true })
mkdirSync('test/artefacts', { recursive: true })

function periodic(id: number, name: string, change: Partial<PeriodicTask> = {}): PeriodicTask {
  const now = nowSeconds()
  return {
    id,
    name,
    task: 'shop.tasks.reports.monthly_totals',
    schedule: 'at 03:00 on Monday to Friday (Europe/Paris)',
    args: '[]',
    kwargs: '{}',
    queue: null,
    enabled: true,
    // Half hours, so that the page may open as late as it likes.
    lastRun: now - 1.5 * 3_600,
    runs: 41,
    nextRun: now + 2.5 * 3_600,
    note: null,
    refusal: null,
    ...change,
  }
}

function schedules(): Schedules {
  const due = [1, 2].map((hour) => ({
    id: `due-${hour}`,
    name: 'shop.tasks.orders.send_invoice',
    due: nowSeconds() + (hour + 0.5) * 3_600,
    state: 'RECEIVED',
    worker: 'celery@shop-1',
    queue: 'mail',
    args: `(${hour},)`,
  }))
  const list = [
    periodic(1, 'nightly totals'),
    periodic(2, 'clean the cart', { enabled: false, nextRun: null, lastRun: null, runs: 0, schedule: 'every 10 minutes' }),
    periodic(3, 'sync payments', {
      note: 'It did not run when it was due; is beat running?',
      refusal: 'It is sent with headers of its own, which Warren does not send.',
    }),
  ]
  return { due, dueTotal: 2, database: { file: 'db.sqlite3', problem: null }, periodic: list }
}

async function open(told: Schedules | RequestError = schedules()): Promise<{ page: Page; bridge: ScriptedBridge }> {
  const tasks = shopTasks(12)
  const bridge = await stage.start({ tasks, activity: activityOf(tasks, 2) })
  bridge.answers.listSchedules = () => {
    if (told instanceof RequestError) throw told
    return told
  }
  const { page } = await stage.open()
  await page.getByRole('tab', { name: 'Schedules' }).click()
  return { page, bridge }
}

const asked: Confirmation = {
  nonce: 'n',
  question: 'Really?',
  detail: 'It is written.',
  action: 'Do It',
  count: 1,
  place: somewhere,
}

describe('schedules', () => {
  test('tasks that wait and periodic tasks, with what is known of each', async () => {
    const { page } = await open()
    const [waiting, list] = [page.getByRole('table').first(), page.getByRole('table').last()]
    await list.getByText('at 03:00 on Monday to Friday (Europe/Paris)').first().waitFor()
    assert.match(await waiting.locator('tbody tr').first().innerText(), /send_invoice\s+in 1 h\s+\(1,\)\s+celery@shop-1\s+mail/)
    assert.match(await list.locator('tbody tr').first().innerText(), /nightly totals[^]*1 h ago\s+in 2 h\s+41[^]*Enabled/)
    await list.getByText('is beat running?').waitFor()
    assert.deepEqual((await new AxeBuilder({ page }).analyze()).violations, [])
    await page.screenshot({ path: 'test/artefacts/schedules.png' })
    await waiting.getByRole('button', { name: 'send_invoice' }).first().click()
    await page.getByRole('tab', { name: 'Tasks', selected: true }).waitFor()
  })

  test('a periodic task is turned off once the user said yes', async () => {
    const { page, bridge } = await open()
    const seen: unknown[] = []
    bridge.answers.setPeriodic = ({ name, enabled, nonce }) => {
      seen.push([name, enabled, nonce])
      if (nonce === undefined) throw new RequestError('confirmation_needed', 'Really?', asked)
      return { enabled }
    }
    await page.getByRole('button', { name: 'Disable nightly totals' }).click()
    await page.getByText('It is written.').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await until(() => seen.length === 1)
    await page.getByRole('button', { name: 'Disable nightly totals' }).click()
    await page.getByRole('button', { name: 'Do It' }).click()
    await page.getByText('Disabled nightly totals.').waitFor()
    assert.deepEqual(seen.at(-1), ['nightly totals', false, 'n'])
  })

  test('what cannot be run says why and sends nothing; what can is sent', async () => {
    const { page, bridge } = await open()
    const seen: string[] = []
    bridge.answers.runPeriodic = ({ name }) => {
      seen.push(name)
      return { connection: 'local', id: 'new-id', queue: 'reports' }
    }
    const refused = page.getByRole('button', { name: 'Run Now sync payments' })
    assert.match((await refused.getAttribute('title')) ?? '', /headers of its own/)
    await refused.click({ force: true })
    await page.getByRole('button', { name: 'Run Now nightly totals' }).click()
    await page.getByText('Sent nightly totals to reports, as new-id.').waitFor()
    assert.deepEqual(seen, ['nightly totals'])
  })

  test('where there is no database, what would bring one', async () => {
    const { page } = await open({ due: [], dueTotal: 0, database: null, periodic: [] })
    await page.getByText('start Warren with --result-backend and its address').waitFor()
    await page.getByText('No task with an ETA or a countdown is known.').waitFor()
  })

  test('where schedules cannot be read, why', async () => {
    const { page } = await open(new RequestError('refused', 'db.sqlite3 is locked by another program.'))
    await page.getByText('db.sqlite3 is locked by another program.').waitFor()
  })

  test('on a read-only connection nothing can be pressed', async () => {
    const bridge = await stage.start({ connections: [connected({ readOnly: true })] })
    bridge.answers.listSchedules = schedules
    const { page } = await stage.open()
    await page.getByRole('tab', { name: 'Schedules' }).click()
    await untilEqual(() => page.locator('td button.button[aria-disabled=true]').count(), 6)
  })
})

describe('the result backend', () => {
  const reply: BackendReply = {
    file: 'results.db',
    askedAt: nowSeconds() - 12,
    answers: [
      {
        source: 'celery_taskmeta in results.db',
        state: 'FAILURE',
        at: nowSeconds(),
        name: null,
        worker: null,
        queue: null,
        args: '[1, 2]',
        kwargs: null,
        exact: true,
        result: null,
        inert: 'It is a pickle of 12 bytes: reading one can run any code, so Warren never does.',
        traceback:
          'Traceback (most recent call last):\n  File "/srv/shop/tasks.py", line 3, in add\n    return a + b\nTypeError: no',
      },
    ],
  }

  test('is asked after consent, and says which table told the state; an orphan is marked in list and pane', async () => {
    const orphaned = 'Its worker went away while the task ran, so it is most likely lost.'
    const lost = shopTask(0, undefined, { state: 'STARTED', orphaned })
    const details = new Map([[lost.id, detailOf(lost, { orphaned })]])
    const bridge = await stage.start({ tasks: [lost], details, activity: activityOf([lost], 1) })
    bridge.answers.askBackend = ({ nonce }) => {
      if (nonce === undefined) throw new RequestError('confirmation_needed', 'Really?', asked)
      return reply
    }
    const { page } = await stage.open()
    await page.locator('#row-0 .orphan').waitFor()
    await page.locator('#row-0').click()
    const pane = page.locator('warren-detail')
    await pane.getByText(orphaned).waitFor()
    await pane.getByRole('button', { name: 'Ask the Result Backend' }).click()
    await page.getByRole('button', { name: 'Do It' }).click()
    await pane.getByText('says celery_taskmeta in results.db').waitFor()
    await pane.getByText('It is a pickle of 12 bytes').waitFor()
    await pane.getByText('TypeError: no').first().scrollIntoViewIfNeeded()
    assert.deepEqual((await new AxeBuilder({ page }).analyze()).violations, [])
    await page.screenshot({ path: 'test/artefacts/backend.png' })
  })

  test('that Warren asked by itself is shown with when and why; an answer to the user comes in its place', async () => {
    const silent = shopTask(0, undefined, { state: 'STARTED' })
    const backend: BackendReply = {
      file: 'Redis at cache.local/0',
      askedAt: nowSeconds() - 12,
      answers: [{ ...(reply.answers[0] ?? assert.fail()), source: 'Redis at cache.local/0', state: 'SUCCESS', inert: null }],
    }
    const details = new Map([[silent.id, detailOf(silent, { backend })]])
    const bridge = await stage.start({ tasks: [silent], details, activity: activityOf([silent], 1) })
    bridge.answers.askBackend = () => ({ file: 'Redis at cache.local/0', answers: [], askedAt: nowSeconds() })
    const { page } = await stage.open()
    await page.locator('#row-0').click()
    const pane = page.locator('warren-detail')
    await pane.getByText(/^Asked \d\d s ago by Warren itself, because nothing was heard of the task for long\.$/).waitFor()
    await pane.getByText('State from the result backend: Success').waitFor()
    await page.screenshot({ path: 'test/artefacts/backend-line.png' })
    await pane.getByText('says Redis at cache.local/0').scrollIntoViewIfNeeded()
    // What events said stays the task's state.
    assert.match(await pane.locator('.under .state').innerText(), /Started$/)
    assert.deepEqual((await new AxeBuilder({ page }).analyze()).violations, [])
    await page.screenshot({ path: 'test/artefacts/backend-by-itself.png' })
    await pane.getByRole('button', { name: 'Ask the Result Backend' }).click()
    await pane.getByText('does not have this task').waitFor()
    await pane.getByText('global_keyprefix').waitFor()
    await page.screenshot({ path: 'test/artefacts/backend-empty.png' })
  })

  test('that cannot be asked says why', async () => {
    const tasks = shopTasks(3)
    const bridge = await stage.start({ tasks, activity: activityOf(tasks, 1) })
    bridge.answers.askBackend = () => {
      throw new RequestError('refused', 'No worker names a result backend.')
    }
    const { page } = await stage.open()
    await page.locator('#row-0').click()
    await page.getByRole('button', { name: 'Ask the Result Backend' }).click()
    await page.getByText('No worker names a result backend.').waitFor()
  })
})
