import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { RetryPlan } from '../../broker-bridge/protocol/index.ts'
import type { Script } from '../support/scriptedBridge.ts'
import { connected } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { until, untilEqual } from '../support/until.ts'
import { confirmation, failure, one, openTasks } from '../support/detailPage.ts'

const stage = new Stage({ quiet: true })
const open = (script?: Partial<Script>, choose?: boolean): Promise<Page> => openTasks(stage, script, choose)

const plan: RetryPlan = {
  connection: 'local',
  id: failure.id,
  name: failure.name,
  source: 'incomplete',
  explanation: 'The arguments were shortened in the events, so you have to complete them.',
  args: null,
  kwargs: '{}',
  argsShown: "(12345678901234567890, 'inv...')",
  kwargsShown: '{}',
  queue: 'mail',
  queueSource: 'The queue that task-sent named.',
  queueChoices: ['mail', 'celery'],
  canvas: null,
}

describe('retry in a browser', () => {
  test('has the arguments completed, asks back, sends them as text with one key, and selects the new task', async () => {
    const page = await open(one())
    stage.bridge.answers.planRetry = () => plan
    stage.bridge.answers.retry = (params) => {
      if (params.nonce !== 'n-1') throw new RequestError('confirmation_needed', 'Confirm.', confirmation)
      return { connection: 'local', id: 'the-new-one', queue: 'mail' }
    }
    await page.getByRole('button', { name: 'Retry…' }).click()
    await page.getByText('The arguments were shortened').waitFor()
    const go = page.getByRole('button', { name: 'Retry', exact: true })
    await untilEqual(() => go.getAttribute('aria-disabled'), 'true')
    await page.getByRole('textbox', { name: /^Arguments/ }).fill('{"not": "an array"}')
    await page.getByText('This must be a JSON array').waitFor()
    await page.getByRole('textbox', { name: /^Arguments/ }).fill('[12345678901234567890, "invoice"]')
    await go.click()
    await page.getByText('Send this task again?').waitFor()
    await page.getByRole('button', { name: 'Send Again' }).click()
    await page.getByText('the-new-one').waitFor()
    const [first, second] = stage.bridge.paramsOf('retry')
    assert.equal(first?.['args'], '[12345678901234567890, "invoice"]')
    assert.ok(first)
    assert.ok(!('kwargs' in first), 'what was not touched is left to the bridge')
    assert.equal(second?.['key'], first['key'])
    assert.ok(String(first['key']).length >= 8)
  })

  test('of a task whose name is in doubt shows the name, and says the one that was let stand or written', async () => {
    const page = await open(one())
    stage.bridge.answers.planRetry = () => ({ ...plan, args: '[1]', name: 'Pay the bill' })
    stage.bridge.answers.retry = () => {
      throw new RequestError('refused', 'Nothing was sent.')
    }
    await page.getByRole('button', { name: 'Retry…' }).click()
    const go = page.getByRole('button', { name: 'Retry', exact: true })
    await untilEqual(() => page.getByLabel('Task name').inputValue(), 'Pay the bill')
    await go.click()
    await page.getByRole('alert').waitFor()
    await page.getByLabel('Task name').fill(' ')
    await untilEqual(() => go.getAttribute('aria-disabled'), 'true')
    await page.getByLabel('Task name').fill('shop.tasks.pay')
    await go.click()
    await until(() => stage.bridge.paramsOf('retry').length === 2)
    assert.deepEqual(
      stage.bridge.paramsOf('retry').map(({ name }) => name),
      ['Pay the bill', 'shop.tasks.pay'],
    )
    assert.ok(stage.bridge.paramsOf('retry').every((params) => !('args' in params)))
  })

  test('that is not confirmed sends nothing more', async () => {
    const page = await open(one())
    stage.bridge.answers.planRetry = () => ({ ...plan, args: '[1]', source: 'recorded' })
    stage.bridge.answers.retry = () => {
      throw new RequestError('confirmation_needed', 'Confirm.', confirmation)
    }
    await page.getByRole('button', { name: 'Retry…' }).click()
    await page.getByRole('button', { name: 'Retry', exact: true }).click()
    await page.locator('warren-confirm').getByRole('button', { name: 'Cancel' }).click()
    await page.locator('warren-confirm').waitFor({ state: 'detached' })
    // The form is there again, ready for another try.
    await page.getByRole('heading', { name: 'Retry Task' }).waitFor()
    await untilEqual(() => page.getByRole('button', { name: 'Retry', exact: true }).getAttribute('aria-disabled'), 'false')
    assert.equal(stage.bridge.paramsOf('retry').length, 1)
  })

  test('that the bridge refuses says why, in place', async () => {
    const page = await open(one())
    stage.bridge.answers.planRetry = () => ({ ...plan, args: '[1]' })
    stage.bridge.answers.retry = () => {
      throw new RequestError('unroutable', 'There is no queue "mail", so the broker sent the task back.')
    }
    await page.getByRole('button', { name: 'Retry…' }).click()
    await page.getByRole('button', { name: 'Retry', exact: true }).click()
    await page.getByRole('alert').getByText('There is no queue "mail"').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('heading', { name: 'Retry Task' }).waitFor({ state: 'detached' })
  })
})

describe('a read-only connection', () => {
  test('shows that it is, and disables what sends, with the reason', async () => {
    const page = await open({ connections: [connected({ readOnly: true })] })
    await page.getByText('read-only', { exact: true }).waitFor()
    for (const name of ['Enqueue…', 'Retry…']) {
      const button = page.getByRole('button', { name })
      await untilEqual(() => button.getAttribute('aria-disabled'), 'true')
      assert.match((await button.getAttribute('title')) ?? '', /read-only/)
      await button.click({ force: true })
    }
    assert.equal(await page.locator('dialog').count(), 0)
  })
})
