import { failureGroupLimit } from '../protocol/index.ts'
import type { FailureMark, FailurePicture } from '../protocol/index.ts'
import type { TaskEvent } from '../sources/events.ts'
import { Group } from './failureGroup.ts'
import type { FailureMarks } from './failureMarks.ts'
import { causeOf } from './fingerprint.ts'
import type { FailureCause } from './fingerprint.ts'
import type { TaskError, TaskRecord } from './record.ts'

/** Most groups held per connection. */
const groupLimit = 500
const namelessLimit = 1_000

interface Inbox {
  readonly broker: string
  /** The longest unchanged first. */
  readonly groups: Map<string, Group>
  letGo: number
}

/** Failures by their cause, kept up to date at constant cost for each. Pure: times come in, marks are kept by somebody else. */
export class Failures {
  readonly #marks: FailureMarks
  readonly #inboxes = new Map<string, Inbox>()
  /** Failed tasks that no event has named yet, with their groups: who was affected is known when their names are. */
  readonly #nameless = new Map<TaskRecord, Group[]>()
  #revision = 0

  constructor(marks: FailureMarks) {
    this.#marks = marks
  }

  /** Goes up whenever a picture would show something else. */
  get revision(): number {
    return this.#revision
  }

  /** Says which broker a connection is one to. @param broker the same text after every restart, without a secret */
  open(connection: string, broker: string): void {
    if (this.#inboxes.get(connection)?.broker !== broker) this.#inboxes.set(connection, { broker, groups: new Map(), letGo: 0 })
  }

  /**
   * Takes in a new event of a task, after the task took it in; of no interest are those that are no failure.
   * @param now epoch seconds of its arrival: a failure later than that is one of a wrong clock
   * @param heard false for one that was recorded while nobody listened: it is no news
   */
  note(task: TaskRecord, event: TaskEvent, now: number, heard = true): void {
    if (this.#nameless.size > 0) this.#nameNow(task)
    if (event.state !== 'FAILURE' || (event.exception === null && event.traceback === null)) return
    this.#revision++
    const group = this.#group(this.#inbox(task.connection), event, fingerprintOf(task, event))
    const at = Math.min(event.at, now)
    this.#add(task, group, { ...event, at })
    if (heard) group.hear(now)
    if (task.name === null) this.#remember(task, group)
  }

  /** Takes in the failures of a task that was kept from earlier days. @param known the same task as far as it is held already */
  recall(kept: TaskRecord, known: TaskRecord | undefined): void {
    const inbox = this.#inbox(kept.connection)
    for (const error of kept.errors ?? []) {
      if (error.state !== 'FAILURE' || known?.errors?.some((held) => isSame(held, error))) continue
      this.#revision++
      const group = this.#earlierGroup(inbox, error)
      if (group) this.#add(kept, group, { ...error, worker: kept.worker ?? '' })
    }
  }

  /** Marks groups. @returns how many of them are held @param now epoch seconds; what fails later brings a resolved group back */
  mark(connection: string, fingerprints: readonly string[], mark: FailureMark, now: number): number {
    const inbox = this.#inboxes.get(connection)
    const held = inbox ? fingerprints.filter((fingerprint) => inbox.groups.has(fingerprint)) : []
    for (const fingerprint of held) {
      this.#marks.set(inbox?.broker ?? '', fingerprint, mark === 'new' ? undefined : { mark, at: now })
    }
    this.#revision++
    return held.length
  }

  drop(connection: string): void {
    this.#revision++
    this.#inboxes.delete(connection)
    for (const task of this.#nameless.keys()) if (task.connection === connection) this.#nameless.delete(task)
  }

  /** Groups nobody has decided about yet. */
  get fresh(): number {
    let count = 0
    for (const { broker, groups } of this.#inboxes.values())
      for (const fingerprint of groups.keys()) if ((this.#marks.get(broker, fingerprint)?.mark ?? 'new') === 'new') count++
    return count
  }

  picture(): FailurePicture {
    const inboxes = [...this.#inboxes.entries()]
    const held = inboxes.flatMap(([connection, { broker, groups }]) =>
      [...groups.values()].map((group) => ({ connection, broker, group })),
    )
    held.sort((one, other) => other.group.lastSeen - one.group.lastSeen)
    return {
      groups: held.slice(0, failureGroupLimit).map(({ connection, broker, group }) => {
        const marked = this.#marks.get(broker, group.fingerprint)
        return { connection, ...group.picture(), mark: marked?.mark ?? 'new', cameBack: marked?.mark === 'new' }
      }),
      total: held.length,
      letGo: inboxes.reduce((sum, [, { letGo }]) => sum + letGo, 0),
    }
  }

  #add(task: TaskRecord, group: Group, { at, worker, exception }: Pick<TaskEvent, 'at' | 'worker' | 'exception'>): void {
    group.add({ id: task.id, name: task.name, worker, exception, at })
    const { broker } = this.#inbox(task.connection)
    const marked = this.#marks.get(broker, group.fingerprint)
    if (marked?.mark === 'resolved' && at > marked.at) this.#marks.set(broker, group.fingerprint, { mark: 'new', at })
  }

  #inbox(connection: string): Inbox {
    const known = this.#inboxes.get(connection)
    if (known) return known
    const added = { broker: connection, groups: new Map<string, Group>(), letGo: 0 }
    this.#inboxes.set(connection, added)
    return added
  }

  /** The group of a failure that just happened: it comes last, and the longest unchanged one makes room. */
  #group(inbox: Inbox, { exception, traceback }: TaskEvent, fingerprint: string | undefined): Group {
    const known = fingerprint === undefined ? undefined : inbox.groups.get(fingerprint)
    const group = known ?? groupOf(inbox, causeOf(exception, traceback))
    inbox.groups.delete(group.fingerprint)
    inbox.groups.set(group.fingerprint, group)
    const [oldest] = inbox.groups.size > groupLimit ? inbox.groups.keys() : []
    if (oldest !== undefined && inbox.groups.delete(oldest)) inbox.letGo++
    return group
  }

  /** The group of a failure of earlier days. What is kept comes newest first, so nothing makes room for it. */
  #earlierGroup(inbox: Inbox, { exception, traceback }: TaskError): Group | undefined {
    const cause = causeOf(exception, traceback)
    const known = inbox.groups.get(cause.fingerprint)
    if (known) return known
    if (inbox.groups.size >= groupLimit) {
      inbox.letGo++
      return undefined
    }
    const added = new Group(cause)
    inbox.groups.set(cause.fingerprint, added)
    return added
  }

  #remember(task: TaskRecord, group: Group): void {
    if (this.#nameless.size >= namelessLimit) this.#nameless.clear()
    this.#nameless.set(task, [...(this.#nameless.get(task) ?? []), group])
  }

  #nameNow(task: TaskRecord): void {
    const groups = task.name === null ? undefined : this.#nameless.get(task)
    for (const group of groups ?? []) group.rename(task.id, task.name ?? '')
    if (groups && this.#nameless.delete(task)) this.#revision++
  }
}

function groupOf({ groups }: Inbox, cause: FailureCause): Group {
  return groups.get(cause.fingerprint) ?? new Group(cause)
}

/** The task itself knows, unless it has had too many errors since: reading a traceback once is enough. */
function fingerprintOf({ errors }: TaskRecord, event: TaskEvent): string | undefined {
  return errors?.find((error) => isSame(error, event))?.fingerprint
}

function isSame(one: Omit<TaskError, 'fingerprint'>, other: Omit<TaskError, 'fingerprint'>): boolean {
  return (
    one.at === other.at && one.state === other.state && one.exception === other.exception && one.traceback === other.traceback
  )
}
