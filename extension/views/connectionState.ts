import type { ConnectionStatus } from '../../broker-bridge/protocol/index.ts'
import type { BookEntry } from '../connections/connectionBook.ts'
import type { NodeColor } from './node.ts'

/** How a connection is, in the words and icons every view uses. */
export interface ConnectionState {
  readonly kind: 'inactive' | 'credentials' | ConnectionStatus['kind']
  /** For a description, lower case. */
  readonly word: string
  /** For a line of its own. */
  readonly title: string
  /** One sentence for a person. */
  readonly message: string
  readonly icon: string
  readonly color: NodeColor
}

/** Reduces everything known of one saved connection to one state. */
export function connectionState({ active, info, problem }: BookEntry): ConnectionState {
  if (!active) return inactive
  if (problem) return failed(problem.message, problem.reason === 'credentials')
  if (!info) return waiting('connecting', 'Connecting', 'Waiting for Warren’s bridge.')
  return ofStatus(info.status)
}

const inactive: ConnectionState = {
  kind: 'inactive',
  word: 'not connected',
  title: 'Not connected',
  message: 'Select to connect.',
  icon: 'debug-disconnect',
  color: 'disabledForeground',
}

function ofStatus(status: ConnectionStatus): ConnectionState {
  switch (status.kind) {
    case 'connecting':
      return waiting('connecting', 'Connecting', status.message)
    case 'connected':
      return {
        kind: 'connected',
        word: 'connected',
        title: 'Connected',
        message: status.message,
        icon: 'pass',
        color: 'testing.iconPassed',
      }
    case 'unresponsive':
      return waiting('unresponsive', 'Not responding', status.message)
    case 'reconnecting':
      return waiting('reconnecting', 'Reconnecting', status.message)
    case 'failed':
      return failed(status.message, status.reason === 'credentials')
  }
}

function waiting(kind: 'connecting' | 'unresponsive' | 'reconnecting', title: string, message: string): ConnectionState {
  const color = kind === 'connecting' ? 'charts.blue' : 'problemsWarningIcon.foreground'
  return { kind, word: title.toLowerCase(), title, message, icon: kind === 'unresponsive' ? 'warning' : 'sync', color }
}

function failed(message: string, credentials: boolean): ConnectionState {
  return {
    kind: credentials ? 'credentials' : 'failed',
    word: credentials ? 'wrong credentials' : 'failed',
    title: credentials ? 'Enter Password…' : 'Not connected',
    message,
    icon: credentials ? 'key' : 'error',
    color: 'problemsErrorIcon.foreground',
  }
}
