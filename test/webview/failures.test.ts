import { AxeBuilder } from '@axe-core/playwright'
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import type { FailureGroup, FailureMark } from '../../broker-bridge/protocol/index.ts'
import { affected, hoursUntil, tasksQuery } from '../../webview/feed/failureGroups.ts'
import type { ScriptedBridge } from '../support/scriptedBridge.ts'
import { pictureOf, shopGroup } from '../support/scriptedFailures.ts'
import { retryPlan } from '../support/scriptedRetries.ts'
import { activityOf, connected, shopTasks } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'

const stage = new Stage({ quiet: true })
const groups = (): FailureGroup[] => [
  shopGroup(0),
  shopGroup(1, { cameBack: true }),
  shopGroup(2, { mark: 'known' }),
  shopGroup(3, { mark: 'resolved' }),
]

/** A bridge that takes marks and tells everybody. */
async function start(held: readonly FailureGroup[] = groups()): Promise<ScriptedBridge> {
  const tasks = shopTasks(20)
  const bridge = await stage.start({ tasks, failures: pictureOf(held), activity: { ...activityOf(tasks, 3), newFailures: 2 } })
  bridge.answers.markFailures = ({ fingerprints, mark }) => {
    const marked = bridge.script.failures.groups.map((group) =>
      fingerprints.includes(group.fingerprint) ? { ...group, mark, cameBack: false } : group,
    )
    bridge.script.failures = pictureOf(marked)
    setImmediate(() => bridge.refresh())
    return { marked: fingerprints.length }
  }
  return bridge
}

async function open(): Promise<Page> {
  const { page } = await stage.open()
  await page.getByRole('tab', { name: 'Failures' }).click()
  await page.getByRole('option').first().waitFor()
  return page
}

const marks = (bridge: ScriptedBridge): unknown[] =>
  bridge.requests.filter(({ method }) => method === 'markFailures').map(({ params }) => params)
const chip = (page: Page, name: string) => page.locator('.chip', { hasText: name })
const act = (page: Page, name: string) => page.getByRole('group', { name: 'Actions' }).getByRole('button', { name, exact: true })
const shown = (page: Page): Promise<string[]> => page.locator('.group .type').allTextContents()

describe('the failure inbox', () => {
  test('shows what is open, says how much is new on its tab, and hides what was resolved until asked', async () => {
    await start()
    const page = await open()
    assert.deepEqual(await shown(page), ['ConnectionError', 'IntegrityError', 'WorkerLostError'])
    assert.equal((await page.getByRole('tab', { name: 'Failures' }).innerText()).replace(/\s+/g, ' '), 'Failures 2 new')
    assert.match(await page.getByRole('option').nth(1).innerText(), /came back/)
    await chip(page, 'Resolved').click()
    assert.equal((await shown(page)).length, 4)
    await chip(page, 'New').click()
    assert.deepEqual(await shown(page), ['WorkerLostError', 'NotRegistered'])
  })

  test('is worked through with the keyboard: move, select, mark, go on', async () => {
    const bridge = await start()
    const page = await open()
    await page.getByRole('listbox').focus()
    await page.keyboard.press('j')
    await page.keyboard.press(' ')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press(' ')
    await page.getByText('2 selected').waitFor()
    await act(page, 'Resolve').focus()
    await page.keyboard.press('Enter')
    await until(() => marks(bridge).length === 1)
    assert.deepEqual(marks(bridge), [
      {
        connection: 'local',
        fingerprints: [shopGroup(1).fingerprint, shopGroup(2).fingerprint],
        mark: 'resolved' satisfies FailureMark,
      },
    ])
    await until(async () => (await shown(page)).length === 1)
    await page.keyboard.press('Control+a')
    await page.getByText('1 selected').waitFor()
    await page.keyboard.press('Escape')
    await page.getByText('1 selected').waitFor({ state: 'detached' })
  })

  test('Enter shows the tasks of a group in the feed, and of several too', async () => {
    const bridge = await start()
    const page = await open()
    const query = (): unknown => {
      const asked = bridge.requests.findLast(({ method }) => method === 'setView')?.params as { filter: unknown } | undefined
      return asked?.filter
    }
    await page.getByRole('listbox').focus()
    await page.keyboard.press('Enter')
    await until(() => JSON.stringify(query()).includes(`fingerprint:${shopGroup(0).fingerprint}`))
    await page.getByRole('tab', { name: 'Tasks', selected: true }).waitFor()
    await page.getByRole('tab', { name: 'Failures' }).click()
    await page.getByRole('option').nth(0).locator('.check').click()
    await page.getByRole('option').nth(1).locator('.check').click()
    await act(page, 'Show Tasks').click()
    await until(() => JSON.stringify(query()).includes(' OR fingerprint:'))
  })

  test('a row keeps its place while the pointer is over the list, and the newest is first again afterwards', async () => {
    const bridge = await start()
    const page = await open()
    await page.getByRole('option').nth(1).hover()
    const [first, second, third, ...others] = groups()
    assert.ok(first && second && third)
    const late = shopGroup(5, { type: 'LateError' })
    bridge.script.failures = pictureOf([late, third, { ...first, count: 77_777 }, second, ...others])
    bridge.refresh()
    await page.getByText('77,777').waitFor()
    assert.deepEqual(await shown(page), ['ConnectionError', 'IntegrityError', 'WorkerLostError', 'LateError'])
    await page.mouse.move(5, 5)
    await until(async () => (await shown(page))[0] === 'LateError')
    assert.deepEqual(await shown(page), ['LateError', 'WorkerLostError', 'ConnectionError', 'IntegrityError'])
  })

  test('failed tasks of a group are run again after a dry run of all of them', async () => {
    const bridge = await start()
    bridge.answers.planRetryMany = () => retryPlan({ ready: 3 })
    const page = await open()
    await page.getByRole('option').first().click()
    await act(page, 'Retry…').click()
    const dialog = page.locator('warren-retry-many')
    await dialog.getByRole('button', { name: 'Retry 3 Tasks…' }).waitFor()
    const asked = bridge.requests.find(({ method }) => method === 'planRetryMany')?.params
    const target = { by: 'failures', fingerprints: [shopGroup(0).fingerprint] }
    assert.deepEqual(asked, { connection: 'local', target })
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await dialog.waitFor({ state: 'detached' })
  })

  test('nothing is run again on a read-only connection', async () => {
    const bridge = await start()
    bridge.script.connections = [connected({ readOnly: true })]
    const page = await open()
    await page.getByRole('option').first().click()
    assert.equal(await act(page, 'Retry…').getAttribute('aria-disabled'), 'true')
    assert.match((await act(page, 'Retry…').getAttribute('title')) ?? '', /read-only/)
    await act(page, 'Mark as Known').click()
    await until(() => marks(bridge).length === 1)
  })

  test('is copied as text', async () => {
    await start()
    const opened = await stage.open(undefined, { permissions: ['clipboard-read', 'clipboard-write'] })
    await opened.page.getByRole('tab', { name: 'Failures' }).click()
    await opened.page.getByRole('option').first().click()
    await act(opened.page, 'Copy').click()
    await opened.page.getByText('Copied 1 group.').waitFor({ state: 'attached' })
    const text = await opened.page.evaluate(() => navigator.clipboard.readText())
    assert.match(text, /^ConnectionError in deliver \(shop\/gateway\.py\)\nConnectionError\("HTTPS/)
  })

  test('a refusal is told', async () => {
    const bridge = await start()
    bridge.answers.markFailures = () => {
      throw new Error('no')
    }
    const page = await open()
    await page.getByRole('option').first().click()
    await act(page, 'Mark as Known').click()
    await page.getByRole('status').filter({ hasText: 'no' }).first().waitFor({ state: 'attached' })
  })

  test('says that nothing failed, that nothing is left, and that there is more', async () => {
    const bridge = await start([])
    const { page } = await stage.open()
    await page.getByRole('tab', { name: 'Failures' }).click()
    await page.getByRole('heading', { name: 'No failures' }).waitFor()
    bridge.script.failures = pictureOf([shopGroup(1, { mark: 'resolved' })])
    bridge.refresh()
    await page.getByRole('heading', { name: 'Nothing left to look at' }).waitFor()
    bridge.script.failures = pictureOf(
      Array.from({ length: 200 }, (_, n) => shopGroup(n)),
      { total: 431, letGo: 12 },
    )
    bridge.refresh()
    await page.getByText('These are the 200 newest of 431 groups. 12 older groups let go').waitFor()
    await page.locator('#group-199').scrollIntoViewIfNeeded()
  })

  test('hostile texts stay texts', async () => {
    const hostile = '<img src=x onerror=alert(1)>\u202e\u001b[31m'
    await start([
      shopGroup(0, {
        type: hostile,
        place: hostile,
        exception: hostile,
        names: [{ name: hostile, count: 1 }],
        workers: [{ name: hostile, count: 1 }],
      }),
    ])
    const page = await open()
    assert.equal(await page.locator('img').count(), 0)
    assert.match(await page.getByRole('option').innerText(), /\\u\{202e\}/)
  })

  for (const colorScheme of ['light', 'dark'] as const)
    test(`axe finds nothing serious, ${colorScheme}`, async () => {
      await start()
      const { page } = await stage.open(undefined, { colorScheme })
      await page.getByRole('tab', { name: 'Failures' }).click()
      await page.getByRole('option').first().click()
      const { violations } = await new AxeBuilder({ page }).analyze()
      assert.deepEqual(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
        [],
      )
    })

  test('in VS Code it is a tab beside the tasks', async () => {
    const bridge = await start()
    const host = await stage.openInVsCode()
    await until(() => host.posted.some(({ type }) => type === 'ready'))
    await host.post({ type: 'bridge', url: bridge.url, token: bridge.token })
    await host.page.getByRole('tab', { name: 'Failures' }).click()
    await host.page.getByRole('option').first().waitFor()
    assert.deepEqual(
      (await host.page.getByRole('tab').allInnerTexts()).map((text) => text.split(/\s/)[0]),
      ['Tasks', 'Failures', 'Statistics', 'Schedules'],
    )
  })

  test('shows which connection a group belongs to where there are several, and marks each on its own', async () => {
    const bridge = await start([shopGroup(0), shopGroup(1, { connection: 'other' })])
    bridge.script.connections = [connected(), connected({ id: 'other', name: 'Warehouse' })]
    const page = await open()
    assert.match(await page.getByRole('option').nth(1).innerText(), /Warehouse · /)
    await page.getByRole('listbox').focus()
    await page.keyboard.press('Control+a')
    await act(page, 'Mark as Known').click()
    await until(() => marks(bridge).length === 2)
    assert.deepEqual(
      marks(bridge).map((params) => (params as { connection: string }).connection),
      ['local', 'other'],
    )
  })
})

describe('readings of groups', () => {
  test('hours pass in a picture that nobody sends again', () => {
    const hours = Array.from({ length: 24 }, (_, hour) => hour)
    assert.deepEqual(hoursUntil({ hours, hour: 100 }, 100 * 3_600 + 5), hours)
    assert.deepEqual(hoursUntil({ hours, hour: 100 }, 102 * 3_600), [...hours.slice(2), 0, 0])
    assert.deepEqual(hoursUntil({ hours, hour: 100 }, 900 * 3_600), new Array(24).fill(0))
    // A clock that is behind: what lies in the future is not shown.
    assert.deepEqual(hoursUntil({ hours, hour: 100 }, 99 * 3_600), [0, ...hours.slice(0, -1)])
  })

  test('who was affected fits a line', () => {
    const counts = ['a', 'b', 'c'].map((name) => ({ name, count: 2 }))
    assert.equal(affected(counts, 0), 'a × 2, b × 2 and 1 more')
    assert.equal(affected(counts, 5), 'a × 2, b × 2 and others')
    assert.equal(affected(counts, 0, 20), 'a × 2, b × 2, c × 2')
    assert.equal(affected([{ name: '', count: 1 }], 0), 'name not seen × 1')
  })

  test('a query names each group once', () =>
    assert.equal(
      tasksQuery([shopGroup(1), shopGroup(1, { connection: 'other' }), shopGroup(2)]),
      'fingerprint:0000000000000001 OR fingerprint:0000000000000002',
    ))
})
