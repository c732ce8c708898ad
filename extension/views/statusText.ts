import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { BridgeStatus } from '../bridge/bridge.ts'
import type { BookEntry } from '../connections/connectionBook.ts'
import { countText, pickText } from '../shownText.ts'
import { connectionState } from './connectionState.ts'
import type { ConnectionState } from './connectionState.ts'

/** What the status bar shows, as data. */
export interface StatusPicture {
  readonly text: string
  /** Plain text. */
  readonly tooltip: string
  readonly accessibility: string
  readonly background: 'warning' | 'error' | undefined
}

/** From worst to best: the status bar shows the state of the worst connection. */
const order: readonly ConnectionState['kind'][] = [
  'credentials',
  'failed',
  'unresponsive',
  'reconnecting',
  'connecting',
  'connected',
  'inactive',
]

/** One line for all connections and their recent failures. */
export function statusPicture(bridge: BridgeStatus, active: readonly BookEntry[], failures: number): StatusPicture {
  if (bridge.kind === 'stopped') return stopped(bridge.message)
  const states = active.map((entry) => ({ entry, state: connectionState(entry) }))
  const worst = states.sort((a, b) => order.indexOf(a.state.kind) - order.indexOf(b.state.kind))[0]
  if (!worst)
    return {
      text: '$(plug) Warren',
      tooltip: 'Warren: not connected. Select to connect.',
      accessibility: 'Warren: not connected',
      background: undefined,
    }
  const { icon, word, background } = look(worst.state)
  const guarded = guardedAmong(active)
  // A state that is not fine belongs to one connection, so that one is named.
  const name = active.length > 1 && word === '' ? countText(active.length, 'broker') : visibleLine(worst.entry.saved.name, 40)
  const recording = active.filter(({ info }) => info?.payloads && info.payloads.state !== 'off')
  const failed = failures > 0 ? ` · ${failures} failed` : ''
  return {
    text: `$(${icon}) ${pickText(name)}${word === '' ? '' : `: ${word}`}${guarded === null ? '' : ` · ${guarded.label}`}${recording.length === 0 ? '' : ' · $(record)'}${failed}`,
    tooltip: [
      ...states.map(
        ({ entry, state }) =>
          `${visibleLine(entry.saved.name)} (${entry.saved.environment}${entry.saved.readOnly ? ', read-only' : ''}): ${state.word}. ${visibleLine(state.message, 300)}`,
      ),
      ...recording.map(({ saved }) => `Payloads of ${visibleLine(saved.name)} are recorded: tracing is on.`),
      `${countText(failures, 'task')} failed in the last ten minutes.`,
    ].join('\n'),
    accessibility: `Warren: ${name} ${worst.state.word}${guarded === null ? '' : `, ${guarded.spoken}`}${recording.length === 0 ? '' : ', payloads are recorded'}, ${countText(failures, 'recent failure')}`,
    background: background ?? (guarded?.writable === true ? 'warning' : undefined),
  }
}

/**
 * The environment to be careful with among those connected. VS Code wants its two backgrounds for what needs attention: that is
 * production that a click can change, and no other.
 */
function guardedAmong(active: readonly BookEntry[]): { label: string; spoken: string; writable: boolean } | null {
  const production = active.filter(({ saved }) => saved.environment === 'production')
  if (production.length === 0)
    return active.some(({ saved }) => saved.environment === 'staging')
      ? { label: 'STAGING', spoken: 'staging', writable: false }
      : null
  const writable = production.some(({ saved }) => !saved.readOnly)
  return {
    label: writable ? 'PRODUCTION' : '$(lock) PRODUCTION',
    spoken: writable ? 'production, changes are allowed' : 'production, read-only',
    writable,
  }
}

function stopped(message: string): StatusPicture {
  return {
    text: '$(error) Warren: bridge ended',
    tooltip: visibleLine(message, 500),
    accessibility: `Warren: ${visibleLine(message, 500)}`,
    background: 'error',
  }
}

function look({ kind, word }: ConnectionState): { icon: string; word: string; background: StatusPicture['background'] } {
  switch (kind) {
    case 'inactive':
      return { icon: 'plug', word, background: undefined }
    case 'connected':
      return { icon: 'broadcast', word: '', background: undefined }
    case 'connecting':
      return { icon: 'sync~spin', word, background: undefined }
    case 'reconnecting':
      return { icon: 'sync~spin', word, background: 'warning' }
    case 'unresponsive':
      return { icon: 'warning', word, background: 'warning' }
    case 'credentials':
      return { icon: 'key', word, background: 'error' }
    case 'failed':
      return { icon: 'error', word, background: 'error' }
  }
}
