import assert from 'node:assert/strict'
import { AxeBuilder } from '@axe-core/playwright'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { Confirmation, ConnectionInfo } from '../../broker-bridge/protocol/index.ts'
import { screenshot } from '../support/chromium.ts'
import { somewhere } from '../support/doors.ts'
import { activityOf, connected, shopTasks } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { highContrastDark, highContrastLight } from '../support/vscodeThemes.ts'
import { until } from '../support/until.ts'

const stage = new Stage({ quiet: false })
const asked: Confirmation = {
  nonce: 'n',
  question: 'Turn on task events in 2 workers?',
  detail: 'Workers then publish a small message for each step of each task.',
  action: 'Turn Events On',
  count: 2,
  typed: 'orders',
  place: { ...somewhere, environment: 'production' },
}

async function start(): Promise<void> {
  const tasks = shopTasks(24)
  const connections: ConnectionInfo[] = (['production', 'staging', 'development'] as const).map((environment) =>
    connected({ id: environment, name: `orders ${environment}`, environment, readOnly: environment === 'production' }),
  )
  await stage.start({ tasks, activity: activityOf(tasks, 2), connections })
  stage.bridge.answers.enableEvents = () => {
    throw new RequestError('confirmation_needed', asked.question, asked)
  }
}

/** The header with a badge for each environment and a question above it, with nothing serious for axe. */
async function look(page: Page, name: string): Promise<void> {
  await page.locator('warren-header').getByText('Staging', { exact: true }).waitFor()
  const ask = (): unknown =>
    document.querySelector('warren-app')?.dispatchEvent(new CustomEvent('warren-enable-events', { detail: 'staging' }))
  await page.evaluate(ask)
  await page.locator('warren-confirm').getByText('Production', { exact: true }).waitFor()
  await screenshot(page, `safety-${name}`)
  const { violations } = await new AxeBuilder({ page }).analyze()
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  assert.deepEqual(
    grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`),
    [],
  )
}

describe('environments and where something is done', () => {
  for (const colorScheme of ['light', 'dark'] as const)
    test(colorScheme, async () => {
      await start()
      await look((await stage.open(undefined, { colorScheme })).page, colorScheme)
    })

  for (const [name, theme, variables] of [
    ['high-contrast', 'vscode-high-contrast', highContrastDark],
    ['high-contrast-light', 'vscode-high-contrast-light', highContrastLight],
  ] as const)
    test(name, async () => {
      await start()
      const host = await stage.openInVsCode(theme, variables)
      await until(() => host.posted.length > 0)
      await host.post({ type: 'bridge', url: stage.bridge.url, token: stage.bridge.token })
      await look(host.page, name)
    })
})
