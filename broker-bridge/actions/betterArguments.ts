import { parse, stringify } from 'lossless-json'
import { endedStates } from '../protocol/index.ts'
import type { RetryPlan, TaskState } from '../protocol/index.ts'
import type { ExactAnswers } from '../lookups/exactAnswers.ts'
import type { Connection } from '../sources/connection.ts'
import type { ArgumentsRead, HeldTask, Question } from '../sources/taskSystem.ts'

/** Arguments as values and not as an event's text of them. */
export interface BetterArguments extends Pick<RetryPlan, 'explanation' | 'args' | 'kwargs'> {
  readonly source: 'worker' | 'backend'
  /** Who told them, as one sentence. */
  readonly told: string
  /** True where the user should look at them first. */
  readonly doubtful: boolean
  /** The name under which the task is registered, whatever events show. */
  readonly name: string | null
  /** Where it came from, as far as this tells. */
  readonly queue: string | null
}

/**
 * The arguments themselves: from a worker that has the task at the moment, or from its result backend, where one keeps them
 * (`result_extended`) and may be asked. Null where neither has them, or where tasks travel in other forms than JSON, whose types JSON
 * would lose.
 */
export async function betterArguments(
  connection: Connection,
  exact: ExactAnswers,
  task: { readonly id: string; readonly state: TaskState },
): Promise<BetterArguments | null> {
  const found = (await fromWorkers(connection, task)) ?? (await fromBackend(connection, exact, task.id))
  if (found === null) return null
  const serializers = await takesOnlyJson(connection)
  if (serializers === false) return null
  if (serializers === true) return found
  return { ...found, doubtful: true, explanation: `${found.explanation} No worker tells whether tasks are sent as JSON.` }
}

const questions: readonly Question[] = ['active', 'reserved', 'scheduled']

async function fromWorkers(
  connection: Connection,
  { id, state }: { readonly id: string; readonly state: TaskState },
): Promise<BetterArguments | null> {
  if (endedStates.has(state) || !connection.connected) return null
  const held = (
    await Promise.all(questions.map((question) => connection.conversation.heldTask(question, id).catch(() => null)))
  ).find((one) => one !== null)
  return held ? toWorkers(held) : null
}

function toWorkers({ worker, name, args, kwargs, hasStarted }: HeldTask): BetterArguments {
  const doubtful = hasStarted && (isChangeable(args) || isChangeable(kwargs))
  const told = `${worker.slice(0, 200)} has the task now and tells its arguments themselves.`
  return { source: 'worker', told, explanation: explained(told, doubtful), args, kwargs, doubtful, name, queue: null }
}

async function fromBackend(connection: Connection, exact: ExactAnswers, id: string): Promise<BetterArguments | null> {
  const answer = await exact.of(connection, id)
  if (answer === null) return null
  const { args, kwargs, name, queue, source } = answer
  const doubtful = isChangeable(args) || isChangeable(kwargs)
  const told = `The result backend keeps the arguments themselves (${source.slice(0, 200)}).`
  return { source: 'backend', told, explanation: explained(told, doubtful), args, kwargs, doubtful, name, queue }
}

function explained(told: string, doubtful: boolean): string {
  return doubtful
    ? `${told} There is a list or a dict among them: had the task changed it while it ran, it would be the changed one.`
    : told
}

/** Whether there is a list or an object among arguments: only these can be changed by the task that got them. */
function isChangeable(json: string | null): boolean {
  if (json === null) return false
  const value: unknown = JSON.parse(json)
  return (
    typeof value === 'object' && value !== null && Object.values(value).some((one) => typeof one === 'object' && one !== null)
  )
}

/**
 * Holds what may have been changed against an event's text, which is older than the task's run. Where both agree nothing is in doubt;
 * where they do not, nothing is certain.
 * @param event the arguments as far as the text of an event could be read
 */
export function heldAgainst(better: BetterArguments, event: ArgumentsRead): BetterArguments | 'differs' {
  if (!better.doubtful || event.problem !== null) return better
  if (!isSame(better.args, event.args) || !isSame(better.kwargs, event.kwargs)) return 'differs'
  return { ...better, doubtful: false, explanation: `${better.told} An event showed the same.` }
}

function isSame(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && stringify(parse(one)) === stringify(parse(other))
}

/** Milliseconds for which what workers said of their settings counts. */
const settingsCount = 60_000
const settings = new WeakMap<Connection, { readonly until: number; readonly onlyJson: Promise<boolean | null> }>()

function takesOnlyJson(connection: Connection): Promise<boolean | null> {
  const known = settings.get(connection)
  if (known && known.until > Date.now()) return known.onlyJson
  const onlyJson = askSettings(connection)
  settings.set(connection, { until: Date.now() + settingsCount, onlyJson })
  return onlyJson
}

/** Null where no worker says so, which is asked again next time. */
async function askSettings(connection: Connection): Promise<boolean | null> {
  const { replies } = await connection.conversation.question('conf', null).catch(() => ({ replies: [] }))
  const said = replies.flatMap(({ payload }) => connection.system.readsOnlyJson(payload) ?? [])
  if (said.length > 0) return said.every(Boolean)
  settings.delete(connection)
  return null
}
