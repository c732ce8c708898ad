import type { Operation } from '../../broker-bridge/protocol/index.ts'

/** Pieces of work that this page began, and the messages each of them takes out of the queue. */
export class OperationsFollowed {
  readonly #about = new Map<string, readonly string[]>()

  /**
   * Remembers which messages a piece of work is about.
   * @returns them where it is done already
   */
  follow(operation: Operation, lines: readonly string[]): readonly string[] | undefined {
    if (isDone(operation, lines)) return lines
    if (lines.length > 0) this.#about.set(operation.id, lines)
    return undefined
  }

  /** @returns the messages that are gone now, for each piece of work that ended */
  take(operations: readonly Operation[]): (readonly string[])[] {
    const done = operations.filter((operation) => this.#about.has(operation.id) && operation.endedAt !== null)
    const lost = done.flatMap((operation) => {
      const lines = this.#about.get(operation.id) ?? []
      return isDone(operation, lines) ? [lines] : []
    })
    for (const { id } of done) this.#about.delete(id)
    return lost
  }
}

/** Where only some were dealt with, nobody can tell which. */
function isDone({ state, done }: Operation, lines: readonly string[]): boolean {
  return state === 'done' && done >= lines.length
}
