import type { FailureMark } from '../protocol/index.ts'

/** What somebody decided about a group of failures, or that it came back afterwards. */
export interface Marked {
  /** `new` stands for a group that was resolved and failed again. */
  readonly mark: FailureMark
  /** Epoch seconds. */
  readonly at: number
}

/** A mark with what it stands on. */
export interface MarkEntry extends Marked {
  readonly broker: string
  readonly fingerprint: string
}

const markLimit = 5_000

/** Marks of groups by broker, so that they are there again whatever a connection is called. The oldest make room. */
export class FailureMarks {
  readonly #marks = new Map<string, MarkEntry>()
  /** Called for each change, with undefined where a mark was taken away. */
  onChange: ((broker: string, fingerprint: string, marked: Marked | undefined) => void) | undefined

  get(broker: string, fingerprint: string): Marked | undefined {
    return this.#marks.get(keyOf(broker, fingerprint))
  }

  /** Undefined takes a mark away. */
  set(broker: string, fingerprint: string, marked: Marked | undefined): void {
    this.#put(broker, fingerprint, marked)
    this.onChange?.(broker, fingerprint, marked)
  }

  /** Takes in what was kept, as if it had been there before. */
  restore(entries: readonly MarkEntry[]): void {
    for (const { broker, fingerprint, mark, at } of entries) this.#put(broker, fingerprint, { mark, at })
  }

  /** The oldest first. */
  entries(): MarkEntry[] {
    return [...this.#marks.values()]
  }

  #put(broker: string, fingerprint: string, marked: Marked | undefined): void {
    const key = keyOf(broker, fingerprint)
    this.#marks.delete(key)
    if (marked) this.#marks.set(key, { broker, fingerprint, ...marked })
    const [oldest] = this.#marks.size > markLimit ? this.#marks.keys() : []
    if (oldest !== undefined) this.#marks.delete(oldest)
  }
}

function keyOf(broker: string, fingerprint: string): string {
  return `${fingerprint} ${broker}`
}
