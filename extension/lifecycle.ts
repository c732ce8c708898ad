/** Something to be given back. The same shape as VS Code's own, so that both kinds mix and plain Node can test them. */
export interface Disposable {
  dispose(): void
}

/** Owns what lives equally long. What is added after its end is disposed at once, so nothing can be late. */
export class DisposableStore implements Disposable {
  readonly #members = new Set<Disposable>()
  #disposed = false

  add<T extends Disposable>(member: T): T {
    if (this.#disposed) member.dispose()
    else this.#members.add(member)
    return member
  }

  /** Adds a function that undoes something. */
  defer(undo: () => void): void {
    this.add({ dispose: undo })
  }

  /** Disposes everything, the newest first, also when a member throws; the first error is thrown afterwards. */
  dispose(): void {
    this.#disposed = true
    const members = [...this.#members].reverse()
    this.#members.clear()
    const errors: unknown[] = []
    for (const member of members) {
      try {
        member.dispose()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length > 0) throw errors[0]
  }
}

export type Event<T> = (listener: (value: T) => void) => Disposable

/** Tells listeners something happened; one listener that throws does not silence the others. */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<(value: T) => void>()
  readonly #onError: (error: unknown) => void

  /** @param onError hears of a listener that threw */
  constructor(onError: (error: unknown) => void = () => undefined) {
    this.#onError = onError
  }

  readonly event: Event<T> = (listener) => {
    const entry = (value: T): void => listener(value)
    this.#listeners.add(entry)
    return { dispose: () => void this.#listeners.delete(entry) }
  }

  fire(value: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value)
      } catch (error) {
        this.#onError(error)
      }
    }
  }

  dispose(): void {
    this.#listeners.clear()
  }
}
