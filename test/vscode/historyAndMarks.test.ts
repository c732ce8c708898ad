import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import { connect } from 'amqplib'
import { runPython } from '../support/celeryWorker.ts'
import { until } from '../support/childProcess.ts'
import { connectToProject, openProjectInVsCode } from '../support/vscodeProject.ts'
import type { ProjectInVsCode } from '../support/vscodeProject.ts'
import type { Workbench } from '../support/workbench.ts'

const patience = 45_000

async function hasQueue(address: string, queue: string): Promise<boolean> {
  const connection = await connect(address)
  const channel = await connection.createChannel()
  // What is not there ends the channel.
  channel.on('error', () => undefined)
  const found = await channel.checkQueue(queue).then(
    () => true,
    () => false,
  )
  await connection.close()
  return found
}

/** The history and the commits of the workspace, as a person finds them in VS Code. */
describe('what was, in VS Code', { timeout: 8 * 60_000 }, () => {
  let project: ProjectInVsCode
  let workbench: Workbench
  let steps = 0

  before(async () => {
    project = await openProjectInVsCode({ 'git.enabled': true, 'git.autoRepositoryDetection': true })
    workbench = project.workbench
    await connectToProject(project)
  })
  after(() => project[Symbol.asyncDispose]())
  afterEach(() => workbench.screenshot(`history-${String((steps += 1)).padStart(2, '0')}`).then(() => undefined))

  it('a command of the palette asks for words, says what cannot be read, and shows what was kept', async () => {
    await runPython(project.app, 'import tasks; tasks.fail.delay(0)')
    await workbench.runCommand('Warren: Search History')
    await workbench.quickInput.locator('input').first().fill('stat:failed')
    await until('what is wrong is said', patience, async () =>
      (await workbench.quickInputMessage()).includes('There is no field stat'),
    )
    await workbench.enter('state:failed name:tasks.*')
    const page = workbench.webview()
    await page.getByRole('radio', { name: 'History', checked: true }).waitFor()
    await until(
      'the field has the words',
      patience,
      async () => (await page.getByRole('combobox').inputValue()) === 'state:failed name:tasks.*',
    )
    // What just failed is written within a second or two.
    await until('the task is found', patience, async () => {
      if (await page.locator('#row-0').isVisible()) return true
      await page.getByRole('button', { name: 'Search Again' }).click()
      return false
    })
  })

  it('commits of the workspace stand in the chart, also those made meanwhile', async () => {
    const page = workbench.webview()
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=me', '-c', 'user.email=me@example.org', ...args], { cwd: project.folder })
    git('init', '-q')
    git('commit', '-q', '--allow-empty', '-m', 'Charge each card once')
    await page.getByRole('button', { name: /^1 mark/ }).click()
    await page.getByText('Charge each card once').waitFor()
    git('commit', '-q', '--allow-empty', '-m', 'Never mind')
    await page.getByText('Never mind').waitFor()
  })

  it('a deploy mark is removed after a question, and no other', async () => {
    const folder = join(project.server.folder, 'user', 'User', 'globalStorage', 'warren.warren')
    const file = join(folder, 'marks.json')
    // As a bridge keeps what a script tells it, which every bridge of this user reads.
    const at = Math.floor(Date.now() / 1000)
    const marks = ['shop 4.11', 'shop 4.12'].map((text, index) => ({ kind: 'deploy', at: at - 60 + index, text }))
    await writeFile(file, JSON.stringify({ version: 1, marks }), { mode: 0o600 })
    const kept = async (): Promise<string> => await readFile(file, 'utf8')
    await workbench.runCommand('Warren: Remove Deploy Mark')
    await workbench.pick('shop 4.12')
    const dialog = workbench.page.locator('.monaco-dialog-box')
    await dialog.waitFor()
    await workbench.screenshot('history-mark-asks')
    assert.match(await workbench.dialogText(), /shop 4\.12/)
    await workbench.pressInDialog('Cancel')
    assert.match(await kept(), /"text":"shop 4\.12"/)
    await workbench.runCommand('Warren: Remove Deploy Mark')
    await workbench.pick('shop 4.12')
    await dialog.waitFor()
    await workbench.pressInDialog('Remove')
    await until('it is told', patience, async () =>
      (await workbench.notifications()).some((text) => text.includes('The mark “shop 4.12” was removed.')),
    )
    assert.match(await kept(), /"text":"shop 4\.11"/)
    assert.doesNotMatch(await kept(), /"text":"shop 4\.12"/)
    await workbench.runCommand('Notifications: Clear All')
  })

  it('history is recorded on the broker after a question, said where the connection stands, and removed again', async () => {
    const said = (text: string) =>
      until(`a notification says ${text}`, patience, async () =>
        (await workbench.notifications()).some((message) => message.includes(text)),
      )
    const asked = (text: string) =>
      until(`a dialog asks ${text}`, patience, async () => (await workbench.dialogText().catch(() => '')).includes(text))
    const prompted = (step: string) =>
      until(`step ${step} is asked for`, patience, async () => (await workbench.quickInput.innerText()).includes(step))
    await workbench.runCommand('Warren: Record History on Broker…')
    for (const [step, text] of [
      ['(1/3)', 'warren.test-recording'],
      ['(2/3)', '1D'],
      ['(3/3)', '50'],
    ] as const) {
      await prompted(step)
      await workbench.enter(text)
    }
    await asked('Record history on the broker in “warren.test-recording”?')
    await workbench.pressInDialog('Record History')
    await said('Events of tasks are recorded in “warren.test-recording” from now on')
    await until('the queue is there', patience, () => hasQueue(project.rabbit.amqpUrl, 'warren.test-recording'))

    await workbench.runCommand('Warren: Stop Recording on Broker…')
    await asked('warren.test-recording')
    await workbench.pressInDialog('Delete Recording')
    await said('The recording “warren.test-recording” was deleted.')
    await until('the queue is gone', patience, async () => !(await hasQueue(project.rabbit.amqpUrl, 'warren.test-recording')))
  })
})
