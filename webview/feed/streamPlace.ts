import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { ConnectionInfo, Peek, PeekPlan, StreamPlace, WaitingMessage } from '../../broker-bridge/protocol/index.ts'
import { formatCount } from '../text/numbers.ts'
import { changeRefusal, lookCount } from './messages.ts'

/** Whether it is a stream that is looked at: it is read, and whatever is shown of it stays. */
export function isStream({ plan, peek }: { readonly plan: PeekPlan | null; readonly peek: Peek | null }): boolean {
  return plan?.method === 'read' || (peek !== null && peek.ready === null)
}

/** Why nothing can be done with single messages, or null when it can. */
export function selectionRefusal(connection: ConnectionInfo | undefined, seen: Parameters<typeof isStream>[0]): string | null {
  return isStream(seen) ? 'A stream keeps its messages.' : changeRefusal(connection)
}

/** The places right before and behind what is shown; null where there is none. */
export function neighbours(
  messages: readonly WaitingMessage[],
  place: StreamPlace,
): {
  readonly earlier: StreamPlace | null
  readonly later: StreamPlace | null
} {
  const [first, last] = [messages[0]?.position, messages.at(-1)?.position]
  // Beyond the end there is nothing to count from but the place itself.
  if (first === undefined || last === undefined)
    return { earlier: typeof place === 'number' && place > 0 ? Math.max(0, place - lookCount) : null, later: null }
  return { earlier: first === 0 ? null : Math.max(0, first - lookCount), later: last + 1 }
}

/** A place as somebody typed it: an offset, or a local time as `datetime-local` gives it. A problem is one sentence. */
export function placeOf(kind: 'offset' | 'time', text: string): StreamPlace | { readonly problem: string } {
  if (kind === 'offset')
    return /^\d{1,15}$/.test(text.trim()) ? Number(text) : { problem: 'An offset is a whole number from 0 on.' }
  const time = Date.parse(text) / 1_000
  return Number.isNaN(time) || time < 0 ? { problem: 'Enter a date and a time.' } : { time }
}

/** A place as the fields show it: an offset, or a local time to the second. */
export function placeText(place: Exclude<StreamPlace, string>): string {
  if (typeof place === 'number') return String(place)
  // Swedish writes dates and times as `datetime-local` wants them, but for one letter.
  return new Date(place.time * 1_000).toLocaleString('sv').replace(' ', 'T')
}

/** Why a look brought nothing, by where it began. */
export function nothingThere(place: StreamPlace): string {
  if (place === 'first' || place === 'last') return 'This stream keeps no message.'
  if (typeof place === 'number') return `The stream ends before offset ${formatCount(place)}.`
  return `Nothing was written since ${visibleLine(new Date(place.time * 1_000).toLocaleString('sv'), 40)}.`
}
