import type { Connection } from '../sources/connection.ts'

/** Nobody answering proves nothing about the name. */
export async function isRegistered(connection: Connection, name: string): Promise<boolean> {
  const names = await registeredNames(connection)
  return names.size === 0 || names.has(name)
}

/** Milliseconds for which an answer counts: who retries a hundred tasks asks the workers once. */
const answerCounts = 2_000
const answers = new WeakMap<Connection, { readonly at: number; readonly names: Promise<ReadonlySet<string>> }>()

/** Task names that workers registered; empty where nobody answered. */
export function registeredNames(connection: Connection): Promise<ReadonlySet<string>> {
  const known = answers.get(connection)
  if (known && Date.now() - known.at < answerCounts) return known.names
  const asked = connection.conversation.registeredTasks().catch(() => ({ tasks: [] }))
  const names = asked.then(({ tasks }) => new Set(tasks.map((task) => task.name)))
  answers.set(connection, { at: Date.now(), names })
  return names
}
