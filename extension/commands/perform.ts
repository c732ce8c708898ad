import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import * as vscode from 'vscode'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { Confirmation, Params, Result } from '../../broker-bridge/protocol/index.ts'
import { messageText } from '../shownText.ts'
import type { Warren } from '../warren.ts'

/** Requests that act on the broker; each carries a key, so that the bridge acts once however often it is sent. */
type Action = 'enqueue' | 'retry' | 'enableEvents'

const patience = 30_000
const mostQuestions = 5
const ConfirmationShape = v.object({
  nonce: v.string(),
  question: v.string(),
  detail: v.string(),
  action: v.string(),
  count: v.number(),
})

/**
 * Does something on a broker. Where the bridge asks back, so does this, and the same request goes again with the bridge's nonce.
 * @returns undefined when the user declined
 * @throws RequestError with the bridge's refusal
 */
export async function perform<A extends Action>(
  warren: Warren,
  action: A,
  params: Omit<Params<A>, 'key' | 'nonce'>,
): Promise<Result<A> | undefined> {
  const { client } = await warren.bridge.session()
  const keyed = { ...params, key: randomUUID() }
  const send = (nonce?: string): Promise<Result<A>> => {
    // The members of each action's params are checked where `perform` is called.
    const whole = (nonce === undefined ? keyed : { ...keyed, nonce }) as unknown as Params<A>
    return client.request(action, whole, patience)
  }
  return answered(send, undefined, mostQuestions)
}

/** An event may change what would happen between a question and its answer; then the bridge asks anew, and so do we. */
async function answered<R>(
  send: (nonce?: string) => Promise<R>,
  nonce: string | undefined,
  left: number,
): Promise<R | undefined> {
  try {
    return await send(nonce)
  } catch (error) {
    const confirmation = confirmationOf(error)
    if (!confirmation || left === 0) throw error
    return (await confirms(confirmation)) ? answered(send, confirmation.nonce, left - 1) : undefined
  }
}

function confirmationOf(error: unknown): Confirmation | undefined {
  if (!(error instanceof RequestError) || error.code !== 'confirmation_needed') return undefined
  const parsed = v.safeParse(ConfirmationShape, error.data)
  return parsed.success ? parsed.output : undefined
}

async function confirms({ question, detail, action }: Confirmation): Promise<boolean> {
  const options = { modal: true, detail: messageText(detail, 4_000) }
  return (await vscode.window.showWarningMessage(messageText(question), options, action)) === action
}
