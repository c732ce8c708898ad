import type { TaskState } from '../protocol/index.ts'
import type { TaskEvent } from '../sources/events.ts'
import { newStateNames, newWorkerNames, nextState, rank } from './states.ts'

/** Numbers per moment: time, state and worker, process and clock. */
const width = 3
/** A task that retries for ever keeps its newest moments; older ones have already had their say in `base`. */
const limit = 100

/** What a life says about one moment. */
export interface Step {
  readonly state: TaskState
  readonly at: number
  readonly worker: string
}

/** The part of a task that a life owns. Three plain numbers per moment keep 100,000 tasks small. */
export interface Living {
  /** Moments in the order of time, `width` numbers each. */
  moments: number[]
  /** State reached by moments that were let go. */
  base: TaskState | null
  state: TaskState
}

/** Keeps tasks' moments sorted by time and derives their states, so that the order of arrival does not matter. */
export class Lives {
  readonly #states = newStateNames()
  readonly #workers = newWorkerNames()

  /** Adds one event's moment. False when this very event was already known. */
  add(task: Living, event: Pick<TaskEvent, 'state' | 'at' | 'worker' | 'pid' | 'clock'>): boolean {
    const state = this.#states.number(event.state)
    const origin = this.#workers.number(event.worker) * 256 + state
    const process = process53(event.pid, event.clock)
    const moments = task.moments
    let place = moments.length
    while (place > 0 && this.#after(moments, place - width, event.at, origin, process)) place -= width
    if (place > 0 && same(moments, place - width, event.at, origin, process)) return false
    if (place === moments.length) {
      // Arrays that grow by themselves reserve five times what a task needs.
      task.moments = [...moments, event.at, origin, process]
      task.state = nextState(moments.length === 0 ? task.base : task.state, this.#states.name(state))
    } else {
      moments.splice(place, 0, event.at, origin, process)
      task.state = this.#fold(task)
    }
    if (task.moments.length > limit * width) this.#forgetOldest(task)
    return true
  }

  /** The worker of the newest moment that was a worker's; one text for all tasks it ran. */
  worker(task: Living & { readonly worker: string | null }, event: TaskEvent): string | null {
    const { moments } = task
    const newest = moments.length - width
    // In the order of time, as nearly always, the newest moment is this event's own.
    if (event.state !== 'PENDING' && moments[newest] === event.at)
      return this.#workers.name(Math.floor((moments[newest + 1] ?? 0) / 256))
    return this.steps(task).findLast((step) => step.state !== 'PENDING')?.worker ?? null
  }

  steps(task: Living): Step[] {
    const steps: Step[] = []
    for (let place = 0; place < task.moments.length; place += width) steps.push(this.#step(task.moments, place))
    return steps
  }

  /** Process and clock of each step, as an event names them: what its moment is recognised by when the event comes again. */
  origins(task: Living): { pid: number; clock: number }[] {
    const origins: { pid: number; clock: number }[] = []
    for (let place = 2; place < task.moments.length; place += width) {
      const process = task.moments[place] ?? 0
      origins.push({ pid: Math.floor(process / 2 ** 31), clock: process % 2 ** 31 })
    }
    return origins
  }

  /** Process of the worker that took the task last, modulo 2^22; 0 where none told. Custom events may come from its children. */
  process(task: Living): number {
    for (let place = task.moments.length - width; place >= 0; place -= width) {
      const state = this.#states.name((task.moments[place + 1] ?? 0) % 256)
      if (state === 'RECEIVED' || state === 'STARTED') return Math.floor((task.moments[place + 2] ?? 0) / 2 ** 31)
    }
    return 0
  }

  /** Whether no later moment of the event's state is known, after its own was added. */
  isNewest(task: Living, { state, at }: Pick<TaskEvent, 'state' | 'at'>): boolean {
    // In the order of time, as nearly always, it is the newest of all.
    return task.moments[task.moments.length - width] === at || at >= (this.newest(task, state) ?? Number.POSITIVE_INFINITY)
  }

  /** Time of the newest moment in one of these states, null where there is none. */
  newest(task: Living, ...states: TaskState[]): number | null {
    for (let place = task.moments.length - width; place >= 0; place -= width) {
      // No step is made of it: a search asks this of every task.
      if (states.includes(this.#states.name((task.moments[place + 1] ?? 0) % 256))) return task.moments[place] ?? null
    }
    return null
  }

  #step(moments: readonly number[], place: number): Step {
    const origin = moments[place + 1] ?? 0
    return {
      at: moments[place] ?? 0,
      state: this.#states.name(origin % 256),
      worker: this.#workers.name(Math.floor(origin / 256)),
    }
  }

  /** Whether the moment at `place` belongs behind the given one: by time, then by what must come first, then by any fixed order. */
  #after(moments: readonly number[], place: number, at: number, origin: number, process: number): boolean {
    const otherAt = moments[place] ?? 0
    if (otherAt !== at) return otherAt > at
    const otherOrigin = moments[place + 1] ?? 0
    if (otherOrigin === origin) return (moments[place + 2] ?? 0) > process
    const order = rank(this.#states.name(origin % 256)) - rank(this.#states.name(otherOrigin % 256))
    return order === 0 ? otherOrigin > origin : order > 0
  }

  #fold(task: Living): TaskState {
    let state = task.base
    for (let place = 1; place < task.moments.length; place += width) {
      state = nextState(state, this.#states.name((task.moments[place] ?? 0) % 256))
    }
    return state ?? task.state
  }

  #forgetOldest(task: Living): void {
    const origin = task.moments[1] ?? 0
    task.base = nextState(task.base, this.#states.name(origin % 256))
    task.moments.splice(0, width)
  }
}

function same(moments: readonly number[], place: number, at: number, origin: number, process: number): boolean {
  return moments[place] === at && moments[place + 1] === origin && moments[place + 2] === process
}

/** Time of a life's newest moment, 0 before the first. */
export function newestTime(task: Living): number {
  return task.moments[task.moments.length - width] ?? 0
}

/** Process id and Lamport clock as one exact number. */
function process53(pid: number, clock: number): number {
  return (Math.abs(Math.trunc(pid)) % 2 ** 22) * 2 ** 31 + (Math.abs(Math.trunc(clock)) % 2 ** 31)
}
