import type { DeadLetter, QueueLine, QueueOrigin, QueueSort, QueueWarning } from '../../broker-bridge/protocol/index.ts'
import { formatCount, formatRate } from '../text/numbers.ts'
import { formatAge } from '../text/times.ts'

/** What of the queues the page shows. */
export interface QueueWish {
  readonly connection: string | null
  readonly text: string
  readonly warned: boolean
  readonly plumbing: boolean
  readonly sort: { readonly by: QueueSort; readonly descending: boolean } | null
}

export const everyQueue: QueueWish = { connection: null, text: '', warned: false, plumbing: false, sort: null }

/** Height of one row in pixels; the style sheet has the same. */
export const queueRowHeight = 26

const warningTexts: Readonly<Record<QueueWarning, string>> = {
  unconsumed: 'Messages wait here and nothing is consuming them.',
  growing: 'More and more messages wait here: they come in faster than they are taken.',
}

/** What a warning means, as sentences; empty without one. */
export function warningText({ warnings }: Pick<QueueLine, 'warnings'>): string {
  return warnings.map((warning) => warningTexts[warning]).join(' ')
}

export const warningWords: Readonly<Record<QueueWarning, string>> = { unconsumed: 'no consumer', growing: 'growing' }

/** A first press sorts the way one looks for trouble, names from A on; a second the other way; a third as before. */
export function nextSort(sort: QueueWish['sort'], by: QueueSort): QueueWish['sort'] {
  const begins = by !== 'name' && by !== 'type' && by !== 'policy' && by !== 'oldest'
  if (sort?.by !== by) return { by, descending: begins }
  return sort.descending === begins ? { by, descending: !begins } : null
}

export function rateText(rate: number | null): string {
  return rate === null ? '–' : `${formatRate(rate)}/s`
}

/** Where dead letters go, in short. */
export function deadLetterText(target: DeadLetter | null): string {
  if (target === null) return '–'
  const exchange = target.exchange === '' ? '' : target.exchange
  if (target.routingKey === null) return exchange === '' ? 'its own queue' : exchange
  return exchange === '' ? target.routingKey : `${exchange} → ${target.routingKey}`
}

export function oldestText(line: Pick<QueueLine, 'oldest'>, now: number): string {
  return line.oldest === null ? '–' : formatAge(line.oldest, now)
}

/** Why a column has dashes, for its heading. */
export const unknownReasons: Readonly<Partial<Record<QueueSort, string>>> = {
  type: 'Told by the management plug-in.',
  unacked: 'Told by the management plug-in.',
  inRate: 'Messages published per second. Told by the management plug-in.',
  outRate: 'Messages handed to consumers per second. Told by the management plug-in.',
  oldest:
    'Age of the oldest message. Brokers know it only for messages that carry a timestamp, which Celery’s do not by default.',
  policy: 'Told by the management plug-in.',
}

/** How much of a connection's queues is read so far; null when all of it is. */
export function progressText({ listed, total }: QueueOrigin): string | null {
  return listed < total ? `Reading the list: ${formatCount(listed)} of ${formatCount(total)} queues so far.` : null
}

/** The rows to ask for around those in sight, in coarse steps so that a small scroll asks for nothing new. */
export function queueWindow(top: number, height: number): { first: number; count: number } {
  const step = 25
  const first = Math.max(0, Math.floor(top / queueRowHeight / step) * step - step)
  const last = Math.ceil((top + height) / queueRowHeight / step) * step + step
  return { first, count: Math.min(300, last - first) }
}
