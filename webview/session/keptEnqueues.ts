import { readKeptEnqueues } from '../../broker-bridge/protocol/index.ts'
import type { KeptEnqueues } from '../../broker-bridge/protocol/index.ts'

/** Behind a proxy several bridges share one origin, told apart by path only. */
const key = (): string => `warren.enqueues:${location.pathname}`

/** What this browser keeps of what was enqueued; nothing in it is secret. */
export function loadKeptEnqueues(): KeptEnqueues {
  try {
    return readKeptEnqueues(JSON.parse(localStorage.getItem(key()) ?? 'null'))
  } catch {
    return readKeptEnqueues(null)
  }
}

export function storeKeptEnqueues(kept: KeptEnqueues): void {
  try {
    localStorage.setItem(key(), JSON.stringify(kept))
  } catch {
    // A browser that keeps nothing, or is full: the list lasts as long as the dialog.
  }
}
