import { printQuery, RequestError } from '../../broker-bridge/protocol/index.ts'
import type { TaskFilter, TaskKey } from '../../broker-bridge/protocol/index.ts'
import type { Target } from '../views/node.ts'
import { TreeLine } from '../views/treeLines.ts'

type Kind = 'task' | 'taskName' | 'failure'
type Of<K extends Kind> = Extract<Target, { readonly kind: K }>

/**
 * What a command from a tree is about: the selected lines of this kind where the line it was called on is one of them, as VS Code
 * hands them over, else that line alone; nothing where it was called on something else.
 */
export function selectedTargets<K extends Kind>(kind: K, argument: unknown, selected: unknown): Of<K>[] {
  const lines: unknown[] = Array.isArray(selected) && selected.includes(argument) ? selected : [argument]
  if (!isOf(kind, argument)) return []
  return lines.flatMap((line) => (isOf(kind, line) ? [line.target] : []))
}

function isOf<K extends Kind>(kind: K, line: unknown): line is TreeLine & { readonly target: Of<K> } {
  return line instanceof TreeLine && line.target?.kind === kind
}

/** Several tasks of one connection, for one request. */
export interface SelectedTasks {
  readonly connection: string
  readonly ids: readonly string[]
}

/**
 * The tasks of several selected lines; undefined where fewer are meant. One task can stand in a tree twice.
 * @throws RequestError `invalid` where they belong to several connections
 */
export function selectedTasks(argument: unknown, selected: unknown): SelectedTasks | undefined {
  const keys: TaskKey[] = selectedTargets('task', argument, selected).map(({ key }) => key)
  const ids = [...new Set(keys.map(({ id }) => id))]
  return ids.length < 2 ? undefined : { connection: oneConnection(keys), ids }
}

/**
 * The connection that all of them belong to: a question names one place.
 * @throws RequestError `invalid` where there are several
 */
export function oneConnection(parts: readonly { readonly connection: string }[]): string {
  const [first, ...others] = new Set(parts.map(({ connection }) => connection))
  if (first === undefined || others.length > 0)
    throw new RequestError('invalid', 'The selected lines belong to several connections. Select those of one connection.')
  return first
}

/** Finds the tasks of one name or of several. */
export function filterOfNames(names: readonly string[]): TaskFilter {
  const [name, ...others] = names
  if (name === undefined || others.length === 0) return { name: name ?? '' }
  const parts = names.map((each) => ({ kind: 'text', field: 'name', pattern: { parts: [each.toLowerCase()] } }) as const)
  return { query: printQuery({ kind: 'or', parts }) }
}
