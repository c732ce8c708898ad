import { createHash, randomBytes } from 'node:crypto'
import { messageOf, RequestError } from '../protocol/index.ts'
import type { Confirmation } from '../protocol/index.ts'

/** What every action's request holds besides its own. */
export interface Pass {
  readonly connection: string
  readonly key: string
  readonly nonce?: string | undefined
}

export interface Action<P extends Pass, R> {
  readonly name: string
  /** What to ask before acting; null where the request itself is the user's word. */
  confirmation(params: P): Promise<Omit<Confirmation, 'nonce'> | null>
  perform(params: P): Promise<R>
  /** Names of what it is done to, for the log of actions; never arguments. */
  describe?(params: P): string
}

/** What was done, or tried. */
export interface Deed {
  readonly action: string
  readonly connection: string
  readonly what: string
  readonly outcome: 'done' | 'failed'
  readonly said: string
}

const keyLimit = 1_000
const nonceLifetime = 120_000

interface Earlier {
  readonly request: string
  readonly answer: Promise<unknown>
}

/**
 * The one door every action passes, whoever asks: palette, tree, page or script. It refuses on read-only connections, asks
 * back where it must, and acts once per key however often the request arrives.
 */
export class Door {
  readonly #isReadOnly: (connection: string) => boolean
  readonly #note: (deed: Deed) => void
  readonly #earlier = new Map<string, Earlier>()
  readonly #nonces = new Map<string, { readonly request: string; readonly detail: string; readonly until: number }>()

  /** @param note hears of everything that passed */
  constructor(isReadOnly: (connection: string) => boolean, note: (deed: Deed) => void = () => undefined) {
    this.#isReadOnly = isReadOnly
    this.#note = note
  }

  /**
   * @throws RequestError `read_only`, `confirmation_needed` with a Confirmation, `invalid` for a key of another request, and
   * whatever the action throws
   */
  pass<P extends Pass, R>(action: Action<P, R>, params: P): Promise<R> {
    if (this.#isReadOnly(params.connection)) {
      return Promise.reject(
        new RequestError('read_only', `This connection is read-only, so “${action.name}” was refused. Nothing was changed.`),
      )
    }
    const request = fingerprint(action.name, params)
    const earlier = this.#earlier.get(params.key)
    if (earlier === undefined) return this.#begin(action, params, request)
    if (earlier.request !== request)
      return Promise.reject(new RequestError('invalid', 'This key belongs to another request; use a fresh one.'))
    return earlier.answer as Promise<R>
  }

  #begin<P extends Pass, R>(action: Action<P, R>, params: P, request: string): Promise<R> {
    const answer = this.#askAndPerform(action, params, request)
    this.#earlier.set(params.key, { request, answer })
    const oldest = this.#earlier.size > keyLimit ? this.#earlier.keys().next().value : undefined
    if (oldest !== undefined) this.#earlier.delete(oldest)
    answer.catch((error: unknown) => {
      if (!mayHaveArrived(error)) this.#earlier.delete(params.key)
    })
    return answer
  }

  async #askAndPerform<P extends Pass, R>(action: Action<P, R>, params: P, request: string): Promise<R> {
    const question = await action.confirmation(params)
    if (question && !this.#confirmed(params.nonce, request, question.detail))
      throw new RequestError('confirmation_needed', question.question, {
        ...question,
        nonce: this.#mint(request, question.detail),
      })
    return this.#perform(action, params)
  }

  async #perform<P extends Pass, R>(action: Action<P, R>, params: P): Promise<R> {
    const deed = { action: action.name, connection: params.connection, what: action.describe?.(params) ?? namesIn(params) }
    try {
      const result = await action.perform(params)
      this.#note({ ...deed, outcome: 'done', said: summaryOf(result) })
      return result
    } catch (error) {
      this.#note({ ...deed, outcome: 'failed', said: messageOf(error) })
      throw error
    }
  }

  /** A yes counts for what was shown: if an event has changed that meanwhile, the user is asked again. */
  #confirmed(nonce: string | undefined, request: string, detail: string): boolean {
    if (nonce === undefined) return false
    const minted = this.#nonces.get(nonce)
    this.#nonces.delete(nonce)
    return minted?.request === request && minted.detail === detail && minted.until > Date.now()
  }

  #mint(request: string, detail: string): string {
    for (const [nonce, { until }] of this.#nonces) if (until < Date.now()) this.#nonces.delete(nonce)
    const nonce = randomBytes(16).toString('hex')
    this.#nonces.set(nonce, { request, detail, until: Date.now() + nonceLifetime })
    return nonce
  }
}

/** Members of requests that are names; whatever else one holds may be an argument. */
const named = ['name', 'id', 'queue', 'source', 'target', 'enabled'] as const

function namesIn(params: Pass): string {
  const members = Object.entries(params).filter(([name, value]) => named.some((one) => one === name) && isPlain(value))
  return members.map(([name, value]) => `${name}=${String(value)}`).join(' ')
}

/** Counts and names of a result; what is nested, such as answers of workers, as how many there were. */
function summaryOf(result: unknown): string {
  if (typeof result !== 'object' || result === null) return ''
  const members = Object.entries(result) as [string, unknown][]
  const told = members.map(([name, value]) =>
    Array.isArray(value) ? `${name}=${value.length}` : isCount(name, value) ? `${name}=${String(value)}` : '',
  )
  return told.filter((text) => text !== '').join(' ')
}

function isCount(name: string, value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean' || (named.some((one) => one === name) && isPlain(value))
}

function isPlain(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

/** A short mark of the request, which may be large, without the parts that differ between asking and confirming. */
function fingerprint(name: string, params: Pass): string {
  return createHash('sha256')
    .update(JSON.stringify([name, { ...params, nonce: undefined, typed: undefined }]))
    .digest('base64')
}

/** After `timeout` and `blocked` a message may be on its way; every other refusal left nothing behind. */
export function mayHaveArrived(error: unknown): boolean {
  return error instanceof RequestError && (error.code === 'timeout' || error.code === 'blocked')
}
