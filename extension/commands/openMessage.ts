import * as v from 'valibot'
import * as vscode from 'vscode'
import { GetMessageParams, RequestError } from '../../broker-bridge/protocol/index.ts'
import type { Peek, QueueKey, StreamPlace } from '../../broker-bridge/protocol/index.ts'
import { showMessageDocument } from '../documents/messages.ts'
import type { Execute, Warren } from '../warren.ts'
import { messagePicks } from './openMessagePicks.ts'
import { isStream, nothingThere, placeOf, placeProblem, streamPlaces } from './openMessagePlace.ts'
import { perform } from './perform.ts'
import { queueFor } from './showMessagesQueue.ts'

const title = 'Open Message'
/** Messages that one look asks for. */
const count = 50

/** Opens the body of a waiting message as a read-only document: the feed's own, or one that the user picks in a queue. */
export const openMessage: Execute = async (warren, argument) => {
  const given = v.safeParse(GetMessageParams, argument)
  const key = given.success ? given.output : await pickMessage(warren, argument)
  if (!key) return
  const { client } = await warren.bridge.session()
  await showMessageDocument(key, await client.request('getMessage', key))
}

async function pickMessage(warren: Warren, argument: unknown): Promise<GetMessageParams | undefined> {
  const queue = await queueFor(warren, argument, title)
  const peek = queue && (await look(warren, queue))
  if (!queue || !peek) return undefined
  const { items, placeHolder } = messagePicks(peek)
  const options = { title: `${title}: ${queue.queue}`, placeHolder, matchOnDescription: true, matchOnDetail: true }
  const picked = await vscode.window.showQuickPick(items, options)
  return picked && { ...queue, mark: picked.mark }
}

/** Looks once the user agreed to what that does to the queue; the bridge asks where it does anything. */
async function look(warren: Warren, queue: QueueKey): Promise<Peek | null> {
  const { client } = await warren.bridge.session()
  const plan = await client.request('planPeek', queue)
  if (plan.refused !== null) throw new RequestError('refused', plan.refused)
  const place = isStream(plan) ? await askPlace(queue.queue) : null
  if (place === undefined) return null
  const peek = await perform(warren, 'peekMessages', { ...queue, count, ...(place === null ? {} : { offset: place }) })
  if (peek?.messages.length === 0) throw new RequestError('not_found', nothingThere(queue.queue, place))
  return peek
}

/** Where in a stream; undefined when the user gave up. */
async function askPlace(queue: string): Promise<StreamPlace | undefined> {
  const heading = `${title}: ${queue}`
  const picked = await vscode.window.showQuickPick(streamPlaces, { title: heading, placeHolder: 'Where in the stream?' })
  if (!picked || picked.place === 'first' || picked.place === 'last') return picked?.place
  const kind = picked.place
  const text = await vscode.window.showInputBox({
    title: heading,
    prompt: kind === 'offset' ? 'The offset to begin at' : 'The time to begin at, in your time zone',
    value: kind === 'offset' ? '0' : new Date().toLocaleString('sv'),
    validateInput: (typed) => placeProblem(kind, typed),
  })
  return text === undefined ? undefined : (placeOf(kind, text) ?? undefined)
}
