import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import * as v from 'valibot'
import { failureMarks, messageOf } from './protocol/index.ts'
import { FailureMarks } from './tasks/failureMarks.ts'
import type { MarkEntry, Marked } from './tasks/failureMarks.ts'

const Kept = v.object({
  version: v.literal(1),
  marks: v.array(v.object({ broker: v.string(), fingerprint: v.string(), mark: v.picklist(failureMarks), at: v.number() })),
})

/** Far beyond what as many marks as are kept need. */
const longestFile = 16 * 2 ** 20
/** Milliseconds from a change to its writing: marking a hundred groups writes once. */
const pause = 200

/**
 * Keeps marks of failures in a file that only its owner can read. Several bridges may share it: each puts only what it changed
 * itself into what it finds. Nothing here throws: a monitor without its marks is still a monitor.
 */
export class MarkFile {
  readonly #file: string
  readonly #log: (line: string) => void
  #changes: (readonly [broker: string, fingerprint: string, marked: Marked | undefined])[] = []
  #timer: NodeJS.Timeout | undefined

  /** Restores what was kept, and keeps every change from now on. */
  constructor(file: string, marks: FailureMarks, log: (line: string) => void) {
    this.#file = file
    this.#log = log
    marks.restore(this.#read())
    marks.onChange = (...change) => {
      this.#changes.push(change)
      this.#timer ??= setTimeout(() => this.#save(), pause)
    }
  }

  /** Writes what is not written yet. */
  dispose(): void {
    clearTimeout(this.#timer)
    if (this.#changes.length > 0) this.#save()
  }

  #save(): void {
    this.#timer = undefined
    const marks = new FailureMarks()
    marks.restore(this.#read())
    for (const change of this.#changes) marks.set(...change)
    this.#changes = []
    try {
      this.#write(JSON.stringify({ version: 1, marks: marks.entries() }))
    } catch (error) {
      this.#log(`Marks of failures could not be kept: ${messageOf(error)}`)
    }
  }

  /** By way of another file, so that whatever happens one of them is whole. */
  #write(text: string): void {
    const written = `${this.#file}.${process.pid}`
    mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 })
    rmSync(written, { force: true })
    writeFileSync(written, text, { mode: 0o600, flag: 'wx' })
    renameSync(written, this.#file)
  }

  #read(): MarkEntry[] {
    try {
      if ((statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0) > longestFile) throw new Error('it is too long')
      return v.parse(Kept, JSON.parse(readFileSync(this.#file, 'utf8'))).marks
    } catch (error) {
      if (!isMissing(error)) this.#setAside(messageOf(error))
      return []
    }
  }

  #setAside(reason: string): void {
    this.#log(
      `The file with the marks of failures cannot be read (${reason.slice(0, 200)}); it is kept as ${this.#file}.damaged.`,
    )
    try {
      renameSync(this.#file, `${this.#file}.damaged`)
    } catch (error) {
      this.#log(messageOf(error))
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
