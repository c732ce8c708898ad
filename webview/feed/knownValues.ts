import { exceptionForms } from '../../broker-bridge/protocol/index.ts'
import type { Activity, KnownValues, ViewSnapshot, WorkerRow } from '../../broker-bridge/protocol/index.ts'

/** What the page has seen of the tasks. */
interface Seen {
  readonly activity: Activity | null
  readonly workers: readonly WorkerRow[] | null
  readonly snapshot: ViewSnapshot | null
}

/** What a search can be completed with: what workers say of themselves, and what the rows in sight show. */
export function knownValues({ activity, workers, snapshot }: Seen, names: readonly string[]): KnownValues {
  const rows = snapshot?.rows ?? []
  const all = workers ?? []
  return {
    names: names.length > 0 ? names : distinct(rows.map(({ name }) => name)),
    workers: distinct([...all.map(({ name }) => name), ...rows.map(({ worker }) => worker)]),
    queues: distinct([...all.flatMap(({ queues }) => queues), ...rows.map(({ queue }) => queue)]),
    states: Object.keys(activity?.states ?? snapshot?.states ?? {}),
    exceptions: distinct(rows.map(({ exception }) => exceptionType(exception))),
  }
}

function exceptionType(exception: string | null): string | null {
  const [, ...types] = exception === null ? [] : exceptionForms(exception)
  return types.at(-1) ?? null
}

function distinct(values: readonly (string | null)[]): string[] {
  return [...new Set(values.filter((value) => value !== null && value !== ''))].sort() as string[]
}
