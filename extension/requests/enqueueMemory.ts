import { readKeptEnqueues } from '../../broker-bridge/protocol/index.ts'
import type { KeptEnqueues } from '../../broker-bridge/protocol/index.ts'
import type { PlainStorage } from '../connections/savedConnections.ts'

const key = 'enqueues'

/** What was enqueued in this workspace, and what of it has a name; nothing in it is secret. */
export class EnqueueMemory {
  readonly #storage: PlainStorage

  constructor(storage: PlainStorage) {
    this.#storage = storage
  }

  get kept(): KeptEnqueues {
    return readKeptEnqueues(this.#storage.get(key))
  }

  async change(change: (kept: KeptEnqueues) => KeptEnqueues): Promise<void> {
    await this.#storage.update(key, change(this.kept))
  }
}
