import * as v from 'valibot'
import { extraColumns, taskColumns } from '../../broker-bridge/protocol/index.ts'
import type { ExtraColumn, Sort, TaskColumn } from '../../broker-bridge/protocol/index.ts'

/** How a column looks while nobody gave it a width of its own. Widths are pixels. */
interface ColumnLook {
  readonly title: string
  /** Size in the grid: a share of what is left over where it has one. */
  readonly share: number
  /** Width it keeps at least, and where the list is narrow. */
  readonly least: number
  readonly narrow: number
  /** Stands at the right edge of its cell, as numbers do. */
  readonly end: boolean
  /** Whether the largest comes first when one begins to sort by it. */
  readonly descending: boolean
}

const text = { share: 0, end: false, descending: false }
const number = { share: 0, end: true, descending: true }
const clock = { ...number, least: 96, narrow: 96 }

export const columnLooks: Readonly<Record<TaskColumn, ColumnLook>> = {
  state: { ...text, title: 'State', least: 100, narrow: 94 },
  name: { ...text, title: 'Task', share: 1.3, least: 150, narrow: 60 },
  args: { ...text, title: 'Arguments', share: 2, least: 140, narrow: 90 },
  worker: { ...text, title: 'Worker', share: 0.8, least: 80, narrow: 80 },
  queue: { ...text, title: 'Queue', share: 0.6, least: 60, narrow: 60 },
  runtime: { ...number, title: 'Runtime', least: 84, narrow: 72 },
  retries: { ...number, title: 'Retries', least: 56, narrow: 56 },
  at: { ...number, title: 'Last event', least: 92, narrow: 84 },
  sent: { ...clock, title: 'Sent' },
  received: { ...clock, title: 'Received' },
  started: { ...clock, title: 'Started' },
  ended: { ...clock, title: 'Ended' },
  waited: { ...number, title: 'Waited', least: 76, narrow: 76 },
  id: { ...text, title: 'Id', share: 0.8, least: 90, narrow: 90 },
  root: { ...text, title: 'Root', share: 0.8, least: 90, narrow: 90 },
  exchange: { ...text, title: 'Exchange', share: 0.5, least: 80, narrow: 80 },
  routing_key: { ...text, title: 'Routing key', share: 0.5, least: 90, narrow: 90 },
  connection: { ...text, title: 'Connection', share: 0.5, least: 90, narrow: 90 },
}

const [narrowest, widest] = [32, 2_000]

/** A column the user wants to see; its width in pixels is null while the list may choose. */
const ChosenColumn = v.object({
  id: v.picklist(taskColumns),
  width: v.nullable(v.pipe(v.number(), v.minValue(narrowest), v.maxValue(widest))),
})
export type ChosenColumn = Readonly<v.InferOutput<typeof ChosenColumn>>

/** Columns in their order, each once, at least one. */
export const ChosenColumns = v.pipe(
  v.array(ChosenColumn),
  v.minLength(1),
  v.check((columns) => new Set(columns.map(({ id }) => id)).size === columns.length),
)

const usual: readonly TaskColumn[] = ['state', 'name', 'args', 'worker', 'queue', 'runtime', 'retries', 'at']

/** What the list shows until somebody chooses. */
export const usualColumns: ChosenColumn[] = usual.map((id) => ({ id, width: null }))

/** Widths of the list, in pixels, from which on these columns stay away unless other columns were chosen. */
const givenUp: readonly { readonly below: number; readonly columns: readonly TaskColumn[] }[] = [
  { below: 960, columns: ['retries', 'queue'] },
  { below: 800, columns: ['worker'] },
  { below: 520, columns: ['args'] },
  { below: 380, columns: ['runtime'] },
]

/** The columns there is room for. Who chose their own gets all of them, and a list that scrolls sideways. */
export function columnsInRoom(columns: readonly ChosenColumn[], width: number): readonly ChosenColumn[] {
  if (columns.some(({ id }) => !usual.includes(id)) || columns.length !== usual.length) return columns
  const away = givenUp.flatMap(({ below, columns: lesser }) => (width < below ? lesser : []))
  return columns.filter(({ id }) => !away.includes(id))
}

/** The columns as a grid template, and the pixels they need at least, without gaps. */
export function columnTracks(columns: readonly ChosenColumn[], width: number): { template: string; least: number } {
  const tracks = columns.map(({ id, width: own }, index) => {
    const { least, narrow, share } = columnLooks[id]
    const size = own ?? (id === 'state' && width < 360 ? 24 : width < 800 ? narrow : least)
    // The last one takes what is left, so that the rows fill the list.
    const grows = own === null ? share : index === columns.length - 1 ? 1 : 0
    return { size, track: grows > 0 ? `minmax(${size}px, ${grows}fr)` : `${size}px` }
  })
  return { template: tracks.map(({ track }) => track).join(' '), least: tracks.reduce((sum, { size }) => sum + size, 0) }
}

/** With this column as wide as that. Those before it keep the widths they have, so that its border stays under the pointer. */
export function withWidth(
  columns: readonly ChosenColumn[],
  column: TaskColumn,
  width: number,
  present: (id: TaskColumn) => number | undefined,
): ChosenColumn[] {
  const place = columns.findIndex(({ id }) => id === column)
  return columns.map((each, index) => {
    const own = index < place ? (each.width ?? present(each.id) ?? null) : index === place ? width : each.width
    return { id: each.id, width: own === null ? null : Math.round(Math.min(widest, Math.max(narrowest, own))) }
  })
}

/**
 * With this column shown, or no longer; the last one stays.
 * @param order where a column that comes has its place among the others
 */
export function withColumn(
  columns: readonly ChosenColumn[],
  column: TaskColumn,
  shown: boolean,
  order: readonly TaskColumn[] = [...columns.map(({ id }) => id), column],
): ChosenColumn[] {
  if (shown) return order.flatMap((id) => (id === column ? [{ id, width: null }] : columns.filter((each) => each.id === id)))
  const others = columns.filter(({ id }) => id !== column)
  return others.length === 0 ? [...columns] : others
}

/** With this column so many places further on. */
export function withMoved(columns: readonly ChosenColumn[], column: TaskColumn, steps: number): ChosenColumn[] {
  const from = columns.findIndex(({ id }) => id === column)
  const to = from + steps
  if (from < 0 || to < 0 || to >= columns.length) return [...columns]
  const others = columns.filter(({ id }) => id !== column)
  return [...others.slice(0, to), ...columns.slice(from, from + 1), ...others.slice(to)]
}

/** What a row has to carry for these columns. */
export function extrasOf(columns: readonly ChosenColumn[]): ExtraColumn[] {
  return extraColumns.filter((column) => columns.some(({ id }) => id === column))
}

/** The order after one more choice of this column: one way, the other way, newest activity again. */
export function nextSort(sort: Sort | null, column: TaskColumn): Sort | null {
  const first = columnLooks[column].descending
  // Newest first is what the list has anyway.
  if (column === 'at') return sort?.column === 'at' ? null : { column, descending: false }
  if (sort?.column !== column) return { column, descending: first }
  return sort.descending === first ? { column, descending: !first } : null
}

/** An order in words. */
export function orderText(sort: Sort | null): string {
  if (sort === null) return 'newest activity first'
  return `by ${columnLooks[sort.column].title}, ${sort.descending ? 'descending' : 'ascending'}`
}
