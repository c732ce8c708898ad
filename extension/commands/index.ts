import * as vscode from 'vscode'
import { commandIds } from '../contributions.ts'
import type { CommandName } from '../contributions.ts'
import { DisposableStore } from '../lifecycle.ts'
import type { Disposable } from '../lifecycle.ts'
import type { Execute, Warren } from '../warren.ts'
import { showActionLog } from './actionLog.ts'
import { connect } from './connect.ts'
import { debugTask } from './debugTask.ts'
import { disconnect } from './disconnect.ts'
import { editConnection } from './editConnection.ts'
import { enqueueRequest, enqueueRequestTimes } from './enqueueRequest.ts'
import { enqueueTask } from './enqueueTask.ts'
import { newRequestFile } from './newRequestFile.ts'
import { showRequestTask, watchRequest } from './watchRequest.ts'
import { enterPassword } from './enterPassword.ts'
import { markFailureKnown, markFailureNew, markFailureResolved } from './markFailure.ts'
import { exportTasks } from './exportTasks.ts'
import { fixCelerySettings } from './fixCelerySettings.ts'
import { moveMessages } from './moveMessages.ts'
import { openBundle } from './openBundle.ts'
import { openFeed } from './openFeed.ts'
import { openMessage } from './openMessage.ts'
import { openSourceCommand } from './openSource.ts'
import { recordHistory, stopRecording } from './recordHistory.ts'
import { removeDeployMark } from './removeDeployMark.ts'
import { recordPayloads, stopPayloads } from './recordPayloads.ts'
import { publishMessage } from './publishMessage.ts'
import { purgeQueue } from './purgeQueue.ts'
import { refresh } from './refresh.ts'
import { removeConnection } from './removeConnection.ts'
import { reportFailure } from './reportFailure.ts'
import { restartBridge } from './restartBridge.ts'
import { retryMatching } from './retryMatching.ts'
import { retryTask } from './retryTask.ts'
import { cancelRetry, retryWithEdits } from './retryWithEdits.ts'
import { disablePeriodicTask, enablePeriodicTask, runPeriodicTask } from './schedules.ts'
import { searchHistory } from './searchHistory.ts'
import { returnDeadLetters } from './returnDeadLetters.ts'
import { sendRetry } from './sendRetry.ts'
import { showActions } from './showActions.ts'
import { showLog } from './showLog.ts'
import { showMessages } from './showMessages.ts'
import { showMore } from './showMore.ts'
import { showTask } from './showTask.ts'
import { showWorkflow } from './showWorkflow.ts'
import { showTracebackCommand } from './showTraceback.ts'
import { compareTopologies } from './topologyCompare.ts'
import { exportTopology } from './topologyExport.ts'
import { startWorker } from './startWorker.ts'
import { stopWorker } from './stopWorker.ts'
import { turnIntoTest } from './turnIntoTest.ts'
import { revokeTask, terminateTask } from './revokeTask.ts'
import {
  addConsumer,
  askForHeartbeat,
  cancelConsumer,
  growPool,
  restartPool,
  setAutoscale,
  setRateLimit,
  setTimeLimit,
  shrinkPool,
  shutDownWorker,
  turnOffEvents,
} from './workerControl.ts'
import { inspectWorker } from './workerInspect.ts'
import { turnOnEvents } from './turnOnEvents.ts'
import { connectVirtualHost, useFoundExchanges } from './virtualHost.ts'

/** Every command of the manifest; a missing one is a type error. */
const commands: Readonly<Record<CommandName, Execute>> = {
  connect,
  disconnect,
  editConnection,
  removeConnection,
  enterPassword,
  enqueueTask,
  enqueueRequest,
  enqueueRequestTimes,
  watchRequest,
  showRequestTask,
  newRequestFile,
  retryTask,
  sendRetry,
  retryWithEdits,
  cancelRetry,
  retryMatching,
  showTraceback: showTracebackCommand,
  turnIntoTest,
  debugTask,
  startWorker,
  stopWorker,
  showTask,
  showWorkflow,
  markFailureKnown,
  markFailureResolved,
  markFailureNew,
  enablePeriodicTask,
  disablePeriodicTask,
  runPeriodicTask,
  openFeed,
  searchHistory,
  openSource: openSourceCommand,
  refresh,
  showMore,
  turnOnEvents,
  recordHistory,
  stopRecording,
  removeDeployMark,
  recordPayloads,
  stopPayloads,
  fixCelerySettings,
  exportTasks,
  exportTopology,
  compareTopologies,
  connectVirtualHost,
  useFoundExchanges,
  showMessages,
  openMessage,
  purgeQueue,
  moveMessages,
  returnDeadLetters,
  publishMessage,
  openBundle,
  revokeTask,
  terminateTask,
  growPool,
  shrinkPool,
  restartPool,
  setAutoscale,
  turnOffEvents,
  askForHeartbeat,
  setRateLimit,
  setTimeLimit,
  addConsumer,
  cancelConsumer,
  shutDownWorker,
  inspectWorker,
  showActionLog,
  showActions,
  restartBridge,
  showLog,
}

/** Registers all commands; whatever one throws is told to the user in a sentence. */
export function registerCommands(warren: Warren): Disposable {
  const store = new DisposableStore()
  for (const name of Object.keys(commands) as CommandName[]) {
    const execute = commands[name]
    store.add(
      vscode.commands.registerCommand(commandIds[name], async (argument: unknown, selected: unknown) => {
        try {
          await execute(warren, argument, selected)
        } catch (error) {
          reportFailure(warren, error)
        }
      }),
    )
  }
  return store
}
