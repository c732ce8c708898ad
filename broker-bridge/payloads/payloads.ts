import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { brokerKey } from '../failureInbox.ts'
import { RequestError } from '../protocol/index.ts'
import type { ConnectionInfo, LeftTracing, PayloadsInfo, PayloadsRecorded, PayloadsStopped, TaskKey } from '../protocol/index.ts'
import type { Connection } from '../sources/connection.ts'
import type { TracedMessage } from '../sources/payloadTap.ts'
import { startGuard } from './guard.ts'
import type { KeptPayload } from './messages.ts'
import { PayloadRecording } from './payloadRecording.ts'
import { PayloadStore } from './payloadStore.ts'
import { forgetTracing, leftTracing, TracingNotes } from './tracingNotes.ts'
import type { PayloadTerms } from './tracingNotes.ts'

export interface PayloadOptions {
  /** File of the history, beside which the payloads and the notes about tracing lie. */
  readonly history: string
  /** What runs in the thread: payloads/worker.ts, or its bundle. */
  readonly program: string | URL
  /** What runs beside this process while it records: payloads/watchdog.ts, or its bundle. */
  readonly watchdog: string | URL
}

interface Open {
  readonly connection: Connection
  readonly broker: string
  readonly recording: PayloadRecording | undefined
}

const offText = 'Payloads are kept beside the history, which is turned off.'

/** The exact messages of tasks, by connection: recorded while the user wants them, and found for whoever sends one again. */
export class Payloads {
  readonly #options: PayloadOptions | null
  readonly #store: PayloadStore | undefined
  readonly #changed: () => void
  readonly #open = new Map<string, Open>()
  readonly #ending = new Set<Promise<void>>()

  /** @param changed hears whenever `info` may say something else */
  constructor(options: PayloadOptions | null, changed: () => void) {
    this.#options = options
    this.#changed = changed
    if (options) this.#store = new PayloadStore(fileOf(options), options.program, changed)
  }

  /** A connection begins. */
  open(connection: Connection): void {
    const { id, address } = connection.params
    this.close(id)
    const broker = brokerKey(address)
    const recording = this.#recording(connection, broker)
    this.#open.set(id, { connection, broker, recording })
    // Where nothing was ever recorded, no file is made by looking.
    if (this.#options && existsSync(fileOf(this.#options))) void this.#store?.open(broker)
    void recording?.begin()
  }

  /** A connection ends: what it turned on is turned off. */
  close(id: string): void {
    const { recording } = this.#open.get(id) ?? {}
    this.#open.delete(id)
    if (!recording) return
    const ending = recording.dispose()
    this.#ending.add(ending)
    void ending.then(() => this.#ending.delete(ending))
  }

  /** How it stands; null where the broker makes no copies of messages. */
  info({ id }: Pick<ConnectionInfo, 'id'>): PayloadsInfo | null {
    const { recording, broker } = this.#open.get(id) ?? {}
    if (!recording || broker === undefined || !this.#store) return null
    const { message, ...rest } = recording.info
    return { ...rest, ...this.#store.kept(broker), message: message ?? this.#store.problem }
  }

  /** What is recorded, for the question. @throws RequestError `refused` where it cannot be */
  mayRecord(id: string): PayloadRecording {
    const { recording } = this.#open.get(id) ?? {}
    if (!this.#store) throw new RequestError('refused', offText)
    if (!recording)
      throw new RequestError('refused', 'This broker makes no copies of messages, so their payloads cannot be recorded.')
    if (recording.refusal !== null) throw new RequestError('refused', recording.refusal)
    return recording
  }

  /** @throws RequestError */
  async record(id: string, terms: PayloadTerms): Promise<PayloadsRecorded> {
    const recording = this.mayRecord(id)
    const turnedOn = await recording.start(terms)
    await this.#store?.open(this.#open.get(id)?.broker ?? '', terms.bounds)
    return { turnedOn }
  }

  /** @throws RequestError */
  async stop(id: string, forget: boolean): Promise<PayloadsStopped> {
    const { recording, broker = '' } = this.#open.get(id) ?? {}
    const turnedOff = (await recording?.stop()) ?? false
    const deleted = forget ? ((await this.#store?.forget(broker)) ?? 0) : 0
    this.#changed()
    return { turnedOff, deleted }
  }

  /** All messages of a task that are kept, the oldest first. */
  async find({ connection, id }: TaskKey): Promise<readonly KeptPayload[]> {
    const broker = this.#open.get(connection)?.broker
    if (broker === undefined || !this.#store || this.#store.kept(broker).messages === 0) return this.#findWaiting(broker, id)
    return this.#store.get(broker, id)
  }

  /** Tracing that was left on. What is open here, or just was, is turned off by its recording. */
  get left(): readonly LeftTracing[] {
    const open = new Set([...this.#open.values()].map(({ broker }) => broker))
    return this.#options ? leftTracing(tracingFolder(this.#options.history)).filter(({ broker }) => !open.has(broker)) : []
  }

  forgetLeft(broker: string): null {
    if (this.#options) forgetTracing(tracingFolder(this.#options.history), broker)
    return null
  }

  async dispose(): Promise<void> {
    for (const id of [...this.#open.keys()]) this.close(id)
    await Promise.all(this.#ending)
    await this.#store?.dispose()
  }

  /** Nothing is counted yet of what was just recorded. */
  async #findWaiting(broker: string | undefined, id: string): Promise<readonly KeptPayload[]> {
    const isRecording = [...this.#open.values()].some((one) => one.broker === broker && one.recording?.info.state !== 'off')
    return broker !== undefined && isRecording ? ((await this.#store?.get(broker, id)) ?? []) : []
  }

  #recording(connection: Connection, broker: string): PayloadRecording | undefined {
    const { payloadTap: tap, system } = connection
    if (!this.#options || !tap) return undefined
    const { history, watchdog } = this.#options
    const folder = tracingFolder(history)
    const about = { broker, place: tap.place, connection: connection.params.id }
    const notes = new TracingNotes(folder, about)
    const { eventExchange, controlExchange = '' } = system
    return new PayloadRecording(tap, notes, {
      get forbidden() {
        return forbidden(connection)
      },
      except: [eventExchange, `${controlExchange}.pidbox`, `reply.${controlExchange}.pidbox`],
      guard: () => startGuard(watchdog, { folder, about, id: notes.id, access: tap.handOver() }),
      take: (message) => this.#take(connection, broker, message),
      overflowed: (messages) => this.#store?.overflowed(broker, messages),
      changed: this.#changed,
    })
  }

  #take({ system }: Connection, broker: string, message: TracedMessage): void {
    const sent = system.readSent?.(message.headers)
    if (!sent) return
    const { at, exchange, routingKey, queues, properties, content } = message
    this.#store?.add(broker, { ...sent, at, exchange, routingKey, queues, properties, content })
  }
}

/** Where it is noted what tracing Warren turned on. */
export function tracingFolder(history: string): string {
  return join(dirname(history), 'tracing')
}

function fileOf({ history }: PayloadOptions): string {
  return join(dirname(history), 'payloads.db')
}

/** Only on brokers of development: everybody who uses the virtual host pays for it. */
function forbidden({ info }: Connection): string | null {
  if (info.readOnly) return 'This connection is read-only.'
  if (info.environment === 'development') return null
  return `Payloads are recorded on development brokers only, because tracing slows the whole virtual host down; this connection is ${
    info.environment == null ? 'not said to be one' : `called ${info.environment}`
  }.`
}
