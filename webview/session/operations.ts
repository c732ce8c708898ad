import type { Operation } from '../../broker-bridge/protocol/index.ts'

/** Pieces of work that this page began, and the messages each of them takes out of the queue. */
export class OperationsFollowed {
  readonly #about = new Map<string, readonly string[]>()

  /**
   * Remembers which messages a piece of work is about.
   * @returns their marks where it is done already
   */
  follow(operation: Operation, marks: readonly string[]): readonly string[] | undefined {
    if (isDone(operation, marks)) return marks
    if (marks.length > 0) this.#about.set(operation.id, marks)
    return undefined
  }

  /** @returns marks of the messages that are gone now, for each piece of work that ended */
  take(operations: readonly Operation[]): (readonly string[])[] {
    const done = operations.filter((operation) => this.#about.has(operation.id) && operation.endedAt !== null)
    const lost = done.flatMap((operation) => {
      const marks = this.#about.get(operation.id) ?? []
      return isDone(operation, marks) ? [marks] : []
    })
    for (const { id } of done) this.#about.delete(id)
    return lost
  }
}

/** Where only some were dealt with, nobody can tell which. */
function isDone({ state, done }: Operation, marks: readonly string[]): boolean {
  return state === 'done' && done >= marks.length
}
