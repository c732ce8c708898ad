import type { Host } from '../host.ts'

/** Seconds that a chart shows at most. */
const longestChart = 86_400

/** Has VS Code ask git for commits only while somebody looks at what they stand in. */
export class CommitWatch {
  readonly #host: Host
  #watching = false

  constructor(host: Host) {
    this.#host = host
  }

  show(shown: boolean): void {
    if (this.#host.kind !== 'vscode' || shown === this.#watching) return
    this.#watching = shown
    this.#host.post({ type: 'watchCommits', since: shown ? Date.now() / 1000 - longestChart : null })
  }
}
