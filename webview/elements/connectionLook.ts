import type { ConnectionInfo } from '../../broker-bridge/protocol/index.ts'

/** A connection's state as a word and a colour's class. */
export function connectionLook({ status }: ConnectionInfo): { readonly label: string; readonly tone: string } {
  switch (status.kind) {
    case 'connected':
      return { label: 'Connected', tone: 'tone-good' }
    case 'connecting':
      return { label: 'Connecting…', tone: 'tone-running' }
    case 'unresponsive':
      return { label: 'Not responding', tone: 'tone-again' }
    case 'reconnecting':
      return { label: 'Reconnecting…', tone: 'tone-again' }
    case 'failed':
      return { label: 'Failed', tone: 'tone-bad' }
  }
}
