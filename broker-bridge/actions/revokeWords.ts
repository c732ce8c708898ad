import type { Question, RevokeParams } from '../protocol/index.ts'
import type { TaskRecord } from '../tasks/record.ts'

/** Tasks that a yes is for. */
export interface Chosen {
  readonly ids: readonly string[]
  /** What is known of them. */
  readonly tasks: readonly TaskRecord[]
  /** Open tasks beyond the limit. */
  readonly beyond: number
  /** Named tasks that are left out, since they have ended. */
  readonly ended: number
}

const namesTold = 5

const whatRevokingIs =
  'Each worker keeps the ids in its memory and drops such a task when it would start it. A worker that starts later learns them only from one that is alive then, and one that restarts forgets them unless it runs with --statedb.'
const whatRunsGoesOn = 'Tasks that run already go on.'
const whatEndingIs =
  'Where such a task runs already, its worker ends the process that runs it, at once and without cleaning up; only the prefork pool can. Should that process have moved on to another task meanwhile, that one dies. What a task did until then stays done.'
const whatStampsAre =
  'Workers drop every task that bears this stamp, as they come to it; which ones these are, only they know. Celery knows stamps from 5.3 on; older workers refuse.'

export function revokeQuestion({ target, terminate, signal }: RevokeParams, chosen: Chosen, workers: number): Question {
  const verb = terminate ? 'Terminate' : 'Revoke'
  const stamps = target.by === 'stamp'
  const what = stamps
    ? `the tasks stamped ${target.header.slice(0, 100)} = ${target.values.slice(0, 5).join(', ').slice(0, 200)}`
    : objectOf(chosen)
  return {
    question: `${verb} ${what}?`,
    detail: [
      ...(stamps ? [whatStampsAre] : [namesOf(chosen.tasks)].filter((names) => names !== '')),
      terminate ? whatRevokingIs : `${whatRevokingIs} ${whatRunsGoesOn}`,
      ...(terminate ? [`${whatEndingIs} The signal is ${signal}.`] : []),
      ...(chosen.ended > 0 ? [endedText(chosen.ended)] : []),
      ...(chosen.beyond > 0 ? [`${chosen.beyond} further tasks match: they would be asked about after these.`] : []),
      `${workers === 1 ? '1 worker is' : `${workers} workers are`} told.`,
    ].join('\n\n'),
    action: verb,
    count: stamps ? workers : chosen.ids.length,
  }
}

function endedText(ended: number): string {
  return ended === 1
    ? '1 of the named tasks has ended already and is left out.'
    : `${ended} of the named tasks have ended already and are left out.`
}

function objectOf({ ids, tasks }: Chosen): string {
  if (ids.length > 1) return `${ids.length} tasks`
  const name = tasks[0]?.name ?? null
  return name === null ? `task ${ids[0]?.slice(0, 100) ?? ''}` : `${name.slice(0, 200)} (${ids[0]?.slice(0, 100) ?? ''})`
}

/** `12 × shop.pay (8 RECEIVED, 4 STARTED)`, a line for each name. */
function namesOf(tasks: readonly TaskRecord[]): string {
  if (tasks.length < 2) return tasks.map(({ state }) => `Its state is ${state}.`).join('')
  const byName = grouped(tasks, ({ name }) => name ?? 'without a name')
  const lines = byName.slice(0, namesTold).map(([name, group]) => `${group.length} × ${name.slice(0, 200)} (${statesOf(group)})`)
  return [...lines, ...(byName.length > namesTold ? [`and ${byName.length - namesTold} more names`] : [])].join('\n')
}

function statesOf(tasks: readonly TaskRecord[]): string {
  return grouped(tasks, ({ state }) => state)
    .map(([state, group]) => `${group.length} ${state}`)
    .join(', ')
}

function grouped(tasks: readonly TaskRecord[], key: (task: TaskRecord) => string): [string, TaskRecord[]][] {
  const groups = new Map<string, TaskRecord[]>()
  for (const task of tasks) {
    const group = groups.get(key(task))
    if (group) group.push(task)
    else groups.set(key(task), [task])
  }
  return [...groups]
}
