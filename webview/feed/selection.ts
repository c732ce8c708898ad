import { endedStates, knownStates, selectionLimit } from '../../broker-bridge/protocol/index.ts'
import type { ListedTask, TaskKey, TaskState } from '../../broker-bridge/protocol/index.ts'
import { formatCount } from '../text/numbers.ts'
import { lookOf } from '../text/taskStates.ts'
import type { FeedFilter, Source } from './viewState.ts'

/** The selected tasks by `keyText`, each with its state as it was last heard of. */
export type Selection = ReadonlyMap<string, ListedTask>

export const nothingSelected: Selection = new Map()

/** Two brokers may hold the same id. */
export function keyText({ connection, id }: TaskKey): string {
  return `${connection}\n${id}`
}

/** The selection with these too, as far as there is room. */
export function withTasks(selection: Selection, tasks: readonly ListedTask[]): Selection {
  const all = new Map(selection)
  for (const { connection, id, state } of tasks) {
    if (all.size >= selectionLimit) break
    all.set(keyText({ connection, id }), { connection, id, state })
  }
  return all
}

/** With this one, or without it where it is there. */
export function withFlipped(selection: Selection, task: ListedTask): Selection {
  const key = keyText(task)
  if (!selection.has(key)) return withTasks(selection, [task])
  const others = new Map(selection)
  others.delete(key)
  return others
}

/**
 * With the states that tasks of one connection have now; those that are held no more are dropped.
 * @param states in the order of the ids
 * @returns the same selection where nothing changed
 */
export function withStates(
  selection: Selection,
  connection: string,
  ids: readonly string[],
  states: readonly (TaskState | null)[],
): Selection {
  const changed = new Map(selection)
  let changes = 0
  for (const [index, id] of ids.entries()) {
    const key = keyText({ connection, id })
    const state = states[index] ?? null
    const before = changed.get(key)
    if (!before || before.state === state) continue
    changes++
    if (state === null) changed.delete(key)
    else changed.set(key, { connection, id, state })
  }
  return changes === 0 ? selection : changed
}

/** Whether a list shows other tasks than before: what is selected in the one would be out of sight in the other. */
export function isAboutOthers(before: FeedFilter, after: FeedFilter): boolean {
  const subject = ({ source, query, states, connection }: FeedFilter): string =>
    JSON.stringify([source, query.trim(), states, connection])
  return subject(before) !== subject(after)
}

/** How many are in which state, in the order of a task's life. */
export function stateCounts(selection: Selection): { readonly state: TaskState; readonly count: number }[] {
  const counts = new Map<TaskState, number>()
  for (const { state } of selection.values()) counts.set(state, (counts.get(state) ?? 0) + 1)
  const place = (state: TaskState): number => (knownStates as readonly string[]).indexOf(state) >>> 0
  return [...counts].map(([state, count]) => ({ state, count })).sort((one, other) => place(one.state) - place(other.state))
}

/** The selected tasks of each connection, the most first. */
export function byConnection(selection: Selection): ReadonlyMap<string, readonly ListedTask[]> {
  const groups = new Map<string, ListedTask[]>()
  for (const task of selection.values()) {
    const group = groups.get(task.connection)
    if (group) group.push(task)
    else groups.set(task.connection, [task])
  }
  return new Map([...groups].sort(([, one], [, other]) => other.length - one.length))
}

export function hasEnded({ state }: ListedTask): boolean {
  return endedStates.has(state)
}

/** What a screen reader hears: `3 selected: 2 Failure, 1 Started.` */
export function spokenSelection(selection: Selection, more: number, source: Source): string {
  if (selection.size === 0) return 'Nothing selected.'
  const states = stateCounts(selection).map(({ state, count }) => `${formatCount(count)} ${lookOf(state).label}`)
  const rest = more > 0 ? ` ${moreText(selection, more, source)}` : ''
  return `${formatCount(selection.size)} selected: ${states.join(', ')}.${rest}`
}

/** That a list has more tasks than were selected. The history counts no further than it was looked through. */
export function moreText({ size }: Selection, more: number, source: Source): string {
  const why = size >= selectionLimit ? ', the most at once' : ''
  return `These are the first ${formatCount(size)}${why}; ${source === 'live' ? formatCount(size + more) : 'more'} match.`
}
