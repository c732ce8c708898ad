import type { TaskRecord } from './record.ts'

/** What the last step of a chord was told, as far as its event's text shows it. */
export interface ChordStep {
  /** Id of the body, the task that gets the results of all members. */
  readonly body: string
  /** Members that can be counted in the text, and whether these are all. */
  readonly members: number
  readonly isWhole: boolean
}

/** Result backends that cannot count let this task ask, again and again, whether all members of a chord have ended. */
const stepName = 'celery.chord_unlock'
/** Celery shortens arguments to about a thousand characters. */
const textRead = 4_096

/** Reads the task that joins a chord; undefined for any other task, and for a text that does not look like Celery's. */
export function readChordStep(task: TaskRecord): ChordStep | undefined {
  if (task.name !== stepName) return undefined
  const body = /'task_id': '([^'\\]+)'/.exec((task.args ?? '').slice(0, textRead))?.[1]
  if (body === undefined || body === task.id) return undefined
  const results = /'result': \[(.*)/s.exec((task.kwargs ?? '').slice(0, textRead))?.[1] ?? ''
  // Each member is a pair of its id, which Celery leaves out, and its own parts.
  const members = results.match(/[[(][[(]\.\.\.[\])], /g)?.length ?? 0
  return { body, members, isWhole: /[\])]\]\}$/.test(results) }
}
