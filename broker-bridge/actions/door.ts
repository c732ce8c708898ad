import { createHash, randomBytes } from 'node:crypto'
import { messageOf, RequestError } from '../protocol/index.ts'
import type { ActionEntry, Caller, Place, Question } from '../protocol/index.ts'
import { roughly } from './operationsReport.ts'

/** What every action's request holds besides its own. */
export interface Pass {
  readonly connection: string
  readonly key: string
  readonly nonce?: string | undefined
  /** What the user typed, where the question wanted it. */
  readonly typed?: string | undefined
}

export interface Action<P extends Pass, R> {
  readonly name: string
  /** What to ask before acting; null where the request itself is the user's word. */
  confirmation(params: P): Promise<Question | null>
  perform(params: P): Promise<R>
  /** Names of what it is done to, for the log of actions; never arguments. */
  describe(params: P): string
  /** What came of it, where the result tells more than counts and names; later, where it goes on. */
  outcome?(result: R): Outcome | Promise<Outcome>
}

export type Outcome = Pick<Deed, 'outcome' | 'said'>

/** What was done, or tried. */
export type Deed = Omit<ActionEntry, 'at' | 'place'>

/** What the door asks of what is behind it. */
export interface Guarded {
  isReadOnly(connection: string): boolean
  place(connection: string): Place
  /** Hears of everything that passed, and of what was refused because nothing may be changed. */
  note(deed: Deed): void
}

/** Who is meant where nobody says who asks. */
const itself: Caller = { name: 'Warren', readOnly: false }

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
  readonly #guarded: Guarded
  readonly #earlier = new Map<string, Earlier>()
  readonly #nonces = new Map<string, { readonly request: string; readonly weight: string; readonly until: number }>()

  constructor(guarded: Guarded) {
    this.#guarded = guarded
  }

  /**
   * @throws RequestError `read_only`, `confirmation_needed` with a Confirmation, `invalid` for a key of another request or where the
   * name that was wanted is not typed, and whatever the action throws
   */
  pass<P extends Pass, R>(action: Action<P, R>, params: P, caller = itself): Promise<R> {
    const refusal = this.#refusal(action, params, caller)
    if (refusal) return Promise.reject(refusal)
    const request = fingerprint(action.name, params)
    const earlier = this.#earlier.get(params.key)
    if (earlier === undefined) return this.#begin(action, params, { request, caller })
    if (earlier.request !== request)
      return Promise.reject(new RequestError('invalid', 'This key belongs to another request; use a fresh one.'))
    return earlier.answer as Promise<R>
  }

  #refusal<P extends Pass, R>(action: Action<P, R>, params: P, caller: Caller): RequestError | undefined {
    const who = this.#guarded.isReadOnly(params.connection) ? 'This connection' : caller.readOnly ? 'This access' : null
    if (who === null) return undefined
    this.#guarded.note({ ...deedOf(action, params, caller), count: null, outcome: 'refused', said: 'read-only' })
    return new RequestError('read_only', `${who} is read-only, so “${action.name}” was refused. Nothing was changed.`)
  }

  #begin<P extends Pass, R>(action: Action<P, R>, params: P, asked: Asked): Promise<R> {
    const answer = this.#askAndPerform(action, params, asked)
    this.#earlier.set(params.key, { request: asked.request, answer })
    const oldest = this.#earlier.size > keyLimit ? this.#earlier.keys().next().value : undefined
    if (oldest !== undefined) this.#earlier.delete(oldest)
    answer.catch((error: unknown) => {
      if (!mayHaveArrived(error)) this.#earlier.delete(params.key)
    })
    return answer
  }

  async #askAndPerform<P extends Pass, R>(action: Action<P, R>, params: P, { request, caller }: Asked): Promise<R> {
    const question = await action.confirmation(params)
    if (question) this.#require(question, params, request)
    return this.#perform(action, params, { ...deedOf(action, params, caller), count: question?.count ?? null })
  }

  /** @throws RequestError unless the user has said yes to this very question, and typed what it wants typed */
  #require(question: Question, params: Pass, request: string): void {
    const place = this.#guarded.place(params.connection)
    const weight = weightOf(question, place)
    if (!this.#confirmed(params.nonce, request, weight))
      throw new RequestError('confirmation_needed', question.question, { ...question, place, nonce: this.#mint(request, weight) })
    if (question.typed !== undefined && params.typed !== question.typed)
      throw new RequestError('invalid', `Type ${question.typed.slice(0, 255)} to confirm this. Nothing was changed.`)
  }

  async #perform<P extends Pass, R>(action: Action<P, R>, params: P, deed: Omit<Deed, 'outcome' | 'said'>): Promise<R> {
    try {
      const result = await action.perform(params)
      const outcome = action.outcome?.(result) ?? ({ outcome: 'done', said: summaryOf(result) } as const)
      if (outcome instanceof Promise) {
        this.#guarded.note({ ...deed, outcome: 'begun', said: '' })
        void outcome.then((ended) => this.#guarded.note({ ...deed, ...ended }))
      } else this.#guarded.note({ ...deed, ...outcome })
      return result
    } catch (error) {
      this.#guarded.note({ ...deed, outcome: 'failed', said: messageOf(error) })
      throw error
    }
  }

  /** A yes counts for what was shown: if an event has changed that meanwhile, the user is asked again. */
  #confirmed(nonce: string | undefined, request: string, weight: string): boolean {
    if (nonce === undefined) return false
    const minted = this.#nonces.get(nonce)
    this.#nonces.delete(nonce)
    return minted?.request === request && minted.weight === weight && minted.until > Date.now()
  }

  #mint(request: string, weight: string): string {
    for (const [nonce, { until }] of this.#nonces) if (until < Date.now()) this.#nonces.delete(nonce)
    const nonce = randomBytes(16).toString('hex')
    this.#nonces.set(nonce, { request, weight, until: Date.now() + nonceLifetime })
    return nonce
  }
}

interface Asked {
  /** Its fingerprint. */
  readonly request: string
  readonly caller: Caller
}

function deedOf<P extends Pass, R>(
  action: Action<P, R>,
  params: P,
  { name }: Caller,
): Pick<Deed, 'action' | 'connection' | 'by' | 'what'> {
  return { action: action.name, connection: params.connection, by: name, what: action.describe(params) }
}

/** What a yes is for: all that was shown but the count's last digits, which on a busy queue are others at every look. */
function weightOf({ detail, count, typed }: Question, place: Place): string {
  return JSON.stringify([detail, roughly(count), typed, place])
}

/** Members of results that are names; whatever else one holds may be an argument. */
const named = ['name', 'id', 'queue', 'source', 'target', 'enabled'] as const

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
