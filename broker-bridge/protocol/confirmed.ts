import * as v from 'valibot'
import { Confirmation } from './actions.ts'
import type { ActingMethod } from './effects.ts'
import { RequestError } from './errors.ts'
import type { Client } from './peer.ts'
import type { Params, Result } from './requests.ts'

/** Requests that may ask back. What acts carries a key, so that the bridge acts once however often it is sent. */
export type ActionMethod = ActingMethod | 'askBackend' | 'peekMessages' | 'removeMark'

/** Shows what would happen; true is the user's yes, once they have typed what `typed` asks for. */
export type Ask = (confirmation: Confirmation) => Promise<boolean>

const patience = 30_000
const mostQuestions = 5

/**
 * Does something on a broker. Where the bridge asks back, the user is asked, and the same request goes again with the nonce.
 * @returns null when the user said no
 * @throws RequestError with any other refusal
 */
export async function confirmed<A extends ActionMethod>(
  client: Pick<Client, 'request'>,
  action: A,
  params: Params<A>,
  ask: Ask,
): Promise<Result<A> | null> {
  let agreed: { nonce?: string; typed?: string } = {}
  // The bridge asks again when what would happen has changed meanwhile; a bridge that only ever asks is broken.
  for (let question = 0; question < mostQuestions; question++) {
    try {
      return await client.request(action, { ...params, ...agreed }, patience)
    } catch (error) {
      const confirmation = confirmationOf(error)
      if (!confirmation) throw error
      if (!(await ask(confirmation))) return null
      const { nonce, typed } = confirmation
      agreed = { nonce, ...(typed === undefined ? {} : { typed }) }
    }
  }
  throw new RequestError('refused', 'The bridge asked for confirmation again and again, so nothing was done.')
}

function confirmationOf(error: unknown): Confirmation | undefined {
  if (!(error instanceof RequestError) || error.code !== 'confirmation_needed') return undefined
  const data = v.safeParse(Confirmation, error.data)
  return data.success ? data.output : undefined
}
