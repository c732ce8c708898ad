import { workflowNodeLimit, workflowSiblingLimit } from '../protocol/index.ts'
import type { Workflow, WorkflowEdge, WorkflowNode } from '../protocol/index.ts'
import { Counts } from './counts.ts'
import type { Lives } from './life.ts'
import { currentError, runtimeOf } from './picture.ts'
import type { TaskRecord } from './record.ts'
import { growForest } from './workflowForest.ts'
import type { Member } from './workflowForest.ts'
import { foldMembers } from './workflowFolds.ts'
import type { Fold } from './workflowFolds.ts'

/**
 * The graph of a workflow. The same for the same facts, in whatever order they came. Never throws: parents that are missing,
 * are the task itself or go round in a circle are drawn as far as they make sense.
 * @param asked one of `tasks`
 * @param tasks all tasks of its workflow
 */
export function workflowOf(asked: TaskRecord, tasks: readonly TaskRecord[], lives: Lives): Workflow {
  const forest = growForest(tasks)
  const folds = foldMembers(forest, workflowSiblingLimit)
  const home = folds.find(({ members }) => members.some(({ id }) => id === asked.id))
  const shown = home ? nearest(home, folds, workflowNodeLimit) : new Set<Fold>()
  const kept = folds.filter((fold) => shown.has(fold))
  return {
    connection: asked.connection,
    asked: asked.id,
    askedNode: home?.id ?? asked.id,
    root: asked.root ?? asked.id,
    nodes: kept.map((fold) => toNode(fold, lives)),
    edges: kept.flatMap((fold) => edgesTo(fold, shown)),
    leftOut: folds.length - kept.length,
    total: tasks.length,
    states: countStates(tasks),
  }
}

/** So many of them, nearest first along edges: in a chain of thousands one sees what is around. */
function nearest(home: Fold, folds: readonly Fold[], limit: number): Set<Fold> {
  const neighbours = new Map<Fold, Fold[]>(folds.map((fold) => [fold, [...fold.sources]]))
  for (const fold of folds) for (const source of fold.sources) neighbours.get(source)?.push(fold)
  const shown = new Set([home])
  for (const fold of shown) {
    for (const neighbour of neighbours.get(fold) ?? []) if (shown.size < limit) shown.add(neighbour)
  }
  // Trees that hang together with nothing: tasks without a parent that name the same root.
  for (const fold of folds) if (shown.size < limit) shown.add(fold)
  return shown
}

function edgesTo(fold: Fold, shown: ReadonlySet<Fold>): WorkflowEdge[] {
  return [...fold.sources]
    .filter((source) => shown.has(source))
    .map((source) => ({ from: source.id, to: fold.id, kind: kindOf(fold) }))
}

function kindOf({ members: [member], awaits }: Fold): WorkflowEdge['kind'] {
  if (awaits) return 'awaited'
  if (member?.isJoined) return 'joined'
  return member?.task?.retryOf != null && member.task.retryOf === member.parent?.id ? 'retried' : 'sent'
}

function toNode({ id, members }: Fold, lives: Lives): WorkflowNode {
  const [first] = members
  if (members.length > 1 || first === undefined) return toGroup(id, members)
  const { task } = first
  if (task === null) return { kind: 'unseen', id }
  return {
    kind: 'task',
    id,
    name: task.name,
    state: task.state,
    worker: task.worker,
    runtime: runtimeOf(task, lives),
    retries: task.retries,
    exception: currentError(task)?.exception?.slice(0, 200) ?? null,
  }
}

function toGroup(id: string, members: readonly Member[]): WorkflowNode {
  const tasks = members.flatMap(({ task }) => task ?? [])
  const parent = members[0]?.parent ?? null
  return {
    kind: 'group',
    id,
    name: tasks[0]?.name ?? null,
    count: members.length,
    states: countStates(tasks),
    parent: members.every((member) => member.parent === parent) ? (parent?.id ?? null) : null,
  }
}

function countStates(tasks: readonly TaskRecord[]): Record<string, number> {
  const counts = new Counts()
  for (const { state } of tasks) counts.add(state, 1)
  return counts.toRecord()
}
