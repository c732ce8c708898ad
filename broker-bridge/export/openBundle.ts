import { RequestError, visibleLine } from '../protocol/index.ts'
import type { ConnectParams } from '../protocol/index.ts'
import { Connection } from '../sources/connection.ts'
import type { ConnectionTopic } from '../sources/connection.ts'
import { bundledSystem } from '../sources/index.ts'
import type { TaskStore } from '../tasks/store.ts'
import type { StoredTask } from '../tasks/stored.ts'
import { BundleProblem, readHeader, readLine } from './bundle.ts'
import type { ReadHeader } from './bundle.ts'
import { BundleBroker } from './bundleBroker.ts'
import { bundleLines } from './bundleLines.ts'

/** Tasks put into the store before others may run. */
const batch = 500

/** What a bundle was read into. */
export interface OpenedBundle {
  /** One for each connection whose tasks are in the bundle; not started. */
  readonly connections: readonly Connection[]
}

interface Place {
  readonly store: TaskStore
  /** Begins the names of the bundle's connections; no other connection's begins so. */
  readonly name: string
  readonly changed: (topic: ConnectionTopic) => void
}

/**
 * Reads a bundle into the store, as read-only connections without a broker.
 * @throws RequestError `invalid` where this is no bundle; the store then holds nothing of it
 */
export async function openBundle(bytes: AsyncIterable<Uint8Array>, place: Place): Promise<OpenedBundle> {
  const lines = bundleLines(bytes)
  try {
    const first = await lines.next()
    const header = readHeader(first.done === true ? '' : first.value)
    const names = new Map(header.connections.map(({ id }, index) => [id, `${place.name}-${index + 1}`]))
    const told = await new Taking(place.store, names).take(lines).catch((error: unknown) => {
      for (const name of names.values()) place.store.drop(name)
      throw error
    })
    return {
      connections: header.connections.map((connection) =>
        toConnection(header, connection, place, names.get(connection.id) ?? '', told),
      ),
    }
  } catch (error) {
    if (error instanceof BundleProblem) throw new RequestError('invalid', error.message)
    throw error
  } finally {
    await lines.return(undefined)
  }
}

/** Puts tasks into the store as their lines come, newest first as the store wants them. */
class Taking {
  readonly #store: TaskStore
  readonly #names: ReadonlyMap<string, string>
  readonly #waiting = new Map<string, StoredTask[]>()
  #count = 0
  #damaged = 0
  #full = false
  #promised: number | null = null

  constructor(store: TaskStore, names: ReadonlyMap<string, string>) {
    this.#store = store
    this.#names = names
  }

  /** @returns what came of it, as a sentence's end */
  async take(lines: AsyncIterable<string>): Promise<string> {
    for await (const line of lines) {
      this.#takeLine(line)
      if (this.#count % batch === 0) await this.#flush()
    }
    await this.#flush()
    return this.#told()
  }

  #takeLine(json: string): void {
    const line = readLine(json)
    if (line === undefined) this.#damaged++
    else if ('end' in line) this.#promised = line.end
    else this.#keep(line.connection, line.task)
  }

  #keep(connection: string, task: StoredTask): void {
    const name = this.#names.get(connection)
    if (name === undefined) {
      this.#damaged++
      return
    }
    this.#count++
    const waiting = this.#waiting.get(name) ?? []
    this.#waiting.set(name, waiting)
    waiting.push(task)
  }

  async #flush(): Promise<void> {
    for (const [name, tasks] of this.#waiting) if (!this.#store.restore(name, tasks)) this.#full = true
    this.#waiting.clear()
    await new Promise((resolve) => setImmediate(resolve))
  }

  #told(): string {
    const broken = this.#promised === null ? ' The file breaks off: tasks at its end are missing.' : ''
    const damaged = this.#damaged > 0 ? ` ${this.#damaged} of its lines were damaged and left out.` : ''
    const full = this.#full ? ' There was no room for all of them; start Warren with a larger --max-tasks.' : ''
    return `${this.#count} tasks as they were then.${broken}${damaged}${full}`
  }
}

function toConnection(
  header: ReadHeader,
  connection: ReadHeader['connections'][number],
  { store, changed }: Place,
  id: string,
  told: string,
): Connection {
  const made = new Date(header.madeAt * 1000)
  const when = Number.isNaN(made.getTime()) ? 'an unknown time' : `${made.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const params: ConnectParams = {
    id,
    name: `${visibleLine(connection.name, 100)} (bundle)`,
    address: connection.address,
    readOnly: true,
    keepEventsOn: false,
  }
  const message = `A bundle of ${when}, made by ${visibleLine(header.madeBy, 60)}: ${told}`
  const past = { gaps: connection.gaps, keptOn: false }
  const opened = new Connection(params, new BundleBroker(header, connection, message), bundledSystem, store, changed, past)
  opened.workers.restore(header.workers.filter((worker) => worker.connection === connection.id))
  return opened
}
