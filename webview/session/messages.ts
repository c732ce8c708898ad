import { confirmed, messageOf } from '../../broker-bridge/protocol/index.ts'
import type { Ask, Confirmation, Peek, PeekPlan, StreamPlace, WaitingMessage } from '../../broker-bridge/protocol/index.ts'
import { lookCount } from '../feed/messages.ts'
import type { ShownQueue } from '../feed/messages.ts'
import type { Session } from './session.ts'

/** How far the look into a queue is. Until `looked`, nothing was done to the queue. */
export type Stage =
  | { readonly kind: 'planning' }
  | { readonly kind: 'planned'; readonly plan: PeekPlan }
  | { readonly kind: 'looking' }
  | { readonly kind: 'looked'; readonly peek: Peek }
  /** Messages of an earlier look may still be there to be read. */
  | { readonly kind: 'failed'; readonly message: string }

/** What was last seen in a queue. */
interface Seen {
  readonly plan: PeekPlan | null
  readonly peek: Peek
  readonly gone: ReadonlySet<string>
  readonly place: StreamPlace
}

const mostSeen = 10

/** What was seen in queues before: going to a task and back costs the queue no further look. */
export class Looks {
  readonly #seen = new Map<string, Seen>()

  of(queue: ShownQueue): Seen | undefined {
    return this.#seen.get(keyText(queue))
  }

  keep(queue: ShownQueue, seen: Seen): void {
    const key = keyText(queue)
    this.#seen.delete(key)
    this.#seen.set(key, seen)
    const [oldest] = this.#seen.keys()
    if (this.#seen.size > mostSeen && oldest !== undefined) this.#seen.delete(oldest)
  }
}

function keyText({ connection, virtualHost, queue }: ShownQueue): string {
  return JSON.stringify([connection, virtualHost, queue])
}

/** What is known of the messages in one queue. It looks only when told to: a look may change what it looks at. */
export class QueueMessages {
  readonly queue: ShownQueue
  readonly #session: Pick<Session, 'request'>
  readonly #ask: Ask
  readonly #changed: () => void
  #ended = false
  #looks: Looks | null = null
  /** Counts questions: what a later one has overtaken is not shown. */
  #turn = 0
  /** Where a look that was not agreed to leads back to. */
  #rest: Stage = { kind: 'planning' }
  stage: Stage = { kind: 'planning' }
  plan: PeekPlan | null = null
  /** The picture of the last look that succeeded. */
  peek: Peek | null = null
  /** Where in a stream that look began. */
  place: StreamPlace = 'first'
  /** Lines of the messages of that look that are no longer in the queue. */
  gone: ReadonlySet<string> = new Set()

  constructor(session: Pick<Session, 'request'>, queue: ShownQueue, ask: Ask, changed: () => void) {
    this.#session = session
    this.queue = queue
    this.#ask = ask
    this.#changed = changed
  }

  /** Shows what was seen before or, where nothing was, how a look would be done. */
  begin(looks: Looks): void {
    this.#looks = looks
    const seen = looks.of(this.queue)
    if (!seen) return void this.askPlan()
    Object.assign(this, seen)
    this.#go({ kind: 'looked', peek: seen.peek })
  }

  /** What could not be asked for want of a bridge is asked now; it changes nothing in the queue. */
  linkCame(): void {
    if (this.stage.kind === 'failed' && this.peek === null) void this.askPlan()
  }

  /** Asks how a look would be done and what it does to the queue. */
  async askPlan(): Promise<void> {
    const turn = this.#begin({ kind: 'planning' })
    try {
      this.plan = await this.#session.request('planPeek', this.queue)
      if (turn === this.#turn) this.#go({ kind: 'planned', plan: this.plan })
    } catch (error) {
      if (turn === this.#turn) this.#fail(error)
    }
  }

  /** Looks at the first messages, in a stream at those of a place. What the plan said before and somebody pressed the button for is not asked again. */
  async look(place = this.place): Promise<void> {
    const turn = this.#begin({ kind: 'looking' })
    try {
      const peek = await this.#peek(place)
      if (turn !== this.#turn) return
      if (peek === null) return this.#go(this.#rest)
      this.peek = peek
      this.place = place
      this.gone = new Set()
      this.#keep(peek)
      this.#go({ kind: 'looked', peek })
    } catch (error) {
      if (turn === this.#turn) this.#fail(error)
    }
  }

  /** A message with its body whole; the broker is not asked again. @throws RequestError */
  whole(mark: string): Promise<WaitingMessage> {
    return this.#session.request('getMessage', { ...this.queue, mark })
  }

  /** Notes that these were taken out of the queue. */
  lose(lines: Iterable<string>): void {
    this.gone = new Set([...this.gone, ...lines])
    if (this.peek) this.#keep(this.peek)
    this.#changed()
  }

  /** What is still to be answered is of no interest any more. */
  end(): void {
    this.#ended = true
  }

  #peek(offset: StreamPlace): Promise<Peek | null> {
    const ask: Ask = async (confirmation) => saysOnly(confirmation, this.plan) || this.#ask(confirmation)
    return confirmed(
      this.#session,
      'peekMessages',
      { ...this.queue, count: lookCount, ...(offset === 'first' ? {} : { offset }) },
      ask,
    )
  }

  #keep(peek: Peek): void {
    this.#looks?.keep(this.queue, { plan: this.plan, peek, gone: this.gone, place: this.place })
  }

  #fail(error: unknown): void {
    this.#go({ kind: 'failed', message: messageOf(error) })
  }

  #begin(stage: Stage): number {
    this.#go(stage)
    return (this.#turn += 1)
  }

  #go(stage: Stage): void {
    this.stage = stage
    if (stage.kind !== 'looking') this.#rest = stage
    if (!this.#ended) this.#changed()
  }
}

/** Whether a question holds no more than the effects that stood above the button. */
function saysOnly({ detail, typed }: Confirmation, plan: PeekPlan | null): boolean {
  if (typed !== undefined || !plan || plan.effects.length === 0) return false
  return plan.effects.reduce((rest, effect) => rest.replace(effect, ''), detail).trim() === ''
}
