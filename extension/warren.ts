import type * as vscode from 'vscode'
import type { Bridge } from './bridge/bridge.ts'
import type { ConnectionBook } from './connections/connectionBook.ts'
import type { LocalWorkers } from './localWorkers/localWorkers.ts'
import type { RetryDocuments } from './documents/retryDocument.ts'
import type { TaskDebugger } from './debugging/taskDebugger.ts'
import type { Feed } from './feed/feed.ts'
import type { EnqueueMemory } from './requests/enqueueMemory.ts'
import type { SentRequests } from './requests/sentRequests.ts'
import type { Replica } from './replica.ts'
import type { Trees } from './views/trees.ts'

/** What commands work with; composed once in `extension.ts`. */
export interface Warren {
  readonly log: vscode.LogOutputChannel
  readonly bridge: Bridge
  readonly book: ConnectionBook
  readonly replica: Replica
  readonly trees: Trees
  readonly feed: Feed
  readonly retries: RetryDocuments
  readonly requests: SentRequests
  readonly enqueues: EnqueueMemory
  readonly debugger: TaskDebugger
  readonly workers: LocalWorkers
}

/**
 * One command. `argument` is what called it: a tree's line, a task's key, a document's address, or nothing from the palette; `selected`
 * are the lines of a tree that were selected then, see `selectedTargets`.
 */
export type Execute = (warren: Warren, argument: unknown, selected?: unknown) => Promise<void> | void
