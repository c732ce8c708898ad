import type { TaskDetail } from '../../broker-bridge/protocol/index.ts'

/** A task as JSON for the clipboard: what Warren knows and nothing it does not, so members without a value are left out. */
export function taskJson(task: TaskDetail): string {
  const known = Object.entries(task).filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0))
  return JSON.stringify(Object.fromEntries(known), null, 2)
}
