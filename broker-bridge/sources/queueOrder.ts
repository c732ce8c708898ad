import type { QueueLine, QueuePage, QueueSort } from '../protocol/index.ts'

/** What of the queues is wanted, and in which order. */
export interface QueueWish {
  readonly text: string
  readonly warned: boolean
  readonly plumbing: boolean
  readonly sort?: { readonly by: QueueSort; readonly descending: boolean } | undefined
}

/** The queues a wish is about, all of them, in their order: by name unless said otherwise. */
export function arrange(lines: readonly QueueLine[], wish: QueueWish): Omit<QueuePage, 'origins'> {
  const part = wish.text.trim().toLowerCase()
  const named = part === '' ? lines : lines.filter(({ name }) => name.toLowerCase().includes(part))
  const warned = lines.reduce((count, { warnings }) => count + (warnings.length > 0 ? 1 : 0), 0)
  const plumbing = named.reduce((count, line) => count + (line.plumbing ? 1 : 0), 0)
  const rows = named.filter((line) => (wish.plumbing || !line.plumbing) && (!wish.warned || line.warnings.length > 0))
  rows.sort(comparison(wish.sort))
  return { rows, matched: rows.length, plumbing, warned }
}

type Comparison = (one: QueueLine, other: QueueLine) => number

/** Plumbing comes last, and what is not known behind what is, whichever way round. */
function comparison(sort: QueueWish['sort']): Comparison {
  if (!sort || sort.by === 'name') {
    const sign = sort?.descending === true ? -1 : 1
    return (one, other) => byKind(one, other) || sign * byName(one, other)
  }
  const { by, descending } = sort
  const sign = descending ? -1 : 1
  return (one, other) => byKind(one, other) || compareKnown(one[by], other[by], sign) || byName(one, other)
}

type Known = string | number | null

function compareKnown(one: Known, other: Known, sign: number): number {
  if (one === other) return 0
  if (one === null) return 1
  if (other === null) return -1
  return sign * (one < other ? -1 : 1)
}

function byKind(one: QueueLine, other: QueueLine): number {
  return Number(one.plumbing) - Number(other.plumbing)
}

/** By code units, as brokers sort: the same at every look, and quick. */
function byName(one: QueueLine, other: QueueLine): number {
  if (one.name !== other.name) return one.name < other.name ? -1 : 1
  return one.connection < other.connection ? -1 : Number(one.connection > other.connection)
}
