import type { TaskRecord } from '../tasks/record.ts'
import { growForest } from '../tasks/workflowForest.ts'
import type { Member } from '../tasks/workflowForest.ts'
import type { Workflows } from '../tasks/workflows.ts'
import { isNewRunId, originalPart, partOfOriginal } from './retryManyIds.ts'

interface Family {
  readonly chordParts: ReadonlySet<string>
  /** New runs of bulk retries, by the part of their ids that follows from the old one. */
  readonly runs: ReadonlyMap<string, TaskRecord>
}

/** What workflows tell of tasks that are to run again. Each workflow is looked at once, however many of its tasks are asked about. */
export class Families {
  readonly #workflows: Workflows | undefined
  readonly #known = new Map<string, Family>()

  constructor(workflows: Workflows | undefined) {
    this.#workflows = workflows
  }

  /** Whether the step that joins a chord waits for it, as far as events tell. */
  isInChord({ id, root }: Pick<TaskRecord, 'id' | 'root'>): boolean {
    return this.#family(id, root).chordParts.has(id)
  }

  /** A run that any Warren's bulk retry sent of it. */
  runOf({ id, root }: Pick<TaskRecord, 'id' | 'root'>): TaskRecord | undefined {
    return this.#family(id, root).runs.get(originalPart(id))
  }

  #family(id: string, root: string | null): Family {
    const known = this.#known.get(root ?? id)
    if (known) return known
    const held = this.#workflows?.tasks(id) ?? []
    // One that only the history holds is in no family; others of its workflow may be.
    const tasks = held.length > 0 ? held : (this.#workflows?.tasks(root ?? id) ?? [])
    const family = {
      chordParts: new Set(tasks.some(isStep) ? growForest(tasks).flatMap(awaited) : []),
      runs: new Map(tasks.filter(({ id: one }) => isNewRunId(one)).map((task) => [partOfOriginal(task.id), task])),
    }
    this.#known.set(root ?? id, family)
    return family
  }
}

function isStep({ name }: TaskRecord): boolean {
  return name === 'celery.chord_unlock'
}

function awaited(first: Member): string[] {
  const ids: string[] = []
  const open = [first]
  for (let member = open.pop(); member !== undefined; member = open.pop()) {
    for (const { id } of member.awaits) ids.push(id)
    for (const child of member.children) open.push(child)
  }
  return ids
}
