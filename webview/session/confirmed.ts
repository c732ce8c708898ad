import * as v from 'valibot'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { Confirmation } from '../../broker-bridge/protocol/index.ts'

const ConfirmationData = v.object({
  nonce: v.string(),
  question: v.string(),
  detail: v.string(),
  action: v.string(),
  count: v.number(),
})

/** Shows what would happen; true is the user's yes. */
export type Ask = (confirmation: Confirmation) => Promise<boolean>

/**
 * Sends a request that the bridge may ask back about, and sends it again with the nonce once the user agreed.
 * @returns null when the user said no
 * @throws RequestError with any other refusal
 */
export async function confirmed<T>(send: (nonce: string | undefined) => Promise<T>, ask: Ask): Promise<T | null> {
  let nonce: string | undefined
  // The bridge asks again when what would happen has changed meanwhile; a bridge that only ever asks is broken.
  for (let round = 0; round < 4; round++) {
    try {
      return await send(nonce)
    } catch (error) {
      const confirmation = confirmationOf(error)
      if (!confirmation) throw error
      if (!(await ask(confirmation))) return null
      nonce = confirmation.nonce
    }
  }
  throw new RequestError('refused', 'The bridge asked for confirmation again and again, so nothing was done.')
}

function confirmationOf(error: unknown): Confirmation | undefined {
  if (!(error instanceof RequestError) || error.code !== 'confirmation_needed') return undefined
  const data = v.safeParse(ConfirmationData, error.data)
  return data.success ? data.output : undefined
}

/** A fresh mark for one press of a button. Works without a secure context, where `crypto.randomUUID` is missing. */
export function freshKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID()
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
