import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { runPython } from '../support/celeryWorker.ts'
import { output, until } from '../support/childProcess.ts'
import { dataOf } from '../support/modelClient.ts'
import { until as untilSeen } from '../support/until.ts'
import { connectToProject, openProjectInVsCode } from '../support/vscodeProject.ts'
import type { ProjectInVsCode } from '../support/vscodeProject.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const patience = 30_000

type Question =
  | { readonly tool: string; readonly input: object }
  | { readonly setting: string; readonly value: unknown }
  | { readonly read: string }

interface Answered {
  readonly tools: readonly string[]
  readonly answers: readonly { readonly text?: string; readonly error?: string }[]
}

const manifest = {
  name: 'models-probe',
  publisher: 'warren-tests',
  version: '1.0.0',
  engines: { vscode: '^1.101.0' },
  main: './probe.cjs',
  contributes: { commands: [{ command: 'modelsProbe.ask', title: 'Probe: Ask Tools' }] },
}
/** Reads `ask.json` of the workspace ({tool, input} each, or {setting, value}, or {read}) and writes what came of it to `answered.json`. */
const probe = `const { readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const vscode = require('vscode')
async function ask({ tool, input, setting, value, read }) {
  try {
    if (read) return { text: String(vscode.workspace.getConfiguration().get(read)) }
    if (setting) return await vscode.workspace.getConfiguration().update(setting, value, vscode.ConfigurationTarget.Global), {}
    const { content } = await vscode.lm.invokeTool(tool, { input, toolInvocationToken: undefined })
    return { text: content.map(({ value }) => value).join('') }
  } catch (error) {
    return { error: String(error.message) }
  }
}
exports.activate = (context) => context.subscriptions.push(vscode.commands.registerCommand('modelsProbe.ask', async () => {
  const folder = vscode.workspace.workspaceFolders[0].uri.fsPath
  const tools = vscode.lm.tools.map(({ name }) => name).filter((name) => name.startsWith('warren_'))
  const answers = []
  for (const one of JSON.parse(readFileSync(join(folder, 'ask.json'), 'utf8'))) answers.push(await ask(one))
  writeFileSync(join(folder, 'answered.json'), JSON.stringify({ tools, answers }))
}))
`

/** Packs an extension that stands for a chat: it asks VS Code for the tools that language models have, and calls them. */
async function packProbe(folder: string): Promise<string> {
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  await writeFile(join(folder, 'probe.cjs'), probe)
  const file = join(folder, 'probe.vsix')
  const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce')
  const args = [vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--skip-license', '--out', file]
  await output(process.execPath, args, { cwd: folder })
  return file
}

describe('tools of language models in VS Code', { timeout: 6 * 60_000 }, () => {
  let folder: string
  let project: ProjectInVsCode
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'warren-probe-'))
    project = await openProjectInVsCode({ 'chat.disableAIFeatures': false }, [await packProbe(folder)])
    await connectToProject(project)
  })
  after(async () => {
    await project[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  async function ask(questions: readonly Question[], meanwhile?: () => Promise<void>): Promise<Answered> {
    const file = join(project.folder, 'answered.json')
    await rm(file, { force: true })
    await writeFile(join(project.folder, 'ask.json'), JSON.stringify(questions))
    await project.workbench.runCommand('Probe: Ask Tools')
    await meanwhile?.()
    let answered: Answered | undefined
    await until('the probe has answered', patience, async () => {
      const text = await readFile(file, 'utf8').catch(() => '')
      if (text.endsWith('}')) answered = JSON.parse(text) as Answered
      return answered !== undefined
    })
    assert.ok(answered)
    return answered
  }

  it('those that read are there and read the window’s own connections, a failure with the workspace’s code', async () => {
    const id = (await runPython(project.app, 'from tasks import *\nprint(fail.delay(0).id)')).trim()
    await project.workbench.runCommand('Warren: Focus on Failures View')
    await project.workbench.row('Failures', 'ConnectionError')
    const { tools, answers } = await ask([
      { tool: 'warren_list_connections', input: {} },
      { tool: 'warren_read_failure', input: { id } },
    ])
    assert.ok(tools.includes('warren_find_tasks'), tools.join(' '))
    const [connections, failure] = answers.map(({ text, error }) => dataOf(text ?? error ?? '')) as [
      { connections: { state: string }[] },
      { exception: string; sources: { path: string; code: string[] }[] },
    ]
    assert.deepEqual(
      connections.connections.map(({ state }) => state),
      ['connected'],
    )
    assert.match(failure.exception, /the gateway refused 0/)
    assert.deepEqual([...new Set(failure.sources.map(({ path }) => path))], ['tasks.py'])
    assert.ok(failure.sources.some(({ code }) => code.some((line) => /^> .*raise ConnectionError/.test(line))))
  })

  it('a traceback brings nothing but Python’s source into the answer, whatever file it names', async () => {
    const secret = 'STRIPE_KEY=sk_live_1'
    await writeFile(join(project.folder, '.keys.env'), secret)
    await symlink(join(project.folder, '.keys.env'), join(project.folder, 'linked.py'))
    const frames = ['.keys.env', 'linked.py', 'tasks.py'].map((name) => `  File "/srv/${name}", line 1, in load`)
    const traceback = ['Traceback (most recent call last):', ...frames, 'KeyError: 1'].join('\n')
    const event = `"task-failed", uuid="hostile", exception="KeyError(1)", traceback=${JSON.stringify(traceback)}`
    await runPython(project.app, `from tasks import *\nwith app.events.default_dispatcher() as events: events.send(${event})`)
    let text = ''
    await untilSeen(
      async () => {
        const { answers } = await ask([{ tool: 'warren_read_failure', input: { id: 'hostile' } }])
        text = answers[0]?.text ?? answers[0]?.error ?? ''
        return text.includes('KeyError')
      },
      'the failure is known',
      () => text,
    )
    const { sources } = dataOf(text) as { sources: { frame: string; path?: string; problem?: string }[] }
    assert.deepEqual(
      sources.map(({ path }) => path ?? null),
      [null, null, 'tasks.py'],
      text,
    )
    assert.match(sources[0]?.problem ?? '', /^Only Python’s source/)
    assert.ok(!text.includes('sk_live'), text)
  })

  it('those that act are not there until the user allows them, whatever the workspace says', async () => {
    const hostile = { 'warren.ai.allowActions': true, 'warren.celeryApp': 'shop' }
    await mkdir(join(project.folder, '.vscode'))
    await writeFile(join(project.folder, '.vscode', 'settings.json'), JSON.stringify(hostile))
    // VS Code has read the file once another setting of it counts.
    const counts = async (): Promise<unknown[]> =>
      (await ask([{ read: 'warren.celeryApp' }, { read: 'warren.ai.allowActions' }])).answers.map(({ text }) => text)
    await until('the workspace’s settings are read', patience, async () => (await counts())[0] === 'shop')
    assert.deepEqual(await counts(), ['shop', 'false'])
    const { answers } = await ask([{ tool: 'warren_enqueue_task', input: { task: 'tasks.add', args: '[20, 22]' } }])
    assert.equal(answers[0]?.text, undefined)
    assert.match(answers[0]?.error ?? '', /warren_enqueue_task/)
  })

  it('once allowed, each use asks in a dialog with object, count and place; a no sends nothing, a yes runs the task', async () => {
    const enqueue = [{ tool: 'warren_enqueue_task', input: { task: 'tasks.add', args: '[20, 22]' } }]
    const wrong = [{ tool: 'warren_enqueue_task', input: { task: 'tasks.add', queue: 'q'.repeat(300) } }]
    let seen = await ask([{ setting: 'warren.ai.allowActions', value: true }, ...wrong])
    await untilSeen(
      async () => /wrong “queue”/.test((seen = await ask(wrong)).answers[0]?.error ?? ''),
      'the tool is registered',
      () => JSON.stringify(seen),
    )
    const { workbench } = project
    // VS Code asks first, and may be told to remember; then Warren does, each time.
    const untilWarrenAsks = async (): Promise<void> => {
      await workbench.pressInDialog('Yes')
      await workbench.page.locator('.monaco-dialog-box .monaco-button').filter({ hasText: 'Enqueue' }).waitFor()
    }
    const question = /Enqueue tasks\.add\?[^]*amqp[^]*A language model asks[^]*\[20, 22\]/
    const declined = await ask(enqueue, async () => {
      assert.match(await workbench.dialogText(), question)
      await untilWarrenAsks()
      assert.match(await workbench.dialogText(), question)
      await workbench.screenshot('ai-question')
      await workbench.pressInDialog('Cancel')
    })
    assert.match(declined.answers[0]?.error ?? '', /did not agree\. Nothing was sent/)
    const agreed = await ask(enqueue, async () => {
      await untilWarrenAsks()
      await workbench.pressInDialog('Enqueue')
    })
    const { id } = dataOf(agreed.answers[0]?.text ?? '') as { id: string }
    await until('the task ran', patience, async () => {
      const { answers } = await ask([{ tool: 'warren_get_task', input: { id } }])
      const text = answers[0]?.text
      return text !== undefined && dataOf(text)['result'] === '42'
    })
  })

  it('the server of the Model Context Protocol is offered, and when it is started joins the window’s bridge', async () => {
    const { workbench, folder: workspace } = project
    await workbench.runCommand('MCP: List Servers')
    await workbench.pick('Warren')
    await workbench.pick('Start Server')
    await until('it runs for this workspace', patience, async () => (await serverArguments(workspace)).includes('--attach'))
    // VS Code's log of the server: it has joined the bridge, or it would have ended.
    await workbench.page
      .locator('.output-view, .panel')
      .getByText(/Discovered\s\d+\stools/)
      .first()
      .waitFor()
    await workbench.screenshot('ai-mcp')
  })
})

/** Arguments of the process that serves models for a workspace; none while there is no such process. */
async function serverArguments(workspace: string): Promise<readonly string[]> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(processes.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return lines.map((line) => line.split('\0')).find((args) => args.includes('--mcp') && args.includes(workspace)) ?? []
}
