import { join } from 'node:path'
import { MarkFile } from './markFile.ts'
import { hostText, parseAddress } from './protocol/address.ts'
import type { ConnectParams, FailurePicture, Result, ValidParams } from './protocol/index.ts'
import type { TaskStore } from './tasks/store.ts'

/** The failures of a bridge by their cause, with the marks that outlive it. */
export class FailureInbox {
  readonly #store: TaskStore
  readonly #file: MarkFile | undefined
  #told = 0

  /** @param folder where marks are kept; null forgets them at the end */
  constructor(store: TaskStore, folder: string | null, log: (line: string) => void) {
    this.#store = store
    if (folder !== null) this.#file = new MarkFile(join(folder, 'failures.json'), store.failureMarks, log)
  }

  /** True once after each change. */
  get hasChanged(): boolean {
    const { revision } = this.#store.failures
    const changed = revision !== this.#told
    this.#told = revision
    return changed
  }

  /** A connection begins, or goes on. */
  open({ id, address }: ConnectParams): void {
    this.#store.failures.open(id, brokerKey(address))
  }

  picture(): FailurePicture {
    return this.#store.failures.picture()
  }

  mark({ connection, fingerprints, mark }: ValidParams<'markFailures'>): Result<'markFailures'> {
    return { marked: this.#store.failures.mark(connection, fingerprints, mark, Date.now() / 1000) }
  }

  dispose(): void {
    this.#file?.dispose()
  }
}

/** A broker whoever is connected to it: its hosts and virtual host. */
export function brokerKey(text: string): string {
  const address = parseAddress(text)
  return 'problem' in address ? '' : `${address.hosts.map(hostText).join(',')}/${address.virtualHost}`
}
