import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { PayloadsInfo, RecordedPayload } from '../../broker-bridge/protocol/index.ts'
import { connected, shopTask } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'

const stage = new Stage({ quiet: true })
const place = { name: 'shop', address: 'amqp://shop@localhost:5672/', environment: 'development' } as const
const asked = { nonce: 'n', question: 'Really trace?', detail: 'For everybody.', action: 'Record Payloads', count: 1, place }
const off: PayloadsInfo = {
  ...{ state: 'off', since: 0, refusal: null, message: null, turnedOn: false, resume: false },
  bounds: { messages: 10_000, megabytes: 100, hours: 24 },
  ...{ messages: 0, bytes: 0, dropped: { overflow: 0, large: 0, old: 0 } },
}
const on: PayloadsInfo = { ...off, state: 'on', turnedOn: true, messages: 12, bytes: 34_000 }

async function isAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  assert.deepEqual(
    grave.map(({ id, nodes }) => [id, nodes[0]?.html]),
    [],
  )
}

describe('the dialog about payloads', () => {
  test('asks before tracing is turned on, says that it is on and what is lost, and turns it off', async () => {
    const bridge = await stage.start({ tasks: [shopTask(1)], connections: [connected({ payloads: off })] })
    bridge.answers.recordPayloads = ({ nonce }) => {
      if (nonce === undefined) throw new RequestError('confirmation_needed', 'Really trace?', asked)
      bridge.script.connections = [connected({ payloads: on })]
      bridge.refresh()
      return { turnedOn: true }
    }
    const { page } = await stage.open()
    await page.getByRole('button', { name: 'Record payloads of tasks…' }).click()
    await page.getByLabel('Go on by itself').check()
    await isAccessible(page)
    await page.getByRole('button', { name: 'Record Payloads…' }).click()
    await page.getByText('Really trace?').waitFor()
    await page.getByRole('button', { name: 'Record Payloads', exact: true }).click()
    await page.getByText('Payloads are being recorded: 12 messages, 34 kB.').waitFor()
    const sent = bridge.requests.filter(({ method }) => method === 'recordPayloads').at(-1)?.params as Record<string, unknown>
    assert.deepEqual([sent['resume'], sent['nonce']], [true, 'n'])
    await isAccessible(page)
    bridge.script.connections = [connected({ payloads: { ...on, dropped: { overflow: 3, large: 0, old: 0 } } })]
    bridge.refresh()
    await page.getByText('At least 3 messages came too fast and were lost.').waitFor()
    bridge.answers.stopPayloads = ({ forget }) => {
      bridge.script.connections = [connected({ payloads: { ...off, message: 'Tracing is off.' } })]
      bridge.refresh()
      return { turnedOff: true, deleted: forget ? 12 : 0 }
    }
    await page.getByLabel('delete what was recorded').check()
    await page.getByRole('button', { name: 'Stop and Delete…' }).click()
    await page.getByText('Tracing is off.').waitFor()
    assert.equal(
      (bridge.requests.find(({ method }) => method === 'stopPayloads')?.params as Record<string, unknown>)['forget'],
      true,
    )
  })

  test('is not offered where payloads may not be recorded, and shows a refusal', async () => {
    const refusal = 'Payloads are recorded on development brokers only.'
    const bridge = await stage.start({ tasks: [shopTask(1)], connections: [connected({ payloads: { ...off, refusal } })] })
    const { page } = await stage.open()
    await page.getByRole('button', { name: 'Record history on the broker…' }).waitFor()
    const offer = page.getByRole('button', { name: 'Record payloads of tasks…' })
    await until(async () => (await offer.count()) === 0, 'it is not offered')
    bridge.answers.recordPayloads = () => {
      throw new RequestError('refused', 'RabbitMQ lets only administrators turn tracing on.')
    }
    bridge.script.connections = [connected({ payloads: off })]
    bridge.refresh()
    await offer.click()
    await page.getByRole('button', { name: 'Record Payloads…' }).click()
    await page.getByRole('alert').filter({ hasText: 'only administrators' }).waitFor()
  })
})

describe('a task whose message was recorded', () => {
  const recorded: RecordedPayload = {
    ...{ connection: 'shop', id: 'x', name: 'shop.pay', attempt: 2, attempts: [], at: 1_790_000_000, retries: 1, bytes: 118 },
    ...{ exchange: '', routingKey: 'celery', queues: ['celery'], contentType: 'application/json', contentEncoding: 'utf-8' },
    ...{ serializer: 'json', properties: '{}', headers: '{}', args: '[12345678901234567890]', kwargs: '{}', canvas: null },
    body: null,
  }

  test('says so, and shows its arguments whole', async () => {
    const bridge = await stage.start({ tasks: [shopTask(1)], connections: [connected({ payloads: on })] })
    bridge.answers.recordedPayload = () => recorded
    const { page } = await stage.open()
    await page.locator('#row-0').click()
    await page.getByText('Exact, recorded').waitFor()
    await page.getByText('12345678901234567890').first().waitFor()
    const request = bridge.requests.find(({ method }) => method === 'recordedPayload')?.params as Record<string, unknown>
    assert.equal(request['body'], false)
    await isAccessible(page)
  })

  test('is left alone where nothing is recorded', async () => {
    const bridge = await stage.start({ tasks: [shopTask(1)], connections: [connected({ payloads: off })] })
    const { page } = await stage.open()
    await page.locator('#row-0').click()
    await page.getByRole('button', { name: 'Retry…' }).click()
    // What was asked for before is there once this is.
    await until(() => bridge.requests.some(({ method }) => method === 'planRetry'))
    assert.deepEqual(
      bridge.requests.filter(({ method }) => method === 'recordedPayload'),
      [],
    )
  })
})
