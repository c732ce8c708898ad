import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import { runPython } from '../support/celeryWorker.ts'
import { until } from '../support/childProcess.ts'
import { untilEqual } from '../support/until.ts'
import { celeryconfig, connectToProject, openProjectInVsCode } from '../support/vscodeProject.ts'
import type { ProjectInVsCode } from '../support/vscodeProject.ts'
import type { Workbench } from '../support/workbench.ts'

const patience = 30_000

/** What can be mended and turned from the editor: settings, schedules, marks of failures; and what leaves it as a file. */
describe('settings, schedules, marks and exports in VS Code', { timeout: 8 * 60_000 }, () => {
  let project: ProjectInVsCode
  let workbench: Workbench
  let steps = 0

  before(async () => {
    project = await openProjectInVsCode({ 'workbench.colorTheme': 'Default Dark Modern' })
    workbench = project.workbench
    await workbench.page.setViewportSize({ width: 1280, height: 1200 })
    await connectToProject(project)
  })
  after(() => project[Symbol.asyncDispose]())
  afterEach(() => workbench.screenshot(`fix-${String((steps += 1)).padStart(2, '0')}`).then(() => undefined))

  const row = (view: string, text: RegExp): Promise<boolean> =>
    until(`${view} shows ${String(text)}`, patience, async () => (await workbench.rowTexts(view)).some((line) => text.test(line)))
  const notified = (text: string): Promise<boolean> =>
    until(`a notification says ${text}`, patience, async () =>
      (await workbench.notifications()).some((message) => message.includes(text)),
    )
  const offered = (text: RegExp): Promise<boolean> =>
    until(`${String(text)} is offered`, patience, async () =>
      (await workbench.choices().catch(() => [])).some((choice) => text.test(choice)),
    )

  it('a setting that the worker has off is said where it is set, and mended by a quick fix', async () => {
    await workbench.openFile('celeryconfig.py')
    await workbench.editorHasFocus()
    const squiggles = workbench.page.locator('.monaco-editor .squiggly-info')
    await until('hints are drawn', patience, async () => (await squiggles.count()) > 0)
    await workbench.runCommand('View: Toggle Problems')
    const problems = workbench.page.locator('.markers-panel .monaco-list-row')
    await problems.filter({ hasText: 'task_track_started is off on the worker w1@test' }).first().waitFor()
    await problems.filter({ hasText: 'task_send_sent_event is off' }).first().waitFor()
    await workbench.screenshot('fix-00-hints')
    await workbench.runCommand('Go to Line/Column')
    await workbench.enter(':5:25')
    await workbench.editorHasFocus()
    const fixes = workbench.page.locator('.action-widget .monaco-list-row')
    await until('fixes are offered', patience, async () => {
      // A hint may be drawn a moment before VS Code has asked what there is to be done about it.
      await workbench.page.keyboard.press('Control+.')
      const change = fixes.filter({ hasText: 'Change to' }).first()
      return change.waitFor({ timeout: 3_000 }).then(
        () => true,
        () => false,
      )
    })
    await workbench.screenshot('fix-00-menu')
    await fixes.filter({ hasText: 'Turn on all' }).first().click()
    await workbench.runCommand('File: Save All Files')
    const changed = `${celeryconfig(project.folder).replace('started = False', 'started = True')}task_send_sent_event = True\nresult_extended = True\n`
    await until(
      'the file is as it shall be',
      patience,
      async () => (await readFile(join(project.folder, 'celeryconfig.py'), 'utf8')) === changed,
    )
    await until('nothing is left to be said', patience, async () => (await squiggles.count()) === 0)
    await workbench.runCommand('View: Toggle Problems')
  })

  it('turns a periodic task off from its line, and on from the palette, after a question', async () => {
    await workbench.expand('Connections', 'Schedules')
    await row('Connections', /^Periodic task often, every 10 seconds/)
    await workbench.rowMenu('Connections', 'often', 'Disable Periodic Task')
    assert.match(await workbench.dialogText(), /Disable “often”\?/)
    await workbench.pressInDialog('Disable')
    await row('Connections', /^Periodic task often, .*disabled/)
    await notified('often is disabled.')
    await workbench.runCommand('Warren: Enable Periodic Task')
    await offered(/^often/)
    await workbench.pick('often')
    await workbench.pressInDialog('Enable')
    await row('Connections', /^Periodic task often, every 10 seconds$/)
    await workbench.runCommand('Notifications: Clear All')
  })

  it('runs a periodic task now, and not before it is confirmed', async () => {
    await workbench.runCommand('Warren: Run Periodic Task Now')
    await offered(/^nightly/)
    await workbench.pick('often')
    assert.match(await workbench.dialogText(), /Run “often” now\?[\s\S]*tasksapp\.add/)
    await workbench.pressInDialog('Run Now')
    await notified('often was sent to the queue celery')
    await workbench.runCommand('Notifications: Clear All')
  })

  it('marks a failure as known, and as new again', async () => {
    await runPython(project.app, 'import tasks; tasks.fail.delay(0); tasks.fail.delay(1); tasks.add.delay(1, 2)')
    await workbench.runCommand('Warren: Focus on Failures View')
    await row('Failures', /^New failure ConnectionError in charge/)
    await workbench.rowMenu('Failures', 'ConnectionError', 'Mark Failure as Known')
    await row('Failures', /^Known failure ConnectionError/)
    await workbench.rowMenu('Failures', 'ConnectionError', 'Mark Failure as New')
    await row('Failures', /^New failure ConnectionError/)
    await workbench.runCommand('Warren: Mark Failure as New')
    await notified('There is no failure to be marked as new.')
    await workbench.runCommand('Notifications: Clear All')
  })

  it('exports what the feed shows, also while it is hidden behind another editor', async () => {
    await workbench.runCommand('Warren: Open Live Feed')
    const feed = workbench.webview()
    await feed.getByRole('combobox').fill('exception:KeyError')
    await untilEqual(() => feed.locator('[role=row][data-index]').count(), 1)
    await workbench.openFile('tasks.py')
    await workbench.runCommand('Warren: Export Tasks')
    await offered(/^What the Feed Shows Now/)
    const [first = '', second = ''] = await workbench.choices()
    assert.match(first, /What the Feed Shows Now.*1 task.*exception:keyerror/)
    assert.match(second, /All Tasks.*[34] tasks/)
    await workbench.screenshot('fix-00-export')
    await workbench.pick('What the Feed Shows Now')
    await offered(/JSON lines/)
    await workbench.pick('JSON lines')
    const file = join(project.folder, 'shown.jsonl')
    await workbench.saveAs(file)
    await until('the file is there', patience, async () => (await readFile(file, 'utf8').catch(() => '')).includes('KeyError'))
    assert.equal((await readFile(file, 'utf8')).trimEnd().split('\n').length, 1)
  })
})
