import type { PeekPlan, StreamPlace } from '../../broker-bridge/protocol/index.ts'

/** Where in a stream to read; the last two are asked for further. */
export const streamPlaces = [
  { label: 'First Messages', description: 'from where the stream begins', place: 'first' },
  { label: 'Last Messages', description: 'up to where it ends', place: 'last' },
  { label: 'From an Offset…', description: 'a number that each message of a stream has', place: 'offset' },
  { label: 'From a Time…', description: 'when messages were written', place: 'time' },
] as const

/** Whether a queue is read at a place in it. */
export function isStream({ method }: Pick<PeekPlan, 'method'>): boolean {
  return method === 'read'
}

/** What somebody typed as an offset, or as a time: local, or with a zone of its own; null where it is none. */
export function placeOf(kind: 'offset' | 'time', text: string): StreamPlace | null {
  const typed = text.trim()
  if (kind === 'offset') return /^\d{1,15}$/.test(typed) ? Number(typed) : null
  const time = /^\d{4}-\d\d-\d\d/.test(typed) ? Date.parse(dateAndTime(typed)) / 1_000 : Number.NaN
  return Number.isNaN(time) || time < 0 ? null : { time }
}

/** A date alone would mean midnight in Greenwich, and not where the user is. */
function dateAndTime(text: string): string {
  return text.length === 10 ? `${text}T00:00` : text
}

/** What is wrong with such a text; undefined when nothing is. */
export function placeProblem(kind: 'offset' | 'time', text: string): string | undefined {
  if (placeOf(kind, text) !== null) return undefined
  return kind === 'offset'
    ? 'An offset is a whole number from 0 on.'
    : 'Write a date and a time, such as 2026-11-21 14:30:00, in your time zone.'
}

/** Why a look brought nothing, by where it began. */
export function nothingThere(queue: string, place: StreamPlace | null): string {
  if (place === null) return `No message waits in the queue ${queue}.`
  if (typeof place === 'string') return `The stream ${queue} keeps no message.`
  if (typeof place === 'number') return `The stream ${queue} ends before offset ${place}.`
  return `Nothing was written to the stream ${queue} since ${new Date(place.time * 1_000).toLocaleString('sv')}.`
}
