import assert from 'node:assert/strict'
import { after, afterEach, before, describe, it } from 'node:test'
import { runPython } from '../support/celeryWorker.ts'
import { until } from '../support/childProcess.ts'
import { connectToProject, openProjectInVsCode } from '../support/vscodeProject.ts'
import type { ProjectInVsCode } from '../support/vscodeProject.ts'
import type { Workbench } from '../support/workbench.ts'

const patience = 45_000

/** What a person sees who asked to be told of new failures. */
describe('notifications of failures in VS Code', { timeout: 8 * 60_000 }, () => {
  let project: ProjectInVsCode
  let workbench: Workbench
  let steps = 0

  before(async () => {
    project = await openProjectInVsCode({ 'warren.notifications.failures': 'new' })
    workbench = project.workbench
    await workbench.page.setViewportSize({ width: 1280, height: 1400 })
    await connectToProject(project)
  })
  after(() => project[Symbol.asyncDispose]())
  afterEach(() => workbench.screenshot(`notifications-${String((steps += 1)).padStart(2, '0')}`).then(() => undefined))

  const notified = (text: RegExp): Promise<boolean> =>
    until(`a notification says ${String(text)}`, patience, async () =>
      (await workbench.notifications()).some((message) => text.test(message)),
    )
  const row = (text: RegExp): Promise<boolean> =>
    until(`Failures shows ${String(text)}`, patience, async () =>
      (await workbench.rowTexts('Failures')).some((line) => text.test(line)),
    )

  const known = async (): Promise<number> =>
    (await workbench.rowTexts('Failures')).filter((line) => line.startsWith('Known failure')).length

  it('a new failure is told with its cause, and leads to its group', async () => {
    await runPython(project.app, 'import tasks; tasks.fail.delay(0)')
    await notified(/^New failure: ConnectionError in charge \(tasks\.py\), task tasks\.fail$/)
    await workbench.screenshot('notifications-00-toast')
    await workbench.pressInNotification('Show')
    await row(/^New failure ConnectionError in charge/)
    const focused = workbench.rows('Failures').and(workbench.page.locator('.focused'))
    await until('the group is in focus', patience, async () => (await focused.allInnerTexts()).join().includes('ConnectionError'))
    await (await workbench.row('Failures', 'ConnectionError')).locator('.monaco-tl-twistie').click()
  })

  it('a storm of failures is told once, and its groups can be muted together', async () => {
    await workbench.page.evaluate(() => {
      const seen = new Set<string>()
      Object.assign(window, { seenToasts: seen })
      const look = (): void => {
        for (const each of document.querySelectorAll('.notifications-toasts .notification-list-item-message'))
          seen.add(each.textContent)
      }
      new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true })
    })
    await runPython(project.app, 'import tasks\nfor n in range(200): tasks.fail.delay(n)')
    // Half a minute after the one before it; where the machine took longer than that until here, with the first of the groups.
    const news = /^(\d new groups of failures, newest|New failure): (?!ConnectionError)/
    await notified(news)
    await row(/^New failure \w+ in \w+ \(tasks\.py\), 40 failures/)
    await workbench.screenshot('notifications-00-storm')
    const told = (await workbench.notifications()).find((text) => news.test(text)) ?? ''
    const groups = Number(/^(\d) new groups/.exec(told)?.[1] ?? 1)
    await workbench.pressInNotification(groups === 1 ? 'Mute This Group' : 'Mute These Groups')
    await until('they are known', patience, async () => (await known()) === groups)
    const seen = await workbench.page.evaluate(() => [...(window as unknown as { seenToasts: Set<string> }).seenToasts])
    assert.ok(seen.length <= (groups === 4 ? 1 : 2), seen.join('\n'))
  })

  it('what fails again is no news', async () => {
    await runPython(project.app, 'import tasks\nfor n in range(10): tasks.fail.delay(n)')
    await row(/^New failure ConnectionError in charge \(tasks\.py\), 43 failures/)
    const told = (await workbench.notifications()).join()
    assert.ok(!told.includes('ConnectionError') && !told.includes('again'), told)
  })
})
