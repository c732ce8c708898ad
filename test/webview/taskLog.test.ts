import assert from 'node:assert/strict'
import { AxeBuilder } from '@axe-core/playwright'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { screenshot } from '../support/chromium.ts'
import type { PlayedHost } from '../support/openPage.ts'
import { activityOf, detailOf, shopTask } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'
import { highContrastDark, highContrastLight } from '../support/vscodeThemes.ts'

const stage = new Stage({ quiet: true })
const lines = [
  '[2026-11-21 22:00:00,123: INFO/MainProcess] Task shop.tasks.charge[log] received',
  '[2026-11-21 22:00:00,200: INFO/ForkPoolWorker-1] shop.tasks.charge[log]: charging \u202e4242 <b>now</b>',
  "[2026-11-21 22:00:00,300: ERROR/ForkPoolWorker-1] Task shop.tasks.charge[log] raised unexpected: ValueError('no')",
  'Traceback (most recent call last):',
  '  File "/srv/shop/tasks.py", line 44, in charge',
  '    raise ValueError("no")',
  'ValueError: no',
]

/** The page in VS Code with a failed task chosen, for which the extension is asked for lines. */
async function open(theme?: string, variables?: string): Promise<PlayedHost> {
  const tasks = [shopTask(1, undefined, { id: 'log', state: 'FAILURE' }), shopTask(2, undefined, { id: 'other' })]
  const details = new Map(tasks.map((task) => [task.id, detailOf(task, {})]))
  const bridge = await stage.start({ activity: activityOf(tasks, 0), tasks, details })
  const host = await stage.openInVsCode(theme, variables)
  await until(() => host.posted.some(({ type }) => type === 'ready'))
  await host.post({ type: 'bridge', url: bridge.url, token: bridge.token })
  await host.page.locator('#row-0').click()
  await until(() => host.posted.some((message) => message.type === 'watchLog' && message.task === 'log'))
  return host
}

const section = (page: Page) => page.getByRole('list', { name: 'Log lines of this run' })

describe('the lines that a worker of the window logged of a task', () => {
  test('stand in its detail as text, and go with it', async () => {
    const host = await open()
    const { page } = host
    await page.getByText('Timeline').waitFor()
    assert.equal(await section(page).isVisible(), false, 'nothing is said of lines where there are none')
    await host.post({ type: 'taskLog', task: 'log', lines })
    await section(page).getByText('<b>now</b>').waitFor()
    await host.post({ type: 'taskLog', task: 'log', lines: [...lines, 'one more'] })
    await section(page).getByText('one more').waitFor()
    await host.post({ type: 'taskLog', task: 'other', lines: ['of another task'] })
    // Two frames later it would stand there.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
    assert.equal(await section(page).getByText('of another task').count(), 0)
    assert.equal(await section(page).getByText('one more').count(), 1)
    await page.locator('#row-1').click()
    await section(page).waitFor({ state: 'detached' })
    assert.deepEqual(host.complaints, [])
  })

  for (const [name, theme, variables] of [
    ['dark', 'vscode-dark', ''],
    ['light', 'vscode-light', ''],
    ['high-contrast', 'vscode-high-contrast', highContrastDark],
    ['high-contrast-light', 'vscode-high-contrast-light', highContrastLight],
  ] as const) {
    test(`can be read in ${name}`, async () => {
      const host = await open(theme, variables)
      await host.post({ type: 'taskLog', task: 'log', lines })
      await section(host.page).waitFor()
      await section(host.page).scrollIntoViewIfNeeded()
      await screenshot(host.page, `task-log-${name}`)
      const { violations } = await new AxeBuilder({ page: host.page }).analyze()
      const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      assert.deepEqual(
        grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`),
        [],
      )
    })
  }
})
