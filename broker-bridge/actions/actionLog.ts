import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { ActionEntry, messageOf, placeLine } from '../protocol/index.ts'
import type { ActionList, Place } from '../protocol/index.ts'
import { redactText } from '../redact.ts'
import type { Deed } from './door.ts'

/** Bytes of a file before a new one is begun; the one before is kept, older ones go. */
const largest = 2 * 2 ** 20
const longest = 500
const held = 1_000

/**
 * What was done through Warren, a line of JSON each, in a file only its owner can read. Lines are only ever added: several bridges
 * may share the file. Nothing here throws: what was done is done, whether or not it can be noted.
 */
export class ActionLog {
  readonly #file: string | null
  readonly #log: (line: string) => void
  /** Newest last; what is shown where no file is kept. */
  #recent: ActionEntry[] = []

  /** @param folder null keeps nothing beyond this process */
  constructor(folder: string | null, log: (line: string) => void) {
    this.#file = folder === null ? null : join(folder, 'actions.jsonl')
    this.#log = log
  }

  note(deed: Deed, place: Place | undefined): void {
    this.#add({ at: Date.now() / 1_000, place: place ? placeLine(place) : '', ...deed })
  }

  #add(entry: ActionEntry): void {
    const kept: ActionEntry = {
      ...entry,
      what: fit(entry.what),
      said: fit(entry.said),
      place: fit(entry.place),
      by: fit(entry.by),
    }
    this.#recent = [...this.#recent.slice(1 - held), kept]
    if (this.#file === null) return
    try {
      this.#append(this.#file, `${JSON.stringify(kept)}\n`)
    } catch (error) {
      this.#log(`An action could not be noted: ${messageOf(error)}`)
    }
  }

  /** The newest entries, newest first. */
  list(limit: number): ActionList {
    if (this.#file === null) return { entries: this.#recent.slice(-limit).reverse(), file: null }
    const newest = readEntries(this.#file)
    const entries = newest.length >= limit ? newest : [...readEntries(`${this.#file}.1`), ...newest]
    return { entries: entries.slice(-limit).reverse(), file: this.#file }
  }

  #append(file: string, line: string): void {
    mkdirSync(join(file, '..'), { recursive: true, mode: 0o700 })
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > largest) renameSync(file, `${file}.1`)
    const opened = openSync(file, 'a', 0o600)
    try {
      if (!fstatSync(opened).isFile()) throw new Error(`${file} is not a file.`)
      writeSync(opened, line)
    } finally {
      closeSync(opened)
    }
  }
}

function readEntries(file: string): ActionEntry[] {
  if (!existsSync(file)) return []
  try {
    return readFileSync(file, 'utf8').split('\n').flatMap(readEntry)
  } catch {
    return []
  }
}

/** A line that another version wrote, or that is cut, is left out. */
function readEntry(line: string): ActionEntry[] {
  try {
    const entry = v.safeParse(ActionEntry, JSON.parse(line))
    return entry.success ? [entry.output] : []
  } catch {
    return []
  }
}

function fit(text: string): string {
  const safe = redactText(text)
  return safe.length > longest ? `${safe.slice(0, longest)}…` : safe
}
