import { createHash, randomBytes } from 'node:crypto'
import { RequestError } from '../protocol/index.ts'
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
  readonly #earlier = new Map<string, Earlier>()
  readonly #nonces = new Map<string, { readonly request: string; readonly detail: string; readonly until: number }>()

  constructor(isReadOnly: (connection: string) => boolean) {
    this.#isReadOnly = isReadOnly
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
    return action.perform(params)
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

/** A short mark of the request, which may be large, without the parts that differ between asking and confirming. */
function fingerprint(name: string, params: Pass): string {
  return createHash('sha256')
    .update(JSON.stringify([name, { ...params, nonce: undefined }]))
    .digest('base64')
}

/** After `timeout` and `blocked` a message may be on its way; every other refusal left nothing behind. */
export function mayHaveArrived(error: unknown): boolean {
  return error instanceof RequestError && (error.code === 'timeout' || error.code === 'blocked')
}
