import type { QueueLine, QueueList, QueueRow, QueueSnapshot, QueueViewParams } from '../../broker-bridge/protocol/index.ts'
import { arrange } from '../../broker-bridge/sources/queueOrder.ts'

/** A queue of which nothing more is known than its row, or what a test says. */
export function queueLine(row: QueueRow, more: Partial<QueueLine> = {}): QueueLine {
  const unknown = { state: null, inRate: null, outRate: null, oldest: null, policy: null, deadLetter: null }
  return { ...unknown, warnings: [], trend: [], ...row, ...more }
}

/** What a view of scripted queues shows. */
export function queueSnapshot(lists: readonly QueueList[], params: QueueViewParams, revision: number): QueueSnapshot {
  const { view, first, count, connection } = params
  const meant = lists.filter((list) => connection === undefined || list.connection === connection)
  const lines = meant.flatMap(({ queues }) => queues.map((row) => queueLine(row)))
  const { rows, ...counts } = arrange(lines, params)
  const origins = meant.map(({ connection: id, queues, limits }) => ({
    ...{ connection: id, virtualHost: '/', limits, at: 1 },
    ...{ total: queues.length, listed: queues.length },
  }))
  return { view, revision, first, rows: rows.slice(first, first + count), ...counts, origins }
}
