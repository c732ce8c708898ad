import type { WaitingMessage } from '../../protocol/index.ts'
import type { RawMessage } from './queues.ts'

/** Bytes of bodies that are kept of earlier looks, and looks at most. */
const bytesKept = 32 * 2 ** 20
const looksKept = 8

interface SeenPlace {
  readonly connection: string
  readonly virtualHost: string
  readonly queue: string
}

interface Seen {
  readonly bytes: number
  readonly byMark: ReadonlyMap<string, RawMessage>
}

/** What the last looks saw, so that a message can be shown whole without touching its queue again. */
export class SeenMessages {
  /** By place, the oldest look first. */
  readonly #looks = new Map<string, Seen>()

  keep(place: SeenPlace, messages: readonly WaitingMessage[], raw: readonly RawMessage[]): void {
    const name = nameOf(place)
    this.#looks.delete(name)
    const byMark = new Map(messages.flatMap(({ mark }, index) => (raw[index] ? [[mark, raw[index]] as const] : [])))
    this.#looks.set(name, { bytes: raw.reduce((sum, { content }) => sum + content.length, 0), byMark })
    this.#makeRoom()
  }

  find(place: SeenPlace, mark: string): RawMessage | undefined {
    return this.#looks.get(nameOf(place))?.byMark.get(mark)
  }

  #makeRoom(): void {
    let bytes = [...this.#looks.values()].reduce((sum, look) => sum + look.bytes, 0)
    for (const [name, look] of this.#looks) {
      if (this.#looks.size === 1 || (bytes <= bytesKept && this.#looks.size <= looksKept)) return
      this.#looks.delete(name)
      bytes -= look.bytes
    }
  }
}

function nameOf({ connection, virtualHost, queue }: SeenPlace): string {
  return JSON.stringify([connection, virtualHost, queue])
}
