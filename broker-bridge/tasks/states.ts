import { knownStates } from '../protocol/index.ts'
import type { TaskState } from '../protocol/index.ts'

/**
 * How far along a state is; a lower number wins over a higher one that comes late. The numbers are those of Celery's own
 * `celery.states.PRECEDENCE`, where custom states rank between failed and revoked.
 */
const precedence: Readonly<Record<string, number>> = {
  SUCCESS: 0,
  FAILURE: 1,
  REVOKED: 3,
  STARTED: 4,
  RECEIVED: 5,
  REJECTED: 6,
  RETRY: 7,
  PENDING: 8,
}
const customPrecedence = 2

/** One step of the state machine: a retry always counts, anything else only if it is not behind the state already reached. */
export function nextState(current: TaskState | null, event: TaskState): TaskState {
  if (current === null || current === 'RETRY' || event === 'RETRY') return event
  return rank(event) > rank(current) ? current : event
}

/** Sorts states of the same instant: what must have come first, first. */
export function rank(state: TaskState): number {
  return precedence[state] ?? customPrecedence
}

const customLimit = 200

/** Gives each state and each worker a small number, so that a task's life is a few numbers. Bounded: hostile names share one. */
export class Names {
  readonly #numbers = new Map<string, number>()
  readonly #names: string[] = []
  readonly #limit: number

  constructor(first: readonly string[] = [], limit = customLimit) {
    this.#limit = limit
    for (const name of first) this.number(name)
  }

  number(name: string): number {
    const known = this.#numbers.get(name)
    if (known !== undefined) return known
    if (this.#names.length >= this.#limit - 1) return this.#limit - 1
    this.#numbers.set(name, this.#names.length)
    return this.#names.push(name) - 1
  }

  name(number: number): string {
    return this.#names[number] ?? 'other'
  }
}

/** The states of one store, known ones first. */
export const newStateNames = () => new Names(knownStates)
/** The workers of one store; publishers count too, so the limit is generous. */
export const newWorkerNames = () => new Names([], 60_000)
