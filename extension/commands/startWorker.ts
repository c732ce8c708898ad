import * as vscode from 'vscode'
import { settingIds, workerTaskType } from '../contributions.ts'
import { mayRunCode } from '../interpreter/trust.ts'
import { pools } from '../localWorkers/workerDefinition.ts'
import type { FoundApp } from '../pythonTasks/workspaceCode.ts'
import { findApps } from '../pythonTasks/workspaceCode.ts'
import { pickText } from '../shownText.ts'
import type { Execute } from '../warren.ts'

/** What the user may change before the worker starts; all but the application may be left to Celery. */
interface Wish {
  readonly app: string
  readonly queues?: string[] | undefined
  readonly pool?: string | undefined
  readonly concurrency?: number | undefined
  readonly name?: string | undefined
  readonly logLevel?: string | undefined
  readonly restartOnSave: boolean
}
type Member = Exclude<keyof Wish, 'app'>
type Change = Partial<Omit<Wish, 'app'>>

/** Starts a worker of the workspace's own application in a terminal, as a task of VS Code. */
export const startWorker: Execute = async (warren) => {
  if (!(await mayRunCode('A worker'))) return
  const found = await chooseApp(await findApps())
  if (!found) return
  const { app, folder, workspace } = found
  const saved = vscode.workspace.getConfiguration(undefined, workspace.uri).get(settingIds.workerRestartOnSave) === true
  const wish = await review({ app, restartOnSave: saved })
  if (!wish) return
  const definition = { type: workerTaskType, ...(folder === '' ? {} : { folder }), ...known(wish) }
  await vscode.tasks.executeTask(warren.workers.task(definition, workspace))
}

/** A definition as somebody would write it. */
function known(wish: Wish): object {
  return Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined))
}

async function chooseApp(apps: readonly FoundApp[]): Promise<FoundApp | undefined> {
  if (apps.length <= 1) return apps[0] ?? (await askApp())
  const items = apps.map((app) => ({
    label: pickText(app.app),
    description: pickText([app.workspace.name, app.folder].filter(Boolean).join('/')),
    detail: pickText(app.path),
    app,
  }))
  return (await vscode.window.showQuickPick(items, { title: 'Start Worker', placeHolder: 'Which Celery application?' }))?.app
}

async function askApp(): Promise<FoundApp | undefined> {
  const [workspace] = vscode.workspace.workspaceFolders ?? []
  if (!workspace) {
    void vscode.window.showErrorMessage('No folder is open. Open the folder with the worker’s code first.')
    return undefined
  }
  const app = await vscode.window.showInputBox({
    title: 'Start Worker',
    prompt: 'No file here makes a Celery application. Name it as “celery -A” gets it, such as shop or shop.worker:queue.',
    ignoreFocusOut: true,
  })
  return app === undefined || app.trim() === '' ? undefined : { app: app.trim(), folder: '', path: '', workspace }
}

interface Line extends vscode.QuickPickItem {
  readonly member?: Member
}

/** Enter starts it as it is; every line can be changed first. */
async function review(first: Wish): Promise<Wish | undefined> {
  let wish = first
  for (;;) {
    const picked = await vscode.window.showQuickPick<Line>(lines(wish), {
      title: `Start Worker: ${pickText(wish.app)}`,
      placeHolder: 'Press Enter to start it, or pick a line to change it',
      ignoreFocusOut: true,
    })
    if (!picked) return undefined
    if (picked.member === undefined) return wish
    wish = { ...wish, ...(await change(wish, picked.member)) }
  }
}

function lines({ app, queues, pool, concurrency, name, logLevel, restartOnSave }: Wish): Line[] {
  const line = (member: Member, label: string, value: string): Line => ({ label, description: pickText(value), member })
  return [
    { label: '$(play) Start', description: pickText(`celery -A ${app} worker -E`) },
    { label: 'Settings of this worker', kind: vscode.QuickPickItemKind.Separator },
    line('queues', '$(inbox) Queues', queues?.join(', ') ?? 'those of the application'),
    line('pool', '$(layers) Pool', pool ?? 'the one of the application'),
    line('concurrency', '$(versions) Concurrency', String(concurrency ?? 'that of the application')),
    line('name', '$(tag) Name', name ?? 'local@%h'),
    line('logLevel', '$(output) Log Level', logLevel ?? 'INFO'),
    line('restartOnSave', '$(sync) Restart on Save', restartOnSave ? 'yes: it finishes its tasks first' : 'no'),
  ]
}

/** What the user made of one line; nothing when they left it. An emptied line is the application's to say again. */
async function change(wish: Wish, member: Member): Promise<Change> {
  switch (member) {
    case 'restartOnSave':
      return { restartOnSave: !wish.restartOnSave }
    case 'pool':
      return pickOf('pool', pools)
    case 'logLevel':
      return pickOf('logLevel', ['DEBUG', 'INFO', 'WARNING', 'ERROR'])
    case 'queues': {
      const text = await ask('Names of queues, with commas between them', wish.queues?.join(', '))
      const names = text?.split(',').map((name) => name.trim()) ?? []
      return text === undefined ? {} : { queues: names.some(Boolean) ? names.filter(Boolean) : undefined }
    }
    case 'name': {
      const text = await ask('Its node name, with %h for the host, such as local@%h', wish.name)
      return text === undefined ? {} : { name: text === '' ? undefined : text }
    }
    case 'concurrency': {
      const text = await ask('How many tasks it runs at once', wish.concurrency?.toString(), (value) =>
        value === '' || /^[1-9]\d{0,2}$/.test(value) ? undefined : 'Write a number from 1 to 999.',
      )
      return text === undefined ? {} : { concurrency: text === '' ? undefined : Number(text) }
    }
  }
}

async function pickOf(member: 'pool' | 'logLevel', values: readonly string[]): Promise<Change> {
  const picked = await vscode.window.showQuickPick([...values], { title: 'Start Worker', ignoreFocusOut: true })
  return picked === undefined ? {} : { [member]: picked }
}

async function ask(prompt: string, value = '', problem?: (value: string) => string | undefined): Promise<string | undefined> {
  const validateInput = (text: string): string | undefined => problem?.(text.trim())
  const text = await vscode.window.showInputBox({ title: 'Start Worker', prompt, value, validateInput, ignoreFocusOut: true })
  return text?.trim()
}
