import { FileThread, ThreadProblem } from '../history/thread.ts'
import { payloadBounds } from '../protocol/index.ts'
import type { PayloadBounds, PayloadsInfo } from '../protocol/index.ts'
import type { KeptPayload, PayloadCalls } from './messages.ts'
import { payloadKind } from './schema.ts'

/** Milliseconds for which messages are collected before they are written. */
const writeEvery = 250
/** Milliseconds between two looks for what became too old. */
const ageEvery = 600_000
/** Bytes that may wait to be written: a disk that cannot keep up costs messages, never memory. */
const waitingLimit = 64 * 2 ** 20
/** Bytes of one message: what is larger is counted, not kept. */
export const largestPayload = 16 * 2 ** 20
const endPatience = 1_500

type Kept = Pick<PayloadsInfo, 'messages' | 'bytes' | 'dropped' | 'bounds'>

/** What is known of one broker's messages. */
interface Shelf {
  bounds: PayloadBounds
  waiting: KeptPayload[]
  messages: number
  bytes: number
  overflow: number
  large: number
  old: number
}

/** Messages of tasks on their way into the file, and out of it. Nothing here waits for a disk. */
export class PayloadStore {
  readonly #thread: FileThread<PayloadCalls>
  readonly #changed: () => void
  readonly #shelves = new Map<string, Shelf>()
  #waiting = 0
  #problem: string | null = null
  #timer: NodeJS.Timeout | undefined
  readonly #ageing: NodeJS.Timeout
  #writing: Promise<void> = Promise.resolve()

  /** @param program payloads/worker.ts, or its bundle @param changed hears whenever `kept` may say something else */
  constructor(file: string, program: string | URL, changed: () => void) {
    this.#thread = new FileThread(program, { file }, payloadKind.name)
    this.#changed = changed
    this.#ageing = setInterval(() => this.#letAge(), ageEvery)
    this.#ageing.unref()
  }

  /** Why nothing can be written at the moment, or what became of an earlier file, as one sentence; null where nothing is wrong. */
  get problem(): string | null {
    return this.#problem
  }

  kept(broker: string): Kept {
    const { bounds, messages, bytes, overflow, large, old } = this.#shelf(broker)
    return { bounds, messages, bytes, dropped: { overflow, large, old } }
  }

  /** Looks what is there, and lets go what is too old. @param bounds of how much is kept from now on; where absent, as before */
  async open(broker: string, bounds: PayloadBounds | null = null): Promise<void> {
    await this.#write(broker, bounds)
  }

  add(broker: string, payload: KeptPayload): void {
    const shelf = this.#shelf(broker)
    const size = payload.content.length + payload.properties.length
    if (size > largestPayload || this.#waiting + size > waitingLimit) {
      shelf.large++
      return this.#changed()
    }
    this.#waiting += size
    shelf.waiting.push(payload)
    this.#timer ??= setTimeout(() => void this.#writeAll(), writeEvery)
  }

  overflowed(broker: string, messages: number): void {
    this.#shelf(broker).overflow += messages
    this.#changed()
  }

  /** All messages of one task, the oldest first; none where the file cannot be read. */
  async get(broker: string, id: string): Promise<readonly KeptPayload[]> {
    await this.#writeAll()
    return this.#thread.call('get', { broker, id }).catch((error: unknown) => (this.#note(error), []))
  }

  /** @returns how many there were @throws ThreadProblem */
  async forget(broker: string): Promise<number> {
    await this.#writeAll()
    const gone = await this.#thread.call('forget', { broker })
    Object.assign(this.#shelf(broker), { messages: 0, bytes: 0, overflow: 0, large: 0, old: 0 })
    this.#changed()
    return gone
  }

  /** Also what nobody adds to any more becomes too old. */
  #letAge(): void {
    for (const [broker, { messages }] of this.#shelves) if (messages > 0) void this.#write(broker)
  }

  async dispose(): Promise<void> {
    clearInterval(this.#ageing)
    await Promise.race([this.#writeAll(), new Promise((resolve) => setTimeout(resolve, endPatience).unref())])
    await this.#thread.close(endPatience)
  }

  #shelf(broker: string): Shelf {
    const known = this.#shelves.get(broker)
    if (known) return known
    const shelf = { bounds: payloadBounds, waiting: [], messages: 0, bytes: 0, overflow: 0, large: 0, old: 0 }
    this.#shelves.set(broker, shelf)
    return shelf
  }

  #writeAll(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const brokers = [...this.#shelves].filter(([, { waiting }]) => waiting.length > 0).map(([broker]) => broker)
    this.#writing = Promise.all([this.#writing, ...brokers.map((broker) => this.#write(broker))]).then(() => undefined)
    return this.#writing
  }

  async #write(broker: string, bounds: PayloadBounds | null = null): Promise<void> {
    const shelf = this.#shelf(broker)
    const payloads = shelf.waiting.splice(0)
    try {
      const { notice, ...counts } = await this.#thread.call('write', { broker, payloads, bounds })
      this.#problem = notice
      Object.assign(shelf, counts)
    } catch (error) {
      shelf.large += payloads.length
      this.#note(error)
    }
    for (const { content, properties } of payloads) this.#waiting -= content.length + properties.length
    this.#changed()
  }

  #note(error: unknown): void {
    this.#problem = error instanceof ThreadProblem ? error.message : `${payloadKind.name} is paused.`
    this.#changed()
  }
}
