import { endedStates } from '../protocol/index.ts'
import type { TaskState } from '../protocol/index.ts'
import type { Lives } from './life.ts'
import type { TaskRecord } from './record.ts'

/** Why a task that a worker had is probably not running: its worker is gone, or is another process now. */
export type OrphanReason = 'gone' | 'restarted'

/** What was learnt of a worker: whether it lives, and its process. */
export interface WorkerLife {
  readonly worker: string
  readonly online: boolean
  /** 0 where it is not known. */
  readonly pid: number
}

/** A worker as its tasks see it: those it has, and the processes that had its name. */
export interface Home {
  readonly tasks: Set<TaskRecord>
  online: boolean | null
  pid: number
  /** Processes that had this name before. */
  readonly former: Set<number>
  /** Two processes use this name at the same time, so that neither proves the other's end. */
  shared: boolean
}

/** Former processes that are remembered: of a worker that dies again and again, the last ones. */
const formerLimit = 50
/** As process ids are kept in a task's life. */
const pidRange = 2 ** 22

/** The unended tasks of one connection by the worker that has them. Pure; an event costs the same however many tasks there are. */
export class Orphans {
  readonly #homes = new Map<string, Home>()
  readonly #lives: Lives

  constructor(lives: Lives) {
    this.#lives = lives
  }

  /** Puts a task where it belongs after it changed. */
  note(task: TaskRecord): void {
    const home = isAtWork(task) && task.worker !== null ? this.#home(task.worker) : null
    if (task.home !== home) this.#move(task, home)
    task.orphaned = home && this.#reason(home, task)
  }

  forget(task: TaskRecord): void {
    this.#move(task, null)
  }

  /** Takes in what became of a worker. Costs a look at the tasks it has. @returns those that are orphans now, or no longer */
  learn({ worker, online, pid }: WorkerLife): TaskRecord[] {
    const home = this.#home(worker)
    this.#enter(home, online, pid % pidRange)
    // In the order of their activity, which is theirs afterwards too: that of the set follows from who looked when.
    const tasks = [...home.tasks].sort((one, other) => one.activity - other.activity)
    const changed = tasks.filter((task) => {
      const before = task.orphaned
      task.orphaned = this.#reason(home, task)
      return task.orphaned !== before
    })
    // Names change with every deployment; what nobody asks about is not remembered.
    if (home.tasks.size === 0 && !online) this.#homes.delete(worker)
    return changed
  }

  #move(task: TaskRecord, home: Home | null): void {
    task.home?.tasks.delete(task)
    task.home = home
    home?.tasks.add(task)
  }

  #enter(home: Home, online: boolean, pid: number): void {
    const isOther = pid !== 0 && pid !== home.pid
    // A former process may end after its successor began; the successor is the one that counts.
    if (!online && isOther && home.former.has(pid)) return
    home.online = online
    if (!isOther) return
    home.shared ||= home.former.has(pid)
    // A process may be known by its tasks alone: it died before its first heartbeat was heard.
    for (const former of [home.pid, ...[...home.tasks].map((task) => this.#lives.process(task))])
      if (former !== 0 && former !== pid) home.former.add(former)
    for (const oldest of home.former) if (home.former.size > formerLimit) home.former.delete(oldest)
    home.pid = pid
  }

  #home(worker: string): Home {
    const known = this.#homes.get(worker)
    if (known) return known
    const home = { tasks: new Set<TaskRecord>(), online: null, pid: 0, former: new Set<number>(), shared: false }
    this.#homes.set(worker, home)
    return home
  }

  #reason(home: Home, task: TaskRecord): OrphanReason | null {
    if (home.online === false) return 'gone'
    if (home.shared || home.former.size === 0) return null
    return home.former.has(this.#lives.process(task)) ? 'restarted' : null
  }
}

/** A worker took it and has not told its end; whatever state it gave itself, it runs. */
function isAtWork({ state }: TaskRecord): boolean {
  return !endedStates.has(state) && state !== 'PENDING' && state !== 'RETRY'
}

const words: Readonly<Record<OrphanReason, string>> = {
  gone: 'Its worker went away',
  restarted: 'Its worker was started anew',
}

/** What is probably true of an orphan, as one sentence. */
export function orphanText(reason: OrphanReason, state: TaskState): string {
  return state === 'RECEIVED'
    ? `${words[reason]} before the task began; the broker most likely gives it to another worker.`
    : `${words[reason]} while the task ran, so it is most likely lost: only a task that is acknowledged late runs again by itself.`
}
