import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Locator } from 'playwright-core'
import { runPython } from '../support/celeryWorker.ts'
import { connectToProject, openProjectInVsCode } from '../support/vscodeProject.ts'
import type { ProjectInVsCode } from '../support/vscodeProject.ts'
import { untilEqual } from '../support/until.ts'

/** The feed's panel in a real VS Code, which gets each key as well as the page does. */
describe('several tasks in VS Code’s panel', { timeout: 6 * 60_000 }, () => {
  let project: ProjectInVsCode
  let rows: Locator

  before(async () => {
    project = await openProjectInVsCode({})
    await project.workbench.page.setViewportSize({ width: 1500, height: 1000 })
    await connectToProject(project)
    await runPython(project.app, 'import tasks\nfor n in range(12): tasks.fail.delay(n) if n % 3 == 0 else tasks.add.delay(n, 1)')
    await project.workbench.runCommand('Warren: Open Live Feed')
    rows = project.workbench.webview().locator('[role=row][data-index]')
    await rows.nth(11).waitFor()
  })
  after(() => project[Symbol.asyncDispose]())

  const bar = (): Locator => project.workbench.webview().locator('warren-selection-bar')
  const marked = (): Promise<string> => rows.first().evaluate(() => getSelection()?.toString() ?? '')

  it('all are selected with Ctrl+A without marking a text, and let go with Escape', async () => {
    const { workbench } = project
    await workbench.webview().locator('[role=grid]').focus()
    await workbench.page.keyboard.press('Control+a')
    await bar().getByText('12 selected', { exact: true }).waitFor()
    await workbench.screenshot('selection')
    await untilEqual(marked, '')
    await workbench.page.keyboard.press('Escape')
    await bar().waitFor({ state: 'detached' })
  })

  it('two that failed are run again after one question', async () => {
    const { workbench } = project
    const failed = rows.filter({ hasText: 'Failure' })
    await failed.nth(0).click({ modifiers: ['Control'] })
    await failed.nth(1).click({ modifiers: ['Control'] })
    await bar().locator('[title="2 Failure"]').waitFor()
    await bar().getByRole('button', { name: 'Retry…' }).click()
    const dialog = workbench.webview().locator('warren-retry-many')
    await dialog.getByText('Retry Selected Tasks').waitFor()
    await dialog.getByRole('button', { name: 'Retry 2 Tasks…' }).click()
    await workbench.webview().locator('warren-confirm').getByText('Run 2 tasks again?').waitFor()
    await workbench.webview().locator('warren-confirm').getByRole('button', { name: 'Retry' }).click()
    await dialog.getByText('Sent 2 tasks again.').waitFor()
    await workbench.screenshot('selection-retried')
    assert.equal(await marked(), '')
  })
})
