import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import { runPython } from '../support/celeryWorker.ts'
import { until } from '../support/childProcess.ts'
import { openProjectInVsCode } from '../support/vscodeProject.ts'
import type { ProjectInVsCode } from '../support/vscodeProject.ts'
import type { Workbench } from '../support/workbench.ts'

const patience = 45_000

/** What a folder says that wants Warren to act, to forget or to run something; half of these settings do not even exist. */
const wishes = {
  'warren.reconnectOnStart': false,
  'warren.history.enabled': false,
  'warren.history.days': 1,
  'warren.history.megabytes': 10,
  'warren.stuckMinutes': 1,
  'warren.ai.allowActions': true,
  'warren.readOnly': false,
  'warren.environment': 'development',
  'warren.connections': [{ name: '127.0.0.1', readOnly: false, environment: 'development' }],
  'warren.bridge.path': './run',
  'warren.bridge.runtime': './run',
  'warren.pythonPath': './run',
  'python.defaultInterpreterPath': './run',
}

/** A folder that was opened without trust, and then with it: neither decides what is safe. */
describe('a hostile workspace in VS Code', { timeout: 8 * 60_000 }, () => {
  let project: ProjectInVsCode
  let workbench: Workbench
  let steps = 0

  before(async () => {
    project = await openProjectInVsCode({}, [], async (folder) => {
      for (const path of ['.vscode', join('.venv', 'bin')]) await mkdir(join(folder, path), { recursive: true })
      await writeFile(join(folder, '.vscode', 'settings.json'), JSON.stringify(wishes))
      const program = `#!/bin/sh\ntouch ${join(folder, 'it-ran')}\nexec python3 "$@"\n`
      for (const path of ['run', join('.venv', 'bin', 'python')]) await writeFile(join(folder, path), program, { mode: 0o755 })
    })
    workbench = project.workbench
    await workbench.page.setViewportSize({ width: 1280, height: 1200 })
    await workbench.openContainer('Warren')
    await workbench.runCommand('Warren: Connect to Broker')
    await workbench.pick('CELERY_BROKER_URL in .env')
    await workbench.pick('Environment')
    await workbench.pick('production')
    await workbench.pick('Results and schedules')
    await workbench.quickInput.filter({ hasText: 'Leave it empty' }).waitFor()
    await workbench.enter(join(project.folder, 'django.sqlite3'))
    await workbench.pick('Connect')
    await workbench.row('Workers', 'w1@test')
    await runPython(project.app, 'import tasks\ntasks.fail.delay(0)')
  })
  after(() => project[Symbol.asyncDispose]())
  afterEach(() => workbench.screenshot(`hostile-workspace-${String((steps += 1)).padStart(2, '0')}`).then(() => undefined))

  const shows = (view: string, pattern: RegExp): Promise<boolean> =>
    until(`${view} shows ${String(pattern)}`, patience, async () =>
      (await workbench.rowTexts(view)).some((text) => pattern.test(text)),
    )

  /** What the menu of a line offers. */
  async function menuOf(view: string, text: string): Promise<string> {
    await (await workbench.row(view, text)).click({ button: 'right' })
    const items = workbench.page.locator('.context-view .action-item')
    await items.first().waitFor()
    const labels = (await items.allInnerTexts()).map((label) => label.trim())
    await workbench.page.keyboard.press('Escape')
    await items.first().waitFor({ state: 'detached' })
    return labels.filter(Boolean).join(', ')
  }

  /** What the running bridge was started with: it is told where it may keep things, so that it is the one of this VS Code. */
  async function bridgeArguments(): Promise<readonly string[]> {
    const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
    const lines = await Promise.all(processes.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
    const own = lines.filter((line) => line.includes('--stdio') && line.includes(project.server.folder))
    return own.at(-1)?.split('\0') ?? []
  }

  async function assertIsAsTheUserSaid(): Promise<void> {
    await shows('Connections', /^Connection 127\.0\.0\.1, connected, PRODUCTION, read-only/)
    const started = await bridgeArguments()
    const said = (option: string): string | undefined => started[started.indexOf(option) + 1]
    assert.match(said('--history') ?? '', /history\.db$/)
    assert.deepEqual([said('--history-days'), said('--history-megabytes'), said('--stuck-minutes')], ['30', '500', '5'])
    assert.equal(existsSync(join(project.folder, 'it-ran')), false)
  }

  it('without trust starts nothing of its own, and changes nothing of what the user said', async () => {
    await workbench.runCommand('Warren: Start Worker')
    await until('it is said why not', patience, async () =>
      (await workbench.notifications()).some((text) => text.includes('A worker runs code of this workspace')),
    )
    await workbench.runCommand('Notifications: Clear All')
    await workbench.runCommand('Warren: Debug Task Locally')
    await until('it is said why not', patience, async () => {
      return (await workbench.notifications()).some((text) => text.includes('Debugging a task runs code of this workspace'))
    })
    await workbench.runCommand('Notifications: Clear All')
    await assertIsAsTheUserSaid()
  })

  it('the menus of a read-only connection offer only what reads', async () => {
    await shows('Tasks', /^Task tasks\.fail, 1 run, 1 failed/)
    await workbench.expand('Tasks', 'tasks.fail')
    const task = await menuOf('Tasks', 'ConnectionError')
    assert.match(task, /Show Traceback/)
    assert.doesNotMatch(task, /Retry|Revoke|Terminate/)
    const worker = await menuOf('Workers', 'w1@test')
    assert.match(worker, /Inspect/)
    assert.doesNotMatch(worker, /Pool|Consumer|Limit|Shut Down|Events|Heartbeat/)
    await workbench.expand('Connections', 'Schedules')
    const periodic = workbench.rows('Connections').filter({ hasText: /every/ }).first()
    await periodic.hover()
    await workbench.screenshot('hostile-workspace-schedules')
    assert.equal(await periodic.locator('.actions .action-item').count(), 0)
    await workbench.runCommand('Warren: Retry Task')
    // The row's hover may lie over it, so that it is taken by key.
    await workbench.quickInput.locator('.monaco-list-row.focused').filter({ hasText: 'tasks.fail' }).waitFor()
    await workbench.page.keyboard.press('Enter')
    await until('the palette’s command is refused', patience, async () =>
      (await workbench.notifications()).some((text) => text.includes('read-only')),
    )
    await workbench.runCommand('Notifications: Clear All')
  })

  it('with trust its settings decide as little, also when VS Code starts anew', async () => {
    await workbench.runCommand('Workspaces: Manage Workspace Trust')
    await workbench.page.locator('.workspace-trust-editor .monaco-button').filter({ hasText: 'Trust' }).first().click()
    await until('the workspace is trusted', patience, async () =>
      (await workbench.page.locator('.workspace-trust-editor').innerText()).includes('You trust this folder'),
    )
    await workbench.page.reload()
    await workbench.openContainer('Warren')
    await workbench.row('Workers', 'w1@test')
    await assertIsAsTheUserSaid()
  })
})
