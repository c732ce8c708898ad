import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { Script } from '../support/scriptedBridge.ts'
import { connected, queue, worker } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { untilEqual } from '../support/until.ts'
import { confirmation, openTasks } from '../support/detailPage.ts'

const stage = new Stage({ quiet: true })
const open = (script?: Partial<Script>, choose?: boolean): Promise<Page> => openTasks(stage, script, choose)

describe('notices', () => {
  test('offer to turn events on, ask first, and tell what the workers said', async () => {
    const silentWorkers = { certain: ['shop@worker-1'], likely: [], keptOn: false }
    const page = await open({ connections: [connected({ silentWorkers })] }, false)
    stage.bridge.answers.enableEvents = ({ nonce }) => {
      if (nonce !== 'n-1') throw new RequestError('confirmation_needed', 'Confirm.', { ...confirmation, action: 'Turn On' })
      return { answers: [{ worker: 'shop@worker-1', ok: true, text: 'task events enabled' }], silent: [] }
    }
    await page.getByRole('button', { name: 'Turn Events On' }).click()
    await page.getByRole('button', { name: 'Turn On', exact: true }).click()
    await page.getByRole('status').filter({ hasText: '1 worker agreed' }).waitFor()
  })

  test('say what is missing and for how long, and can be put away once it is over', async () => {
    const gaps = [{ from: 1_000, until: 1_012, missed: null, reason: 'disconnected' as const }]
    const page = await open({ connections: [connected({ gaps })] }, false)
    await page.getByText(/Disconnected for 12\.0 s .*: events of that time are missing\./).waitFor()
    await page.getByRole('button', { name: 'Put this notice away' }).click()
    await page.getByText(/Disconnected for/).waitFor({ state: 'detached' })
  })
})

describe('the tabs of a browser', () => {
  test('show queues with dashes for what is not known and plumbing folded, and the workers', async () => {
    const queues = [
      {
        connection: 'local',
        queues: [
          queue('mail', { ready: 12, consumers: 0 }),
          queue('unknown', { ready: null, unacked: null, consumers: null }),
          queue('celeryev.1', { plumbing: true }),
        ],
        truncated: false,
        limits: 'Depths need the management plug-in.',
        at: 1,
      },
    ]
    const page = await open({ queues, workers: [worker(1), worker(2, { online: false })] }, false)
    await page.getByRole('tab', { name: 'Queues' }).click()
    const line = page.getByRole('row').filter({ hasText: 'unknown' })
    const numbers = async () => (await line.getByRole('gridcell').allTextContents()).map((cell) => cell.trim())
    await untilEqual(async () => (await numbers()).filter((cell) => cell.startsWith('–')).length, 8)
    assert.equal(await page.getByText('celeryev.1').count(), 0)
    await page.getByRole('button', { name: /plumbing/ }).click()
    await page.getByText('celeryev.1').waitFor()
    await page.getByRole('tab', { name: 'Queues' }).press('ArrowRight')
    await page.getByText('shop@worker-2').waitFor()
    assert.ok(stage.bridge.paramsOf('watch').some(({ topics }) => JSON.stringify(topics).includes('workers')))
    await page.getByRole('tab', { name: 'Tasks' }).click()
    await page.locator('#row-0').waitFor()
  })
})
