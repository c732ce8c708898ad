import type { RegisteredTask } from '../protocol/index.ts'
import type { Connection } from '../sources/connection.ts'

/** Milliseconds for which an answer counts: who sends or retries a thousand tasks asks the workers once. */
const answerCounts = 5_000
const answers = new WeakMap<Connection, { readonly at: number; readonly tasks: Promise<readonly RegisteredTask[] | null> }>()

/**
 * What workers have registered; null where not every worker that is online answered: those that are busy may well have a task that the
 * others do not have.
 * @param anew asks, however young the last answer is
 */
export function registeredTasks(connection: Connection, anew = false): Promise<readonly RegisteredTask[] | null> {
  const before = answers.get(connection)
  if (!anew && before && Date.now() - before.at < answerCounts) return before.tasks
  const asked = connection.conversation.registeredTasks().catch(() => null)
  const tasks = asked.then((answer) => (answer === null || answer.silent.length > 0 ? null : answer.tasks))
  answers.set(connection, { at: Date.now(), tasks })
  return tasks
}

/** Task names that workers registered; empty where they did not all answer, or none is there to do so. */
export async function registeredNames(connection: Connection): Promise<ReadonlySet<string>> {
  return new Set((await registeredTasks(connection))?.map(({ name }) => name))
}

/** Silence proves nothing about the name. */
export async function isRegistered(connection: Connection, name: string): Promise<boolean> {
  const names = await registeredNames(connection)
  return names.size === 0 || names.has(name)
}
