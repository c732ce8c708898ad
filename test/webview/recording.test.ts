import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { Confirmation, RecordingInfo } from '../../broker-bridge/protocol/index.ts'
import { somewhere } from '../support/doors.ts'
import { connected, shopTask } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'

const stage = new Stage({ quiet: true })
const asked: Confirmation = {
  nonce: 'n',
  question: 'Really record?',
  detail: 'A stream.',
  action: 'Record History',
  count: 1,
  place: somewhere,
}
const recording: RecordingInfo = { queue: 'warren.mine', replay: null, message: null }

async function isAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  assert.deepEqual(
    grave.map(({ id, nodes }) => [id, nodes[0]?.html]),
    [],
  )
}

describe('the dialog about a recording', () => {
  test('checks what is typed, asks before anything is made, and shows what became of it', async () => {
    const bridge = await stage.start({ tasks: [shopTask(1)], connections: [connected()] })
    bridge.answers.recordHistory = ({ queue, nonce }) => {
      if (nonce === undefined) throw new RequestError('confirmation_needed', 'Really record?', asked)
      bridge.script.connections = [connected({ recording })]
      bridge.refresh()
      return { queue, created: true }
    }
    const { page } = await stage.open()
    await page.getByRole('button', { name: 'Record history on the broker…' }).click()
    const record = page.getByRole('button', { name: 'Record History…' })
    await page.getByLabel('Name of the stream').fill('celery')
    await page.getByText('must begin with “warren.”').waitFor()
    assert.equal(await record.getAttribute('aria-disabled'), 'true')
    await isAccessible(page)
    await page.getByLabel('Name of the stream').fill('warren.mine')
    await page.getByLabel('Kept for at most').fill('3D')
    await record.click()
    await page.getByText('Really record?').waitFor()
    await page.getByRole('button', { name: 'Record History', exact: true }).click()
    await page.getByText('Recorded in the stream warren.mine').waitFor()
    const sent = bridge.requests.filter(({ method }) => method === 'recordHistory').at(-1)?.params as Record<string, unknown>
    assert.deepEqual([sent['queue'], sent['maxAge'], sent['megabytes'], sent['nonce']], ['warren.mine', '3D', 500, 'n'])
    await isAccessible(page)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'History is recorded on the broker…' }).waitFor()
  })

  test('shows why something was refused, and removes nothing on read-only connections', async () => {
    const bridge = await stage.start({ tasks: [shopTask(1)], connections: [connected({ recording })] })
    bridge.answers.stopRecording = () => {
      throw new RequestError('refused', 'The broker refused it.')
    }
    const { page } = await stage.open()
    await page.getByRole('button', { name: 'History is recorded on the broker…' }).click()
    await page.getByRole('button', { name: 'Stop Recording…' }).click()
    await page.getByRole('alert').filter({ hasText: 'The broker refused it.' }).waitFor()
    bridge.script.connections = [connected({ recording, readOnly: true })]
    bridge.refresh()
    const stop = page.getByRole('button', { name: 'Stop Recording…' })
    await until(async () => (await stop.getAttribute('aria-disabled')) === 'true', 'it cannot be pressed')
    assert.match((await stop.getAttribute('title')) ?? '', /read-only/)
  })
})
