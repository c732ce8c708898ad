import { createHash } from 'node:crypto'

/**
 * The id of a task's new run: a UUID of version 8 (RFC 9562) whose first eight digits name the operation and whose others follow from
 * the old id. So one query finds all runs of an operation, and any Warren that hears of a run knows what it is a retry of.
 */
export function newRunId(operation: string, original: string): string {
  return `${operationPart(operation)}-${originalPart(original)}`
}

/** Whether it may be one of these. */
export function isNewRunId(id: string): boolean {
  return id.length === 36 && id[14] === '8'
}

/** What of a new run's id follows from the old id, whichever operation sent it. */
export function partOfOriginal(id: string): string {
  return id.slice(9)
}

/** Finds the runs of an operation. */
export function runsQuery(operation: string): string {
  return `id:${operationPart(operation)}-*`
}

function operationPart(operation: string): string {
  return digest('operation', operation).slice(0, 8)
}

/** As `partOfOriginal`, of the old id itself. */
export function originalPart(original: string): string {
  const hex = digest('task', original)
  const variant = (8 + (Number.parseInt(hex[7] ?? '0', 16) % 4)).toString(16)
  return `${hex.slice(0, 4)}-8${hex.slice(4, 7)}-${variant}${hex.slice(8, 11)}-${hex.slice(11, 23)}`
}

function digest(kind: string, text: string): string {
  return createHash('sha256').update(`warren bulk retry ${kind} ${text}`).digest('hex')
}
