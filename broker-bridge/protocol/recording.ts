import * as v from 'valibot'

/** Where recordings are looked for unasked, and the name that is offered. */
export const defaultRecording = 'warren.history'
export const defaultRetention = { maxAge: '7D', megabytes: 500 } as const
export const recordingMegabytes = { least: 10, most: 1_000_000 } as const

/** One prefix for all that Warren declares, so that one right can grant it. */
const namePattern = /^warren\.[A-Za-z0-9._-]{1,100}$/
/** As RabbitMQ's `x-max-age` takes it: years, months, days, hours, minutes or seconds. */
const agePattern = /^[1-9][0-9]{0,4}[YMDhms]$/
const nameProblem = 'The name must begin with “warren.”, followed by letters, digits, dots, dashes or underscores.'
const ageProblem = 'The age is a number with Y, M, D, h, m or s behind it, such as 7D for seven days or 12h for twelve hours.'
const sizeProblem = `The size is a whole number of megabytes from ${recordingMegabytes.least} to ${recordingMegabytes.most}.`

/** What is wrong with a name for a recording, as one sentence; null where nothing is. */
export function recordingNameProblem(name: string): string | null {
  return namePattern.test(name) ? null : nameProblem
}

export function recordingAgeProblem(age: string): string | null {
  return agePattern.test(age) ? null : ageProblem
}

/** @param text as somebody typed it */
export function recordingSizeProblem(text: string): string | null {
  const { least, most } = recordingMegabytes
  return /^[0-9]{1,7}$/.test(text) && Number(text) >= least && Number(text) <= most ? null : sizeProblem
}

const units: Readonly<Record<string, string>> = {
  Y: 'year',
  M: 'month',
  D: 'day',
  h: 'hour',
  m: 'minute',
  s: 'second',
}

/** `7D` as “7 days”. */
export function ageText(age: string): string {
  const count = age.slice(0, -1)
  const unit = units[age.slice(-1)] ?? ''
  return count === '1' ? `1 ${unit}` : `${count} ${unit}s`
}

const connection = v.pipe(v.string(), v.maxLength(100))
const key = v.pipe(v.string(), v.minLength(8), v.maxLength(100))
const nonce = v.optional(v.pipe(v.string(), v.maxLength(100)))

/** Begins a recording of all events on the broker itself. */
export const RecordHistoryParams = v.object({
  connection,
  queue: v.optional(v.pipe(v.string(), v.regex(namePattern, nameProblem)), defaultRecording),
  maxAge: v.optional(v.pipe(v.string(), v.regex(agePattern, ageProblem)), defaultRetention.maxAge),
  megabytes: v.optional(
    v.pipe(
      v.number(),
      v.integer(sizeProblem),
      v.minValue(recordingMegabytes.least, sizeProblem),
      v.maxValue(recordingMegabytes.most, sizeProblem),
    ),
    defaultRetention.megabytes,
  ),
  key,
  nonce,
})
export type RecordHistoryParams = v.InferOutput<typeof RecordHistoryParams>

/** Removes the recording of a connection, with all that it holds. */
export const StopRecordingParams = v.object({
  connection,
  key,
  nonce,
  /** What the user typed, where the confirmation's `typed` asks for it. */
  typed: v.optional(v.pipe(v.string(), v.maxLength(255))),
})
export type StopRecordingParams = v.InferOutput<typeof StopRecordingParams>

export interface Recorded {
  readonly queue: string
  /** False where the recording was there already. */
  readonly created: boolean
}

export interface RecordingRemoved {
  readonly queue: string
}

/** A recording of events on a broker, as a connection knows it. */
export interface RecordingInfo {
  readonly queue: string
  /** What happened while nobody listened is being read; `events` of about `total` were. Null while nothing is. */
  readonly replay: { readonly events: number; readonly total: number; readonly since: number } | null
  /** What is wrong with it, or was left out, as one sentence; null where nothing is. */
  readonly message: string | null
}
