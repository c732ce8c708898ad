import { confirmed, messageOf, RequestError } from '../../broker-bridge/protocol/index.ts'
import type { FailureGroup, TaskKey, TaskRow } from '../../broker-bridge/protocol/index.ts'
import { tasksQuery } from '../feed/failureGroups.ts'
import { freshKey } from './freshKey.ts'
import type { Session } from './session.ts'

type Asker = Pick<Session, 'request'>

/** What running the failed tasks of some groups again would do. */
export interface GroupRetryPlan {
  /** Tasks whose arguments and queue are known. */
  readonly ready: readonly TaskKey[]
  /** Of these, tasks whose arguments are those an event showed, or those the task itself may have changed. */
  readonly fromEvents: number
  /** Tasks whose arguments or queue a person has to complete first. */
  readonly incomplete: number
  /** Tasks that were run again already. */
  readonly repeated: number
  /** Tasks beyond those that were looked at. */
  readonly more: number
}

/** One retry each is a question to the bridge; more at once is nothing to confirm in one sentence. */
export const retryLimit = 200

/** Looks what is known of the failed tasks of these groups. @throws RequestError */
export async function planGroupRetry(session: Asker, groups: readonly FailureGroup[]): Promise<GroupRetryPlan> {
  const { tasks, matched } = await failedTasks(session, groups)
  const counts = { fromEvents: 0, incomplete: 0, repeated: 0 }
  const ready: TaskKey[] = []
  for (const { connection, id } of tasks) {
    const kind = await kindOf(session, { connection, id })
    if (kind === 'recorded' || kind === 'fromEvents') ready.push({ connection, id })
    if (kind !== 'recorded' && kind !== 'gone') counts[kind]++
  }
  return { ready, ...counts, more: matched - tasks.length }
}

async function failedTasks(session: Asker, groups: readonly FailureGroup[]): Promise<{ tasks: TaskRow[]; matched: number }> {
  const found = { tasks: [] as TaskRow[], matched: 0 }
  for (const connection of new Set(groups.map((group) => group.connection))) {
    const query = tasksQuery(groups.filter((group) => group.connection === connection))
    const filter = { connection, query, states: ['FAILURE'] }
    const { tasks, matched } = await session.request('listTasks', { filter, limit: retryLimit })
    found.tasks.push(...tasks.slice(0, retryLimit - found.tasks.length))
    found.matched += matched
  }
  return found
}

async function kindOf(session: Asker, key: TaskKey): Promise<'recorded' | 'fromEvents' | 'incomplete' | 'repeated' | 'gone'> {
  try {
    const { retriedAs } = await session.request('getTask', key)
    if (retriedAs.length > 0) return 'repeated'
    const { source, queue, doubtful } = await session.request('planRetry', key)
    if (source === 'incomplete' || queue === null) return 'incomplete'
    return source === 'event' || doubtful === true ? 'fromEvents' : 'recorded'
  } catch (error) {
    // A task that is no longer held is not run again, and no reason to leave the others.
    if (error instanceof RequestError && error.code === 'not_found') return 'gone'
    throw error
  }
}

/** How far it got. */
export interface GroupRetryOutcome {
  readonly sent: number
  readonly failed: number
  /** What the bridge said of the last one that failed. */
  readonly problem: string | null
  readonly ended: boolean
}

const hopeless: ReadonlySet<string> = new Set(['not_connected', 'read_only', 'closed', 'blocked', 'timeout'])

/** Runs tasks again one after the other, by the same door as a single one, and tells how far it got after each. */
export async function* retryAll(session: Asker, keys: readonly TaskKey[]): AsyncGenerator<GroupRetryOutcome> {
  let [sent, failed] = [0, 0]
  let problem: string | null = null
  for (const [index, key] of keys.entries()) {
    let ended = index === keys.length - 1
    try {
      // The user has said yes to all of them.
      await confirmed(session, 'retry', { ...key, key: freshKey() }, () => Promise.resolve(true))
      sent++
    } catch (error) {
      failed++
      problem = messageOf(error)
      ended ||= error instanceof RequestError && hopeless.has(error.code)
    }
    yield { sent, failed, problem, ended }
    if (ended) return
  }
}
