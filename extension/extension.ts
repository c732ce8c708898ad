import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as vscode from 'vscode'
import { Bridge } from './bridge/bridge.ts'
import type { BridgeStatus } from './bridge/bridge.ts'
import { BridgeProcess } from './bridge/bridgeProcess.ts'
import { bridgeEnvironment } from './bridge/environment.ts'
import { registerCommands } from './commands/index.ts'
import { SettingsHints } from './celerySettings/settingsHints.ts'
import { ConnectionBook } from './connections/connectionBook.ts'
import { SavedConnections } from './connections/savedConnections.ts'
import { commandIds, contextKeys, settingIds } from './contributions.ts'
import type { WelcomeState } from './contributions.ts'
import { TaskDebugger } from './debugging/taskDebugger.ts'
import { registerMcpServer } from './models/mcpServer.ts'
import { registerTools } from './models/tools.ts'
import { registerMessageDocuments } from './documents/messages.ts'
import { openSource } from './documents/openSource.ts'
import { RetryDocuments } from './documents/retryDocument.ts'
import { registerTopologyDocuments } from './documents/topologyDocuments.ts'
import { registerActionLog } from './commands/actionLog.ts'
import { registerTracebackDocuments } from './documents/tracebackDocument.ts'
import { Feed } from './feed/feed.ts'
import { tellOfLeftTracing } from './leftTracing.ts'
import { LocalWorkers } from './localWorkers/localWorkers.ts'
import { notifyOfFailures } from './notifications/notifyOfFailures.ts'
import { ownSetting } from './ownSetting.ts'
import { Replica } from './replica.ts'
import { EnqueueMemory } from './requests/enqueueMemory.ts'
import { RequestCompletion } from './requests/requestCompletion.ts'
import { RequestEditor } from './requests/requestEditor.ts'
import { SentRequests } from './requests/sentRequests.ts'
import { StatusBar } from './views/statusBar.ts'
import { statusPicture } from './views/statusText.ts'
import { Trees } from './views/trees.ts'
import type { Warren } from './warren.ts'

declare const WARREN_VERSION: string
const bridgePatience = 20_000

/** Puts Warren together; every part is given back with the extension. */
export function activate(context: vscode.ExtensionContext): void {
  const own = <T extends vscode.Disposable>(part: T): T => {
    context.subscriptions.push(part)
    return part
  }
  const log = own(vscode.window.createOutputChannel('Warren', { log: true }))
  const onError = (error: unknown): void => log.error(error instanceof Error ? (error.stack ?? error.message) : String(error))
  const bridge = own(
    new Bridge({
      launch: () => launchBridge(context, log),
      clientName: `vscode ${WARREN_VERSION}`,
      onLog: (line) => log.info(line),
    }),
  )
  const replica = own(new Replica(onError))
  const saved = new SavedConnections(context.globalState, context.secrets, onError)
  const book = own(new ConnectionBook({ saved, workspace: context.workspaceState, bridge, replica, onError }))
  const trees = own(new Trees({ bridge, book, replica, onError }))
  const workers = own(new LocalWorkers(context.extensionPath))
  const memory = context.globalState
  const feed = own(new Feed({ bridge, log, openSource, workers, extensionUri: context.extensionUri, memory }))
  const requests = own(new SentRequests())
  const parts = {
    retries: own(new RetryDocuments()),
    requests,
    enqueues: new EnqueueMemory(context.workspaceState),
    debugger: own(new TaskDebugger(context.extensionPath)),
    workers,
  }
  const warren: Warren = { log, bridge, book, replica, trees, feed, ...parts }
  own(registerTracebackDocuments(bridge))
  own(registerActionLog(bridge))
  own(registerTopologyDocuments())
  own(registerMessageDocuments(bridge))
  own(new RequestEditor(requests))
  own(new RequestCompletion(warren))
  own(registerCommands(warren))
  own(registerTools(warren))
  own(registerMcpServer(warren, context.asAbsolutePath('dist/bridge.cjs'), WARREN_VERSION))
  own(notifyOfFailures(warren, onError))
  own(new SettingsHints(replica, onError))
  own(tellOfLeftTracing(warren, onError))
  followBridge(warren)
  showStatus(warren, own(new StatusBar()))
  restoreConnections(warren)
}

async function launchBridge(context: vscode.ExtensionContext, log: vscode.LogOutputChannel): Promise<BridgeProcess> {
  const folder = context.globalStorageUri.fsPath
  await mkdir(folder, { recursive: true })
  return BridgeProcess.start({
    runtime: process.execPath,
    program: context.asAbsolutePath('dist/bridge.cjs'),
    folder,
    options: [...historyOptions(folder), '--stuck-minutes', `${stuckMinutes()}`],
    environment: bridgeEnvironment(process.env),
    token: randomBytes(32).toString('hex'),
    patience: bridgePatience,
    onLog: (line) => log.info(`bridge: ${line}`),
  })
}

/** Where and how much of the tasks the bridge keeps, as its arguments. */
function historyOptions(folder: string): string[] {
  if (ownSetting(settingIds.historyEnabled) === false) return ['--history', 'off']
  const days = wholeNumber(ownSetting(settingIds.historyDays), 30, 1, 36_500)
  const megabytes = wholeNumber(ownSetting(settingIds.historyMegabytes), 500, 10, 1_000_000)
  return ['--history', join(folder, 'history.db'), '--history-days', `${days}`, '--history-megabytes', `${megabytes}`]
}

function stuckMinutes(): number {
  return wholeNumber(ownSetting(settingIds.stuckMinutes), 5, 1, 10_080)
}

/** Settings hold whatever somebody wrote into them. */
function wholeNumber(value: unknown, standard: number, least: number, most: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? Math.min(most, Math.max(least, Math.round(value))) : standard
}

/** Each new session is told the connections and topics this window wants; a bridge that was given up is told to the user once. */
function followBridge({ bridge, replica, book, log }: Warren): void {
  replica.want('window', ['connections', 'activity'])
  let before: BridgeStatus['kind'] = 'idle'
  bridge.onDidChangeStatus((status) => {
    log.debug(`bridge is ${status.kind}`)
    if (status.kind === 'ready') {
      replica.attach(status.session)
      book.attach(status.session)
    }
    if (status.kind === 'stopped' && before !== 'stopped') void reportStop(status.message)
    before = status.kind
  })
}

async function reportStop(message: string): Promise<void> {
  const [restart, show] = ['Restart Bridge', 'Show Log']
  const chosen = await vscode.window.showErrorMessage(message, restart, show)
  if (chosen === restart) await vscode.commands.executeCommand(commandIds.restartBridge)
  if (chosen === show) await vscode.commands.executeCommand(commandIds.showLog)
}

/** Keeps the status bar item and the welcome views' state with what is known. */
function showStatus({ bridge, book, replica }: Warren, bar: StatusBar): void {
  let shown: WelcomeState | undefined
  const show = (): void => {
    const active = book.activeEntries()
    bar.show(statusPicture(bridge.status, active, replica.pictures.activity?.recentFailures ?? 0))
    const state = bridge.status.kind === 'stopped' ? 'bridgeFailed' : active.length > 0 ? 'connected' : 'none'
    if (state !== shown) void vscode.commands.executeCommand('setContext', contextKeys.state, state)
    shown = state
  }
  replica.onDidChange((topic) => {
    if (topic === 'connections' || topic === 'activity') show()
  })
  book.onDidChange(show)
  bridge.onDidChangeStatus(show)
  show()
}

/** What was connected when this workspace was left is connected again; without any such connection nothing is started. */
function restoreConnections({ bridge, book, log }: Warren): void {
  const wanted = ownSetting(settingIds.reconnectOnStart) !== false
  const active = book.activeEntries()
  if (active.length === 0) return
  if (wanted) bridge.session().catch((error: unknown) => log.error(String(error)))
  else for (const { saved } of active) void book.close(saved.id)
}
