import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Locator } from 'playwright-core'
import { runPython } from '../support/celeryWorker.ts'
import { until } from '../support/childProcess.ts'
import { connectToProject, openProjectInVsCode } from '../support/vscodeProject.ts'
import type { ProjectInVsCode } from '../support/vscodeProject.ts'
import type { Workbench } from '../support/workbench.ts'

const patience = 30_000
const themes = [
  { title: 'Dark High Contrast', name: 'dark', className: 'vscode-high-contrast', behind: [0, 0, 0] },
  { title: 'Light High Contrast', name: 'light', className: 'vscode-high-contrast-light', behind: [255, 255, 255] },
] as const

/** Trees and feed in VS Code's own high-contrast themes, whose variables no test has to make up. */
describe('VS Code’s high-contrast themes', { timeout: 6 * 60_000 }, () => {
  let project: ProjectInVsCode
  let workbench: Workbench

  before(async () => {
    project = await openProjectInVsCode({ 'window.autoDetectHighContrast': false, 'window.autoDetectColorScheme': false })
    workbench = project.workbench
    await workbench.page.setViewportSize({ width: 1500, height: 1000 })
    await connectToProject(project)
    await runPython(project.app, 'import tasks\nfor n in range(30): tasks.fail.delay(n) if n % 3 == 0 else tasks.add.delay(n, 1)')
    await workbench.runCommand('Warren: Focus on Failures View')
    await workbench.row('Failures', 'ConnectionError in charge')
    await workbench.runCommand('Warren: Open Live Feed')
    const rows = workbench.webview().locator('[role=row][data-index]')
    await rows.nth(10).waitFor()
    await rows.filter({ hasText: 'fail' }).first().click()
    await workbench.webview().getByText('Traceback').first().waitFor()
  })
  after(() => project[Symbol.asyncDispose]())

  for (const { title, name, className, behind } of themes)
    it(`${title}: texts, bars and signs stand out of what is behind them`, async () => {
      await choose(title, className)
      await workbench.screenshot(`high-contrast-${name}`)
      const feed = workbench.webview()
      const chart = await contrasts(feed.locator('warren-chart .probe:not(.line)'), behind)
      assert.equal(chart.length, 3)
      assert.ok(Math.min(...chart) >= 3, `bars and numbers: ${chart.join()}`)
      const texts = await contrasts(feed.locator('[role=row][data-index]:not([aria-selected=true]) span'), behind)
      assert.ok(texts.length > 10 && Math.min(...texts) >= 4.5, `texts of rows: ${Math.min(...texts)}`)
      await until('all groups are there', patience, async () => (await workbench.rows('Failures').count()) >= 5)
      const signs = await contrasts(workbench.rows('Failures').locator('.custom-view-tree-node-item-icon'), behind)
      assert.ok(signs.length >= 5 && Math.min(...signs) >= 3, `signs of failures: ${signs.join()}`)
      const failed = workbench.rows('Failures').nth(1).locator('.custom-view-tree-node-item-icon')
      const plain = workbench.rows('Connections').filter({ hasText: 'Schedules' }).locator('.custom-view-tree-node-item-icon')
      assert.notEqual(await colour(failed), await colour(plain), 'a failure has a colour of its own')
    })

  async function choose(title: string, className: string): Promise<void> {
    await workbench.runCommand('Preferences: Color Theme')
    await until('the theme is offered', patience, async () => {
      await workbench.quickInput.locator('input').first().fill('High Contrast')
      return (await workbench.choices()).some((choice) => choice.startsWith(title))
    })
    await workbench.pick(title)
    const body = workbench.webview().locator('body')
    const classes = async (): Promise<string> => (await body.getAttribute('class')) ?? ''
    await until(`the page is drawn in ${title}`, patience, async () => (await classes()).split(' ').includes(className))
  }
})

function colour(icon: Locator): Promise<string> {
  return icon.first().evaluate((element) => getComputedStyle(element, '::before').color)
}

/** How much the colours of elements differ from what is behind them, as WCAG reckons; from 1 to 21. */
function contrasts(elements: Locator, behind: readonly number[]): Promise<number[]> {
  return elements.evaluateAll((all, base) => {
    const light = (parts: readonly number[]): number => {
      const [red = 0, green = 0, blue = 0] = parts.map((part) =>
        part <= 10 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4,
      )
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue
    }
    const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d')
    // Drawn one over the other, as they are seen, in whatever way the colour is written.
    const drawn = (...colours: string[]): number[] => {
      for (const each of colours) {
        if (canvas) canvas.fillStyle = each
        canvas?.fillRect(0, 0, 1, 1)
      }
      return [...(canvas?.getImageData(0, 0, 1, 1).data ?? [])].slice(0, 3)
    }
    const below = `rgb(${base.join(' ')})`
    return all.map((element) => {
      const mixed = drawn(below, getComputedStyle(element, '::before').color)
      const [low = 0, high = 0] = [light(mixed), light(base)].sort((one, other) => one - other)
      return (high + 0.05) / (low + 0.05)
    })
  }, behind)
}
