import { cutMark, endedStates } from '../protocol/index.ts'
import type { Attempt, TaskState } from '../protocol/index.ts'
import type { Step } from './life.ts'
import type { TaskError } from './record.ts'

/** An attempt while its moments are still being gathered. */
interface Draft {
  state: TaskState
  worker: string
  readonly receivedAt: number | null
  startedAt: number | null
  endedAt: number | null
  error: TaskError | null
}

/** A message that a worker holds and has not begun. */
interface Held {
  readonly at: number
  readonly worker: string
}

/** Characters of all tracebacks together that a picture of a task carries whole; older ones beyond it keep their ends. */
const tracebackBudget = 512 * 1024
const tracebackEnd = 8 * 1024

/**
 * Tells a task's attempts apart. Celery's started and ended events carry no number of retries, and a retry's received event often
 * comes before the retried event of the attempt it follows; so this goes by what can follow what, and by which worker it happened on.
 * @param steps in the order of time
 * @param retries the largest number of retries that any event told, for attempts that were made before anybody watched
 */
export function attemptsOf(steps: readonly Step[], errors: readonly TaskError[], retries: number): Attempt[] {
  const { drafts, sent } = new Gathering(errors, steps)
  const unseen = Math.max(0, retries + 1 - drafts.length - (sent ? 1 : 0))
  const whole = wholeTracebacks(drafts)
  return drafts.map((draft, index) => toAttempt(draft, unseen + index + 1, whole.has(draft)))
}

class Gathering {
  readonly drafts: Draft[] = []
  /** A further attempt was sent and not received yet. */
  sent = false
  readonly #errors: readonly TaskError[]
  #held: readonly Held[] = []

  constructor(errors: readonly TaskError[], steps: readonly Step[]) {
    this.#errors = errors
    for (const step of steps) this.#take(step)
    const waiting = this.#held.at(-1)
    // One that was held before the last attempt began is that attempt's own, received twice.
    if (!waiting || waiting.at <= (this.drafts.at(-1)?.startedAt ?? 0)) return
    this.#held = [waiting]
    this.#begin('RECEIVED', waiting)
  }

  #take(step: Step): void {
    if (step.state === 'PENDING') this.sent = this.drafts.length > 0
    else if (step.state === 'RECEIVED') this.#hold(step)
    else if (step.state === 'RETRY' || endedStates.has(step.state)) this.#end(step)
    else this.#run(step)
  }

  /** The next attempt is often received before the last one is seen to end, and even before it is seen to start. */
  #hold(step: Step): void {
    this.#held = [...this.#held, step]
    this.sent = false
  }

  /** Started, or a state of the task's own. */
  #run(step: Step): void {
    const open = this.#openOn(step.worker)
    const draft = !open || (step.state === 'STARTED' && open.startedAt !== null) ? this.#begin(step.state, step) : open
    if (step.state === 'STARTED') draft.startedAt ??= step.at
    else draft.state = step.state
  }

  #end(step: Step): void {
    const open = this.#openOn(step.worker) ?? this.#lastOpen()
    const last = this.drafts.at(-1)
    // Celery 4.4 tells twice that it revoked a task.
    if (!open && this.#held.length === 0 && last?.state === step.state && step.state === 'REVOKED') return
    const draft = open ?? this.#begin(step.state, step)
    draft.state = step.state
    draft.worker = step.worker
    draft.endedAt = step.at
    draft.error = this.#errors.find(({ at, state }) => at === step.at && state === step.state) ?? null
  }

  /** An attempt begins with the oldest message its worker holds; older ones that others held went back to the queue. */
  #begin(state: TaskState, { worker }: Held): Draft {
    const place = Math.max(
      0,
      this.#held.findIndex((held) => held.worker === worker),
    )
    const receivedAt = this.#held[place]?.at ?? null
    this.#held = this.#held.slice(place + 1)
    const draft: Draft = { state, worker, receivedAt, startedAt: null, endedAt: null, error: null }
    this.drafts.push(draft)
    return draft
  }

  #openOn(worker: string): Draft | undefined {
    return this.drafts.findLast((draft) => draft.endedAt === null && draft.worker === worker)
  }

  /** An end on a worker that never began it belongs to whatever is open, unless that worker holds a message of its own. */
  #lastOpen(): Draft | undefined {
    return this.#held.length > 0 ? undefined : this.drafts.findLast(({ endedAt }) => endedAt === null)
  }
}

/** The newest drafts whose tracebacks fit the budget. */
function wholeTracebacks(drafts: readonly Draft[]): ReadonlySet<Draft> {
  const whole = new Set<Draft>()
  let left = tracebackBudget
  for (const draft of drafts.toReversed()) {
    left -= draft.error?.traceback?.length ?? 0
    if (left >= 0) whole.add(draft)
  }
  return whole
}

function toAttempt(draft: Draft, number: number, whole: boolean): Attempt {
  const { error, ...rest } = draft
  const traceback = error?.traceback ?? null
  return {
    number,
    ...rest,
    exception: error?.exception ?? null,
    traceback: traceback === null || whole ? traceback : endOf(traceback),
  }
}

/** The end of a traceback names the error; `cutMark` says that its beginning is not here. */
function endOf(traceback: string): string {
  return traceback.length <= tracebackEnd ? traceback : `${cutMark}\n${traceback.slice(-tracebackEnd)}`
}
