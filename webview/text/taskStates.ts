import { knownStates, visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { KnownState, TaskState } from '../../broker-bridge/protocol/index.ts'
import type { IconName } from '../look/icons.ts'

/** How a state looks: an icon, the colour's class and a word, so that colour is never the only difference. */
export interface StateLook {
  readonly icon: IconName
  readonly tone: 'idle' | 'running' | 'good' | 'bad' | 'again' | 'dropped' | 'custom'
  readonly label: string
}

const looks: Readonly<Record<KnownState, StateLook>> = {
  PENDING: { icon: 'circle-outline', tone: 'idle', label: 'Pending' },
  RECEIVED: { icon: 'inbox', tone: 'idle', label: 'Received' },
  STARTED: { icon: 'play-circle', tone: 'running', label: 'Started' },
  RETRY: { icon: 'debug-restart', tone: 'again', label: 'Retry' },
  SUCCESS: { icon: 'pass', tone: 'good', label: 'Success' },
  FAILURE: { icon: 'error', tone: 'bad', label: 'Failure' },
  REVOKED: { icon: 'circle-slash', tone: 'dropped', label: 'Revoked' },
  REJECTED: { icon: 'circle-slash', tone: 'dropped', label: 'Rejected' },
}

/** The look of any state; one that a custom event brought gets its own name, made fit to be shown. */
export function lookOf(state: TaskState): StateLook {
  if (isKnown(state)) return looks[state]
  const label = visibleLine(state, 30).toLowerCase()
  return { icon: 'pulse', tone: 'custom', label: label.charAt(0).toUpperCase() + label.slice(1) }
}

function isKnown(state: TaskState): state is KnownState {
  return (knownStates as readonly string[]).includes(state)
}

const usual: readonly KnownState[] = ['RECEIVED', 'STARTED', 'SUCCESS', 'RETRY', 'FAILURE']

/**
 * The states worth a chip: the usual ones always, in their order, so that nothing jumps; others when there are any of them
 * or when the filter names them.
 */
export function chipStates(counts: Readonly<Record<string, number>>, chosen: readonly string[]): string[] {
  const present = Object.keys(counts).filter((state) => (counts[state] ?? 0) > 0)
  const wanted = new Set<string>([...usual, ...present, ...chosen])
  const known = knownStates.filter((state) => wanted.has(state))
  const custom = [...wanted].filter((state) => !isKnown(state)).sort()
  return [...known, ...custom.slice(0, 6)]
}
