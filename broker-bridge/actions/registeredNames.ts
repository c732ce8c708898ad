import type { RegisteredTask } from '../protocol/index.ts'
import type { Connection } from '../sources/connection.ts'

/** What workers said that they have registered. */
interface Answer {
  readonly tasks: readonly RegisteredTask[]
  /** Whether every worker that is online said so: one that is busy may well have a task that the others do not have. */
  readonly isWhole: boolean
}

/** Milliseconds for which an answer counts: who sends or retries a thousand tasks asks the workers once. */
const answerCounts = 5_000
const answers = new WeakMap<Connection, { readonly at: number; readonly answer: Promise<Answer> }>()

/** What workers have registered; null where not every worker answered. @param anew asks, however young the last answer is */
export async function registeredTasks(connection: Connection, anew = false): Promise<readonly RegisteredTask[] | null> {
  const { tasks, isWhole } = await ask(connection, anew)
  return isWhole ? tasks : null
}

/** Task names that workers registered; empty where they did not all answer, or none is there to do so. */
export async function registeredNames(connection: Connection): Promise<ReadonlySet<string>> {
  return new Set((await registeredTasks(connection))?.map(({ name }) => name))
}

/**
 * Whether a name that only an event told is a task's: it may be a display name, under which no worker would run anything, so somebody who
 * answered has to have it. Nobody answering proves nothing about it.
 */
export async function isRegistered(connection: Connection, name: string): Promise<boolean> {
  const { tasks } = await ask(connection, false)
  return tasks.length === 0 || tasks.some((task) => task.name === name)
}

function ask(connection: Connection, anew: boolean): Promise<Answer> {
  const before = answers.get(connection)
  if (!anew && before && Date.now() - before.at < answerCounts) return before.answer
  const answer = connection.conversation
    .registeredTasks()
    .then(({ tasks, silent }) => ({ tasks, isWhole: silent.length === 0 }))
    .catch(() => ({ tasks: [], isWhole: false }))
  answers.set(connection, { at: Date.now(), answer })
  return answer
}
