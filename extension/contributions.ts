/**
 * Every id the manifest contributes, written once. `test/unit/manifest.test.ts` holds this file and package.json to the same set,
 * so that no command, view or setting exists on one side only.
 */
export const commandIds = {
  connect: 'warren.connect',
  disconnect: 'warren.disconnect',
  editConnection: 'warren.editConnection',
  removeConnection: 'warren.removeConnection',
  enterPassword: 'warren.enterPassword',
  enqueueTask: 'warren.enqueueTask',
  enqueueRequest: 'warren.enqueueRequest',
  enqueueRequestTimes: 'warren.enqueueRequestTimes',
  watchRequest: 'warren.watchRequest',
  showRequestTask: 'warren.showRequestTask',
  newRequestFile: 'warren.newRequestFile',
  retryTask: 'warren.retryTask',
  sendRetry: 'warren.sendRetry',
  retryWithEdits: 'warren.retryWithEdits',
  cancelRetry: 'warren.cancelRetry',
  retryMatching: 'warren.retryMatching',
  showTraceback: 'warren.showTraceback',
  turnIntoTest: 'warren.turnIntoTest',
  debugTask: 'warren.debugTask',
  startWorker: 'warren.startWorker',
  stopWorker: 'warren.stopWorker',
  showTask: 'warren.showTask',
  showWorkflow: 'warren.showWorkflow',
  markFailureKnown: 'warren.markFailureKnown',
  markFailureResolved: 'warren.markFailureResolved',
  markFailureNew: 'warren.markFailureNew',
  enablePeriodicTask: 'warren.enablePeriodicTask',
  disablePeriodicTask: 'warren.disablePeriodicTask',
  runPeriodicTask: 'warren.runPeriodicTask',
  openFeed: 'warren.openFeed',
  searchHistory: 'warren.searchHistory',
  openSource: 'warren.openSource',
  refresh: 'warren.refresh',
  showMore: 'warren.showMore',
  turnOnEvents: 'warren.turnOnEvents',
  recordHistory: 'warren.recordHistory',
  stopRecording: 'warren.stopRecording',
  removeDeployMark: 'warren.removeDeployMark',
  recordPayloads: 'warren.recordPayloads',
  stopPayloads: 'warren.stopPayloads',
  fixCelerySettings: 'warren.fixCelerySettings',
  exportTasks: 'warren.exportTasks',
  exportTopology: 'warren.exportTopology',
  compareTopologies: 'warren.compareTopologies',
  connectVirtualHost: 'warren.connectVirtualHost',
  useFoundExchanges: 'warren.useFoundExchanges',
  showMessages: 'warren.showMessages',
  openMessage: 'warren.openMessage',
  purgeQueue: 'warren.purgeQueue',
  moveMessages: 'warren.moveMessages',
  returnDeadLetters: 'warren.returnDeadLetters',
  publishMessage: 'warren.publishMessage',
  openBundle: 'warren.openBundle',
  revokeTask: 'warren.revokeTask',
  terminateTask: 'warren.terminateTask',
  growPool: 'warren.growPool',
  shrinkPool: 'warren.shrinkPool',
  restartPool: 'warren.restartPool',
  setAutoscale: 'warren.setAutoscale',
  turnOffEvents: 'warren.turnOffEvents',
  askForHeartbeat: 'warren.askForHeartbeat',
  setRateLimit: 'warren.setRateLimit',
  setTimeLimit: 'warren.setTimeLimit',
  addConsumer: 'warren.addConsumer',
  cancelConsumer: 'warren.cancelConsumer',
  shutDownWorker: 'warren.shutDownWorker',
  inspectWorker: 'warren.inspectWorker',
  showActionLog: 'warren.showActionLog',
  showActions: 'warren.showActions',
  restartBridge: 'warren.restartBridge',
  showLog: 'warren.showLog',
} as const
export type CommandName = keyof typeof commandIds
export type CommandId = (typeof commandIds)[CommandName]

export const viewContainerId = 'warren'
export const viewIds = {
  connections: 'warren.connections',
  tasks: 'warren.tasks',
  failures: 'warren.failures',
  workers: 'warren.workers',
} as const
export type ViewId = (typeof viewIds)[keyof typeof viewIds]

/** The ending of files that hold requests; their schema is contributed for it. */
export const requestEnding = '.warren.jsonc'

/** The type of the webview panel, also in `onWebviewPanel:…`. */
export const feedPanelType = 'warren.feed'

export const settingsSection = 'warren'
export const settingIds = {
  reconnectOnStart: 'warren.reconnectOnStart',
  tracebackPathMappings: 'warren.tracebackPathMappings',
  notificationsFailures: 'warren.notifications.failures',
  notificationsMutedTasks: 'warren.notifications.mutedTasks',
  settingsHints: 'warren.celerySettings.hints',
  celeryApp: 'warren.celeryApp',
  debugSentTasks: 'warren.debugTask.sentTasks',
  workerRestartOnSave: 'warren.worker.restartOnSave',
  historyEnabled: 'warren.history.enabled',
  historyDays: 'warren.history.days',
  historyMegabytes: 'warren.history.megabytes',
  stuckMinutes: 'warren.stuckMinutes',
  aiAllowActions: 'warren.ai.allowActions',
} as const

/** What is safe is for the user to say, never for a workspace: read with `ownSetting` alone. */
export const ownSettingIds: readonly string[] = [
  settingIds.reconnectOnStart,
  settingIds.historyEnabled,
  settingIds.historyDays,
  settingIds.historyMegabytes,
  settingIds.stuckMinutes,
  settingIds.aiAllowActions,
]

/** Context keys that `when` clauses of the manifest ask for. */
export const contextKeys = { state: 'warren.state' } as const
/** What the welcome views depend on. */
export type WelcomeState = 'none' | 'connected' | 'bridgeFailed'

export const schemes = {
  /** Read-only documents about one task. */
  task: 'warren-task',
  /** Read-only documents: bodies of waiting messages. */
  message: 'warren-message',
  /** Both sides of a comparison of topologies; read-only. */
  topology: 'warren-topology',
  /** Retries a person completes before they are sent; held in memory. */
  retry: 'warren-retry',
  /** The log of actions. */
  actions: 'warren-actions',
} as const

/** The type of debugger that starts the debugpy of the workspace's own Python. */
export const ownDebugger = 'warren-debugpy'

/** The type of task in tasks.json that is a worker of Celery, and what finds tracebacks in its log. */
export const workerTaskType = 'warren-worker'
export const problemMatchers = ['warren-traceback', 'warren-traceback-marked', 'warren-traceback-bare'] as const

/** What VS Code calls the tools of language models begins so; the rest is their name in the protocol. */
export const toolPrefix = 'warren_'
/** Who offers Warren's server of the Model Context Protocol. */
export const mcpProviderId = 'warren.mcp'

export const tracebackLanguage = 'warren-traceback'
