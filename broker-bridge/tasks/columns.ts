import type { ColumnValue, Sort, TaskColumn } from '../protocol/index.ts'
import type { Lives } from './life.ts'
import { runtimeOf } from './picture.ts'
import type { TaskRecord } from './record.ts'

type Reader = (task: TaskRecord, lives: Lives) => ColumnValue

const readers: Readonly<Record<TaskColumn, Reader>> = {
  state: ({ state }) => state,
  name: ({ name }) => name,
  args: ({ args, kwargs }) => args ?? kwargs,
  worker: ({ worker }) => worker,
  queue: ({ queue }) => queue,
  runtime: runtimeOf,
  retries: ({ retries }) => retries,
  at: ({ at }) => at,
  id: ({ id }) => id,
  connection: ({ connection }) => connection,
  sent: (task, lives) => lives.newest(task, 'PENDING'),
  received: (task, lives) => lives.newest(task, 'RECEIVED'),
  started: (task, lives) => lives.newest(task, 'STARTED'),
  ended: (task, lives) => lives.newest(task, 'SUCCESS', 'FAILURE', 'REVOKED', 'REJECTED'),
  waited: waitOf,
  root: ({ root }) => root,
  exchange: ({ exchange }) => exchange,
  routing_key: ({ routingKey }) => routingKey,
}

/** What a task has in a column. */
export function valueOf(task: TaskRecord, column: TaskColumn, lives: Lives): ColumnValue {
  return readers[column](task, lives)
}

/** Seconds from the newest sending, or else receiving, until it began to run; null where clocks disagree. */
export function waitOf(task: TaskRecord, lives: Lives): number | null {
  const started = lives.newest(task, 'STARTED')
  const since = lives.newest(task, 'PENDING') ?? lives.newest(task, 'RECEIVED')
  return started === null || since === null || since > started ? null : started - since
}

/** Below zero where the first value stands before the second. */
export function compareValues(one: ColumnValue, other: ColumnValue, { descending }: Pick<Sort, 'descending'>): number {
  if (one === other) return 0
  if (one === null || other === null) return one === null ? 1 : -1
  return one < other === descending ? 1 : -1
}
