import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { FileThread } from '../history/thread.ts'
import { messageOf } from '../protocol/index.ts'
import type { ClaimCalls, Settled, Standing } from './messages.ts'
import { claimKind } from './schema.ts'

export interface ClaimOptions {
  readonly file: string
  /** What runs in the thread: claims/worker.ts, or its bundle. */
  readonly program: string | URL
}

/** Milliseconds for an answer: a disk that hangs must not keep a retry from going on. */
const patience = 8_000
const endPatience = 1_000

/** A task of a broker, the same for every bridge. */
export interface ClaimedTask {
  readonly broker: string
  readonly id: string
}

/**
 * What the bridges of a user tell each other about tasks that are run again. It never fails and never makes anybody wait for long: where
 * the file cannot be used nothing is anybody's, the log says so, and what one bridge knows by itself is all there is.
 */
export class Claims {
  readonly #options: ClaimOptions | null
  readonly #thread: FileThread<ClaimCalls> | undefined
  readonly #log: (line: string) => void
  #complained: string | undefined
  #disposed = false

  /** @param options null where nothing is shared */
  constructor(options: ClaimOptions | null, log: (line: string) => void) {
    this.#options = options
    this.#log = log
    if (options) this.#thread = new FileThread(options.program, { file: options.file, bridge: randomUUID() }, claimKind.name)
  }

  /** How these tasks of a broker stand, by their ids. */
  async look(broker: string, ids: readonly string[]): Promise<ReadonlyMap<string, Standing>> {
    // Whoever never retries anything has neither file nor thread.
    if (this.#options === null || !existsSync(this.#options.file)) return new Map()
    const keys = ids.map((id) => keyOf({ broker, id }))
    return byId(ids, keys, await this.#ask('look', { keys }, new Map()))
  }

  /** Claims tasks for later. @returns those that are somebody else's */
  async take(operation: string, broker: string, ids: readonly string[]): Promise<ReadonlyMap<string, Standing>> {
    const keys = ids.map((id) => keyOf({ broker, id }))
    return byId(ids, keys, await this.#ask('take', { operation, keys }, new Map()))
  }

  /** Right before it is sent. @returns null where it may be */
  begin(operation: string, task: ClaimedTask, newId: string, despite: number | null = null): Promise<Standing | null> {
    return this.#ask('begin', { operation, key: keyOf(task), newId, despite }, null)
  }

  async settle(operation: string, task: ClaimedTask, outcome: Settled): Promise<void> {
    await this.#ask('settle', { operation, key: keyOf(task), outcome }, null)
  }

  /** Lets go of what was claimed and not begun. */
  async release(operation: string): Promise<void> {
    await this.#ask('release', { operation }, null)
  }

  /** Whatever is said afterwards is not heard: what was claimed is free without this bridge. */
  async dispose(): Promise<void> {
    this.#disposed = true
    await this.#thread?.close(endPatience)
  }

  async #ask<C extends keyof ClaimCalls>(
    call: C,
    params: ClaimCalls[C]['params'],
    otherwise: ClaimCalls[C]['result'],
  ): Promise<ClaimCalls[C]['result']> {
    if (!this.#thread || this.#disposed) return otherwise
    try {
      return await inTime(this.#thread.call(call, params))
    } catch (error) {
      this.#complain(messageOf(error))
      return otherwise
    }
  }

  #complain(problem: string): void {
    if (problem === this.#complained) return
    this.#complained = problem
    this.#log(`${problem} Tasks are retried all the same; only this window keeps from retrying one twice.`)
  }
}

async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${claimKind.name} is paused: its file does not answer.`)), patience)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

function keyOf({ broker, id }: ClaimedTask): string {
  return createHash('sha256')
    .update(JSON.stringify([broker, id]))
    .digest('base64')
}

function byId(
  ids: readonly string[],
  keys: readonly string[],
  standings: ReadonlyMap<string, Standing>,
): ReadonlyMap<string, Standing> {
  return new Map(
    ids.flatMap((id, index) => {
      const standing = standings.get(keys[index] ?? '')
      return standing ? [[id, standing] as const] : []
    }),
  )
}
