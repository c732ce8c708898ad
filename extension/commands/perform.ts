import { randomUUID } from 'node:crypto'
import * as vscode from 'vscode'
import { confirmed, placeLine } from '../../broker-bridge/protocol/index.ts'
import type { ActionMethod, Ask, Confirmation, Params, Result } from '../../broker-bridge/protocol/index.ts'
import { messageText } from '../shownText.ts'
import type { Warren } from '../warren.ts'

/**
 * Does something on a broker. Where the bridge asks back, so does this.
 * @returns null when the user declined
 * @throws RequestError with the bridge's refusal
 */
export async function perform<A extends ActionMethod>(
  warren: Warren,
  action: A,
  params: Omit<Params<A>, 'key' | 'nonce'>,
  ask: Ask = confirms,
): Promise<Result<A> | null> {
  const { client } = await warren.bridge.session()
  // The members of each action's params are checked where `perform` is called.
  const keyed = { ...params, key: randomUUID() } as unknown as Params<A>
  return confirmed(client, action, keyed, ask)
}

/** Asks the user; where the bridge wants a name typed, their yes takes that name. */
export async function confirms({ question, detail, action, typed, place }: Confirmation): Promise<boolean> {
  const where = placeLine(place)
  const options = { modal: true, detail: messageText(detail === '' ? where : `${where}\n\n${detail}`, 4_000) }
  if ((await vscode.window.showWarningMessage(messageText(question), options, action)) !== action) return false
  return typed === undefined || (await hasTyped(messageText(question, 200), where, typed))
}

/** Asks once about what is asked alike, however often and at the same time: for one thing done many times. */
export function asksOnce(ask: Ask = confirms): Ask {
  const answers = new Map<string, Promise<boolean>>()
  return (confirmation) => {
    const { question, detail, place } = confirmation
    const key = JSON.stringify([question, detail, place])
    const answer = answers.get(key) ?? ask(confirmation)
    answers.set(key, answer)
    return answer
  }
}

async function hasTyped(title: string, where: string, wanted: string): Promise<boolean> {
  const prompt = `${messageText(where, 200)}: type ${messageText(wanted, 300)} to confirm`
  const validateInput = (text: string): string | undefined => (text === wanted ? undefined : prompt)
  return (await vscode.window.showInputBox({ title, prompt, ignoreFocusOut: true, validateInput })) === wanted
}
