import * as vscode from 'vscode'
import type { GetMessageParams, TaskKey, ToHost } from '../../broker-bridge/protocol/index.ts'
import { commandIds } from '../contributions.ts'

/** What the page asks for that is a command of VS Code. */
export type PageWish = Extract<
  ToHost,
  {
    type: 'showTraceback' | 'openMessage' | 'retry' | 'debug' | 'enqueue' | 'connect' | 'useExchanges' | 'export' | 'fixSettings'
  }
>

/** Of all commands the page may start these only. */
export function runWish(wish: PageWish): void {
  switch (wish.type) {
    case 'showTraceback':
      return run(commandIds.showTraceback, wish.task)
    case 'openMessage': {
      const { connection, virtualHost, queue, mark } = wish
      return run(commandIds.openMessage, { connection, queue, mark, ...(virtualHost === undefined ? {} : { virtualHost }) })
    }
    case 'retry':
      return run(commandIds.retryTask, wish.task)
    case 'debug':
      return run(commandIds.debugTask, wish.task)
    case 'enqueue':
      return run(commandIds.enqueueTask)
    case 'connect':
      return run(commandIds.connect)
    case 'useExchanges':
      return void vscode.commands.executeCommand(commandIds.useFoundExchanges, { connection: wish.connection })
    case 'export':
      return void vscode.commands.executeCommand(commandIds.exportTasks, { ...wish.filter, source: wish.source })
    case 'fixSettings':
      return void vscode.commands.executeCommand(commandIds.fixCelerySettings, wish.setting)
  }
}

/** With the key of a task or a message at most. */
function run(command: string, ...args: (TaskKey | GetMessageParams)[]): void {
  void vscode.commands.executeCommand(command, ...args)
}
