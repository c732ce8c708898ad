import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { Confirmation, RetryReport } from '../../broker-bridge/protocol/index.ts'
import { somewhere } from '../support/doors.ts'
import type { ScriptedBridge } from '../support/scriptedBridge.ts'
import { retryOperation, retryPlan, retryReport } from '../support/scriptedRetries.ts'
import { connected, nowSeconds, shopTasks } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'

const stage = new Stage({ quiet: true })
const asked: Confirmation = {
  nonce: 'n',
  question: 'Run 180 tasks again?',
  detail: '',
  action: 'Retry',
  count: 180,
  place: somewhere,
}

/** A bridge that plans, asks, and then has the operation of the script. */
async function start(): Promise<ScriptedBridge> {
  const bridge = await stage.start({ tasks: shopTasks(20) })
  bridge.answers.planRetryMany = () => retryPlan()
  bridge.answers.retryMany = ({ nonce }) => {
    if (nonce === undefined) throw new RequestError('confirmation_needed', asked.question, asked)
    bridge.script.operations = [retryOperation({ done: 20, seen: 20, rate: 20 })]
    bridge.refresh()
    return retryOperation()
  }
  bridge.answers.getRetryReport = () => retryReport()
  return bridge
}

function finish(bridge: ScriptedBridge): void {
  const report = 'Sent 178 tasks again. 1 task was refused. 1 task was left out, because something had changed meanwhile.'
  bridge.script.operations = [retryOperation({ state: 'done', done: 178, seen: 180, report, endedAt: nowSeconds() })]
  bridge.refresh()
}

const sent = ({ requests }: ScriptedBridge, wanted: string): Record<string, unknown>[] =>
  requests.filter(({ method }) => method === wanted).map(({ params }) => params as Record<string, unknown>)

async function open(): Promise<{ page: Page; dialog: Locator }> {
  const { page } = await stage.open()
  await page.getByRole('button', { name: 'Retry All Matching…' }).click()
  return { page, dialog: page.locator('warren-retry-many') }
}

async function isAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  assert.deepEqual(
    grave.map(({ id, nodes }) => [id, nodes[0]?.html]),
    [],
  )
}

describe('many tasks', () => {
  test('are retried after a dry run and a question, at the chosen rate, and the report finds the new runs', async () => {
    const bridge = await start()
    const { page, dialog } = await open()
    await dialog.getByText('Nothing has been sent yet.').waitFor()
    for (const text of ['The arguments were shortened by the worker.', 'Retried already, and the new run has not ended.'])
      await dialog.getByText(text).waitFor()
    assert.deepEqual(sent(bridge, 'planRetryMany'), [{ connection: 'local', target: { by: 'filter', filter: {} } }])
    const rate = dialog.getByLabel('Tasks a second, at most')
    const retry = dialog.getByRole('button', { name: 'Retry 180 Tasks…' })
    await rate.fill('fast')
    await dialog.getByText('Write a number from 0.1 to 1,000.').waitFor()
    assert.equal(await retry.getAttribute('aria-disabled'), 'true')
    await isAccessible(page)
    await rate.fill('20')
    await dialog.getByText('Takes about 9 seconds.').waitFor()
    assert.deepEqual(sent(bridge, 'retryMany'), [])
    await retry.dblclick()
    await page.locator('warren-confirm').getByRole('button', { name: 'Retry' }).click()
    await dialog.getByText('20 of 180, 20 a second').waitFor()
    const acts = sent(bridge, 'retryMany')
    assert.deepEqual(
      acts.map(({ rate: at, nonce, key }) => [at, nonce, key === acts[0]?.['key']]),
      [
        [20, undefined, true],
        [20, 'n', true],
      ],
    )
    await isAccessible(page)
    finish(bridge)
    await dialog.getByText('Sent 178 tasks again.').waitFor()
    await dialog.getByText('refused: Queue “mail” is full.').waitFor()
    await isAccessible(page)
    const download = page.waitForEvent('download')
    await dialog.getByRole('button', { name: 'Save Report' }).click()
    const saved = JSON.parse(await readFile(await (await download).path(), 'utf8')) as RetryReport
    assert.equal(saved.tasks.length, 3)
    await dialog.getByRole('button', { name: 'Show New Runs' }).click()
    await dialog.waitFor({ state: 'detached' })
    await until(() => sent(bridge, 'setView').some(({ filter }) => (filter as { query?: string }).query === 'id:abcd1234-*'))
  })

  test('can be cancelled, and go on when the dialog is closed; its report is opened from the line above the list', async () => {
    const bridge = await start()
    bridge.answers.cancelOperation = () => null
    const { page, dialog } = await open()
    await dialog.getByRole('button', { name: 'Retry 180 Tasks…' }).click()
    await page.locator('warren-confirm').getByRole('button', { name: 'Retry' }).click()
    await dialog.getByRole('button', { name: 'Cancel Retry' }).click()
    await until(() => sent(bridge, 'cancelOperation').length === 1)
    await dialog.getByRole('button', { name: 'Close' }).last().click()
    await dialog.waitFor({ state: 'detached' })
    const line = page.locator('warren-operations')
    await line.getByText('Retrying 180 tasks').first().waitFor()
    await line.getByRole('button', { name: 'Cancel: Retrying 180 tasks' }).waitFor()
    finish(bridge)
    await line.getByRole('button', { name: 'Report…' }).click()
    await dialog.getByText('left out: Somebody retried it meanwhile.').waitFor()
    assert.equal(sent(bridge, 'planRetryMany').length, 1)
  })

  test('ends its dialog with a sentence where the bridge that ran it is gone', async () => {
    const bridge = await start()
    const { page, dialog } = await open()
    await dialog.getByRole('button', { name: 'Retry 180 Tasks…' }).click()
    await page.locator('warren-confirm').getByRole('button', { name: 'Retry' }).click()
    await dialog.getByRole('button', { name: 'Cancel Retry' }).waitFor()
    await page.locator('warren-operations').getByText('Retrying 180 tasks').first().waitFor()
    bridge.script.operations = []
    bridge.refresh()
    await dialog.getByText('bridge ended before the retry did').waitFor()
    await dialog.getByRole('button', { name: 'Cancel Retry' }).waitFor({ state: 'detached' })
    await dialog.getByRole('button', { name: 'Close' }).last().click()
    await dialog.waitFor({ state: 'detached' })
  })

  test('that ended behind another tab is told on the way back, and once put away it is so on every tab', async () => {
    const bridge = await start()
    const { page, dialog } = await open()
    await dialog.getByRole('button', { name: 'Retry 180 Tasks…' }).click()
    await page.locator('warren-confirm').getByRole('button', { name: 'Retry' }).click()
    await dialog.getByRole('button', { name: 'Close' }).last().click()
    const line = page.locator('warren-operations')
    await line.getByText('Retrying 180 tasks').first().waitFor()
    const tab = (name: string) => page.getByRole('tab', { name }).click()
    await tab('Statistics')
    await page.locator('warren-statistics').waitFor()
    finish(bridge)
    await tab('Failures')
    await line.getByRole('button', { name: 'Report…' }).waitFor()
    await line.getByRole('button', { name: 'Put this report away' }).click()
    await line.getByRole('button', { name: 'Report…' }).waitFor({ state: 'detached' })
    await tab('Tasks')
    await page.locator('warren-task-list').waitFor()
    await line.waitFor({ state: 'attached' })
    await line.getByRole('button', { name: 'Report…' }).waitFor({ state: 'detached' })
  })

  test('of none that is ready nothing can be sent, and the reasons are there', async () => {
    const bridge = await start()
    bridge.answers.planRetryMany = () => retryPlan({ ready: 0, edit: 0, blocked: 1, heaps: retryPlan().heaps.slice(2) })
    const { dialog } = await open()
    await dialog.getByText('Retried already, and the new run has not ended.').waitFor()
    assert.equal(await dialog.getByRole('button', { name: 'Retry …' }).getAttribute('aria-disabled'), 'true')
  })

  test('a dry run that is refused says why; on a read-only connection none begins', async () => {
    const bridge = await start()
    bridge.answers.planRetryMany = () => {
      throw new RequestError('not_connected', 'The broker is not connected.')
    }
    const { page, dialog } = await open()
    await dialog.getByText('The broker is not connected.').waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    bridge.script.connections = [connected({ readOnly: true })]
    bridge.refresh()
    await page.locator('[aria-label="Retry All Matching…"][aria-disabled="true"]').waitFor()
  })
})

/** Opens the dialog of one task, by its row. */
async function retryDialog(name: string): Promise<Locator> {
  const { page } = await stage.open()
  await page.locator('warren-task-list [role=row]').filter({ hasText: name }).first().click()
  await page
    .locator('warren-detail')
    .getByRole('button', { name: /^Retry/ })
    .click()
  return page.locator('warren-retry')
}

describe('one task', () => {
  test('is retried with other options only where somebody changed them', async () => {
    const bridge = await start()
    const [task] = bridge.script.tasks
    const kept = { priority: 5, expires: null, headers: '{"tenant":"acme"}', sentences: ['It keeps its priority.'] }
    bridge.answers.planRetry = ({ id }) => ({
      ...{ connection: 'local', id, name: 'shop.pay', source: 'recorded', explanation: 'Exact.', args: '[1]', kwargs: '{}' },
      ...{ argsShown: null, kwargsShown: null, queue: 'mail', queueSource: '', queueChoices: [], canvas: null, kept },
    })
    bridge.answers.retry = ({ connection }) => ({ connection, id: 'again', queue: 'mail' })
    const dialog = await retryDialog(task?.name ?? '')
    const page = dialog.page()
    await dialog.getByText('Priority, times and headers').click()
    await dialog.getByText('It keeps its priority.').waitFor()
    const send = dialog.getByRole('button', { name: 'Retry', exact: true })
    await dialog.getByLabel('Expires').fill('tomorrow')
    await dialog.getByText('Write a time with its zone').waitFor()
    assert.equal(await send.getAttribute('aria-disabled'), 'true')
    await isAccessible(page)
    await dialog.getByLabel('Expires').fill('2099-01-01T00:00:00Z')
    await dialog.getByLabel('Priority').fill('')
    await send.click()
    await dialog.waitFor({ state: 'detached' })
    const [params] = sent(bridge, 'retry')
    assert.deepEqual([params?.['priority'], params?.['expires']], [null, '2099-01-01T00:00:00Z'])
    assert.ok(params && !('headers' in params) && !('eta' in params) && !('args' in params))
  })

  test('shows at once what it kept and nobody could send', async () => {
    const bridge = await start()
    const [task] = bridge.script.tasks
    const kept = { priority: null, expires: null, headers: '[1]', sentences: [] }
    bridge.answers.planRetry = ({ id }) => ({
      ...{ connection: 'local', id, name: 'shop.pay', source: 'recorded', explanation: 'Exact.', args: '[1]', kwargs: '{}' },
      ...{ argsShown: null, kwargsShown: null, queue: 'mail', queueSource: '', queueChoices: [], canvas: null, kept },
    })
    const dialog = await retryDialog(task?.name ?? '')
    await dialog.getByLabel('Headers of its own').fill('{}')
    await dialog.locator('#headers[aria-invalid=false]').waitFor()
    assert.equal(await dialog.getByLabel('Headers of its own').isVisible(), true)
  })
})
