import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import type { LeftTracing } from '../protocol/payloads.ts'

const Bounds = v.object({ messages: v.number(), megabytes: v.number(), hours: v.number() })
const Terms = v.object({ bounds: Bounds, resume: v.boolean() })
/** What the user asked for. */
export type PayloadTerms = v.InferOutput<typeof Terms>

/** Whose tracing it is, for a person and for whoever opens the same broker again; without a secret. */
const subject = { broker: v.optional(v.string(), ''), place: v.optional(v.string(), ''), connection: v.optional(v.string(), '') }
const Mark = v.object({ version: v.literal(1), at: v.number(), ...subject })
const Lease = v.object({ version: v.literal(1), host: v.string(), pid: v.number() })
const Asked = v.object({ version: v.literal(1), terms: Terms })

/** Whose tracing it is. */
export interface TracingSubject {
  /** The same text after every restart. */
  readonly broker: string
  /** The virtual host and where it is managed, for a person. */
  readonly place: string
  /** Id of the connection through which it was turned on. */
  readonly connection: string
}

const longestFile = 10_000
/** Milliseconds after which a note that nobody renewed is that of a bridge that is gone, wherever it ran. */
const stale = 60_000

/**
 * What several bridges, and the next one after a crash, know of the tracing of one virtual host: whether Warren turned it on, who uses it,
 * and whether the user wants it on again. Each bridge writes only its own lease, so that no two write the same. Throws where the folder
 * cannot be written: without a note nothing is turned on.
 */
export class TracingNotes {
  /** Which recording this is, among all that ever were. */
  readonly id: string
  readonly #about: TracingSubject
  readonly #folder: string
  readonly #lease: string
  readonly #watch: string

  /** @param id of the recording that a watchdog carries on with; a new one where absent */
  constructor(folder: string, about: TracingSubject, id: string = randomUUID()) {
    this.id = id
    this.#about = about
    this.#folder = folderOf(folder, about.broker)
    this.#lease = join(this.#folder, `${id}.lease.json`)
    this.#watch = join(this.#folder, `${id}.watch.json`)
  }

  /** Epoch seconds at which Warren turned tracing on; null where it did not. */
  get turnedOnAt(): number | null {
    return read(this.#path('turned-on'), Mark)?.at ?? null
  }

  /** What shall be recorded whenever the connection is opened; null where nothing. */
  get asked(): PayloadTerms | null {
    return read(this.#path('asked'), Asked)?.terms ?? null
  }

  /** Noted before it is done: a crash in between costs one look, the other way round tracing would stay on. @param at epoch seconds */
  turnOn(at: number): void {
    const { broker, place, connection } = this.#about
    this.#write(this.#path('turned-on'), { version: 1, at, broker, place, connection })
  }

  /** @param at what was turned on then is off; another bridge may have turned it on since, whose mark stays */
  turnedOff(at: number | null): void {
    if (this.turnedOnAt === at) rmSync(this.#path('turned-on'), { force: true })
  }

  /** Left for whoever opens this broker next: a bridge crashed, and tracing was turned off in its place. @param at epoch seconds */
  tellCrash(at: number): void {
    this.#write(this.#path('crashed'), { version: 1, at })
  }

  /** Whether there was such a crash that nobody was told of yet. */
  takeCrash(): boolean {
    const crashed = read(this.#path('crashed'), Mark) !== null
    if (crashed) rmSync(this.#path('crashed'), { force: true })
    return crashed
  }

  ask(terms: PayloadTerms | null): void {
    if (terms) this.#write(this.#path('asked'), { version: 1, terms })
    else rmSync(this.#path('asked'), { force: true })
  }

  /** This bridge reads copies from now on. */
  hold(): void {
    this.#write(this.#lease, holder())
  }

  /** This process turns tracing off for a bridge that is gone: nobody needs to be told of it. Said again at each attempt. */
  watch(): void {
    this.#write(this.#watch, holder())
  }

  unwatch(): void {
    rmSync(this.#watch, { force: true })
  }

  /** It still does. */
  renew(now = new Date()): void {
    try {
      utimesSync(this.#lease, now, now)
    } catch {
      // Somebody removed it, or the disk is gone: whoever looks takes this bridge for one that ended.
    }
  }

  release(): void {
    rmSync(this.#lease, { force: true })
  }

  /** Whether another bridge reads copies. Forgets those that are gone. @param now milliseconds since 1970 */
  othersHold(now = Date.now()): boolean {
    const others = this.#leases().filter((file) => file !== this.#lease)
    const gone = others.filter((file) => isGone(file, now))
    for (const file of gone) rmSync(file, { force: true })
    return gone.length < others.length
  }

  #leases(): string[] {
    return filesIn(this.#folder, '.lease.json')
  }

  #path(name: string): string {
    return join(this.#folder, `${name}.json`)
  }

  #write(file: string, content: object): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    const written = `${file}.${process.pid}`
    rmSync(written, { force: true })
    writeFileSync(written, JSON.stringify(content), { mode: 0o600, flag: 'wx' })
    renameSync(written, file)
  }
}

/** What was left on by bridges that are gone, as after a loss of power. Never throws. @param now milliseconds since 1970 */
export function leftTracing(folder: string, now = Date.now()): LeftTracing[] {
  return filesIn(folder, '').flatMap((place) => {
    const mark = read(join(place, 'turned-on.json'), Mark)
    const held = [...filesIn(place, '.lease.json'), ...filesIn(place, '.watch.json')].some((file) => !isGone(file, now))
    // Others may have written there: a mark counts only where its broker's place is.
    if (!mark || held || folderOf(folder, mark.broker) !== place) return []
    const { at, broker, place: where, connection } = mark
    return [{ at, broker, place: where, connection }]
  })
}

/** The user wants to hear of it no longer. */
export function forgetTracing(folder: string, broker: string): void {
  rmSync(join(folderOf(folder, broker), 'turned-on.json'), { force: true })
}

function folderOf(folder: string, broker: string): string {
  return join(folder, createHash('sha256').update(broker).digest('hex').slice(0, 32))
}

/** Paths of what is in a folder; none where it cannot be read. */
function filesIn(folder: string, ending: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(ending))
      .map((name) => join(folder, name))
  } catch {
    return []
  }
}

function holder(): object {
  return { version: 1, host: hostname(), pid: process.pid }
}

function isGone(file: string, now: number): boolean {
  const renewed = statSync(file, { throwIfNoEntry: false })?.mtimeMs
  if (renewed === undefined || now - renewed > stale) return true
  const lease = read(file, Lease)
  return lease?.host === hostname() && !isRunning(lease.pid)
}

/** Signal 0 only asks; it is refused for another user's process, which runs all the same. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Null for what is not there or not understood. */
function read<S extends v.GenericSchema>(file: string, schema: S): v.InferOutput<S> | null {
  try {
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > longestFile) return null
    return v.parse(schema, JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}
