import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as v from 'valibot'
import { Mark, markLimit, messageOf } from './protocol/index.ts'

const Kept = v.object({
  version: v.literal(1),
  marks: v.pipe(v.array(Mark), v.maxLength(markLimit)),
  /** Marks that were removed: other bridges hold them still, and would bring them back. */
  removed: v.optional(v.pipe(v.array(v.pipe(v.string(), v.maxLength(2_000))), v.maxLength(markLimit)), []),
})
type Kept = v.InferOutput<typeof Kept>
/** Far beyond what as many marks need. */
const longestFile = 2 ** 20

/** The newest marks, oldest first, each once. */
export function joinMarks(...parts: readonly (readonly Mark[])[]): Mark[] {
  const all = new Map(parts.flat().map((mark) => [keyOf(mark), mark]))
  return [...all.values()].sort((one, other) => one.at - other.at || (one.text < other.text ? -1 : 1)).slice(-markLimit)
}

function keyOf({ at, kind, text }: Mark): string {
  return JSON.stringify([at, kind, text])
}

/**
 * Marks that scripts told of, in memory and in a file that only its owner can read. Several bridges may share it: each joins what
 * it was told with what it finds. Nothing here throws: a monitor without its marks is still a monitor.
 */
export class Marks {
  readonly #file: string | null
  readonly #log: (line: string) => void
  #marks: readonly Mark[] = []

  /** @param folder where marks are kept; null forgets them at the end */
  constructor(folder: string | null, log: (line: string) => void) {
    this.#file = folder === null ? null : join(folder, 'marks.json')
    this.#log = log
    this.look()
  }

  /** Oldest first. */
  get all(): readonly Mark[] {
    return this.#marks
  }

  add(mark: Mark): void {
    const { marks, removed } = this.#read()
    this.#keep(joinMarks(marks, this.#marks, [mark]), without(removed, keyOf(mark)))
  }

  /** @returns false where there is no such mark */
  remove(mark: Mark): boolean {
    this.look()
    const key = keyOf(mark)
    if (!this.#marks.some((one) => keyOf(one) === key)) return false
    const { marks, removed } = this.#read()
    this.#keep(joinMarks(marks, this.#marks), [...without(removed, key), key].slice(-markLimit))
    return true
  }

  /** Takes in what other bridges were told meanwhile. */
  look(): void {
    const { marks, removed } = this.#read()
    this.#marks = present(joinMarks(marks, this.#marks), removed)
  }

  #keep(marks: readonly Mark[], removed: readonly string[]): void {
    this.#marks = present(marks, removed)
    this.#write(removed)
  }

  #read(): Pick<Kept, 'marks' | 'removed'> {
    if (this.#file === null) return nothing
    try {
      if (statSync(this.#file).size > longestFile) throw new Error('it is too long')
      return v.parse(Kept, JSON.parse(readFileSync(this.#file, 'utf8')))
    } catch (error) {
      if (!isMissing(error)) this.#setAside(this.#file, messageOf(error))
      return nothing
    }
  }

  /** By way of another file, so that whatever happens one of them is whole. */
  #write(removed: readonly string[]): void {
    if (this.#file === null) return
    const written = `${this.#file}.${process.pid}`
    try {
      mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 })
      rmSync(written, { force: true })
      writeFileSync(written, JSON.stringify({ version: 1, marks: this.#marks, removed }), { mode: 0o600, flag: 'wx' })
      renameSync(written, this.#file)
    } catch (error) {
      this.#log(`Marks of deploys could not be kept: ${messageOf(error)}`)
    }
  }

  #setAside(file: string, reason: string): void {
    this.#log(`The file with the marks of deploys cannot be read (${reason.slice(0, 200)}); it is kept as ${file}.damaged.`)
    try {
      renameSync(file, `${file}.damaged`)
    } catch (error) {
      this.#log(messageOf(error))
    }
  }
}

const nothing = { marks: [], removed: [] }

function present(marks: readonly Mark[], removed: readonly string[]): Mark[] {
  const gone = new Set(removed)
  return marks.filter((mark) => !gone.has(keyOf(mark)))
}

function without(keys: readonly string[], key: string): string[] {
  return keys.filter((one) => one !== key)
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
