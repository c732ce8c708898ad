import { createHash } from 'node:crypto'
import { RequestError } from '../../protocol/index.ts'
import type {
  Confirmation,
  GetMessageParams,
  Peek,
  PeekMessagesParams,
  PeekPlan,
  Place,
  QueueKey,
  WaitingMessage,
} from '../../protocol/index.ts'
import type { MessageEditor } from './edits.ts'
import type { LookPlan, MessageQueues, QueueState, RawMessage } from './queues.ts'
import { SeenMessages } from './seenMessages.ts'

/** Makes of a raw message what people see, with at most so many UTF-16 units of its body. */
export type Describe = (message: RawMessage, bodyLimit: number) => WaitingMessage

/** What looking needs of a connection. */
export interface LookedAt {
  readonly id: string
  readonly readOnly: boolean
  readonly place: Place
  readonly messages: MessageQueues
  readonly describe: Describe
  readonly edit: MessageEditor
}

/** Looks into queues, never without the user's word for what that does, and keeps what was seen so that nothing is looked at twice. */
export class Peeking {
  readonly #agreed = new Set<string>()
  readonly #seen = new SeenMessages()

  async plan(connection: LookedAt, key: QueueKey): Promise<PeekPlan> {
    const state = await connection.messages.state(placeOf(connection, key))
    return this.#planOf(connection, state)
  }

  /** @throws RequestError `refused`, or `confirmation_needed` with what the look does */
  async peek(connection: LookedAt, params: PeekMessagesParams, bodyLimit: number): Promise<Peek> {
    const state = await connection.messages.state(placeOf(connection, params))
    const plan = this.#planOf(connection, state)
    if (plan.refused !== null) throw new RequestError('refused', plan.refused)
    this.#agree(plan, params.nonce, connection.place)
    const { count, offset } = params
    const look = await connection.messages.look(state, { count, offset })
    const messages = look.messages.map((message) => connection.describe(message, bodyLimit))
    this.#seen.keep(plan, messages, look.messages)
    return {
      connection: plan.connection,
      virtualHost: plan.virtualHost,
      queue: plan.queue,
      at: Date.now() / 1_000,
      messages,
      ready: plan.method === 'read' ? null : plan.ready,
      limits: look.limits,
    }
  }

  /** @throws RequestError `not_found` */
  message(connection: LookedAt, params: GetMessageParams, bodyLimit: number): WaitingMessage {
    const raw = this.#seen.find({ connection: connection.id, ...placeOf(connection, params) }, params.mark)
    if (raw) return connection.describe(raw, bodyLimit)
    throw new RequestError('not_found', 'Warren no longer holds this message. Look into the queue again.')
  }

  #planOf({ id, readOnly, messages }: LookedAt, state: QueueState): PeekPlan {
    const { virtualHost, queue, type, ready, consumers } = state
    const plan = readOnly ? withoutEffects(messages.plan(state)) : messages.plan(state)
    const agreed = plan.effects.length === 0 || this.#agreed.has(wordFor(id, plan.effects))
    return { connection: id, virtualHost, queue, type, ready, consumers, ...plan, agreed }
  }

  #agree(plan: PeekPlan, nonce: string | undefined, place: Place): void {
    if (plan.agreed) return
    const word = wordFor(plan.connection, plan.effects)
    if (nonce !== word)
      throw new RequestError('confirmation_needed', `Look into queue “${plan.queue}”?`, { ...question(plan, word), place })
    this.#agreed.add(word)
  }
}

function question(plan: PeekPlan, nonce: string): Omit<Confirmation, 'place'> {
  return {
    nonce,
    question: `Look into queue “${plan.queue}”?`,
    detail: plan.effects.join('\n\n'),
    action: 'Look',
    count: plan.ready,
  }
}

/** A connection that promises to change nothing does not even set a mark on a message. */
function withoutEffects(plan: LookPlan): LookPlan {
  if (plan.refused !== null || plan.effects.length === 0) return plan
  const refused =
    'This connection is read-only, and looking at waiting messages takes them from the queue and puts them back, which marks them. Allow changes to look.'
  return { method: null, effects: [], refused }
}

/** One word for the same effects on one connection: whoever agreed once is not asked for each queue. */
function wordFor(connection: string, effects: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify([connection, effects]))
    .digest('hex')
    .slice(0, 32)
}

export function placeOf({ messages }: Pick<LookedAt, 'messages'>, { virtualHost, queue }: QueueKey) {
  return { virtualHost: virtualHost ?? messages.virtualHost, queue }
}
