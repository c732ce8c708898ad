import type { TellableCommand } from '../taskSystem.ts'
import { readAcknowledgement, settingsFinder } from './inspection.ts'
import type { Acknowledgement } from './inspection.ts'

/** What Celery's errors mean and what helps, as seen with 5.2.6 and 5.5.3. */
const meanings: readonly (readonly [RegExp, string])[] = [
  [/Pool restarts not enabled/, 'Its settings do not allow pool restarts: set worker_pool_restarts = True.'],
  [/Autoscale not enabled/, 'It was started without --autoscale.'],
  [/not supported with autoscale/, 'It scales by itself (--autoscale); change its bounds with autoscale instead.'],
  [/KeyError\('revoke_by_stamped_headers'\)/, 'Its Celery is older than 5.3 and knows no stamps.'],
  [/kill_job|terminate_job/, 'Its pool has no processes of its own that could be ended; only prefork has.'],
  [/^unknown task$/, 'It has no task of that name.'],
  [
    /has no attribute '(?:grow|shrink)'|object is not callable|does not (?:support|implement)/,
    'Its pool cannot change its size.',
  ],
]

/** Reads what a worker said to a command. `heartbeat` is answered with null. */
export function readTold({ command }: TellableCommand, payload: unknown): Acknowledgement {
  if (command === 'heartbeat' && payload === null) return { ok: true, text: 'heartbeat sent' }
  const answer = readAcknowledgement(payload)
  if (answer.ok) return answer
  const meaning = meanings.find(([error]) => error.test(answer.text))
  return meaning ? { ok: false, text: `${meaning[1]} (${answer.text})` } : answer
}

/** Settings by which a worker declares queues otherwise than plainly: then what it would declare is not known. */
const declaring = ['task_queue_max_priority', 'task_default_queue_type'] as const

/** Those of a worker's settings, as it answered `conf`, that change how it declares queues; null where it gave no answer. */
export function readDeclaring(conf: unknown): readonly string[] | null {
  const find = settingsFinder(conf)
  if (find === null) return null
  return declaring.filter((name) => {
    const value = find(name, `celery_${name}`)
    return value !== undefined && value !== null && value !== 'classic'
  })
}
