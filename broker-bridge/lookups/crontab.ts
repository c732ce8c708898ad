/** When a crontab of Celery's fires, as its own texts say it; the zone is an IANA name. */
export interface Crontab {
  readonly minute: string
  readonly hour: string
  readonly dayOfWeek: string
  readonly dayOfMonth: string
  readonly monthOfYear: string
  readonly timezone: string
}

const days = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const
const months = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
] as const

interface Span {
  readonly least: number
  readonly most: number
  readonly names: readonly string[]
}
const spans = {
  minute: { least: 0, most: 59, names: [] },
  hour: { least: 0, most: 23, names: [] },
  dayOfWeek: { least: 0, most: 6, names: days },
  dayOfMonth: { least: 1, most: 31, names: [] },
  monthOfYear: { least: 1, most: 12, names: months },
} as const satisfies Record<string, Span>

/** A month that never has the day, as 30 February, is not looked for for ever: leap years come within eight years. */
const daysAhead = 8 * 366

/**
 * The first moment after `after` (epoch seconds) at which a crontab fires, in its own time zone: day of the week and day of the
 * month both have to fit, as in Celery. Pure.
 * @returns null where it never does, or where one of its texts cannot be read
 */
export function nextCrontab(crontab: Crontab, after: number): number | null {
  const fields = readFields(crontab)
  const clock = zoneClock(crontab.timezone)
  if (fields === null || clock === null) return null
  const [year, month, day] = clock(after)
  for (let ahead = 0; ahead <= daysAhead; ahead++) {
    const date = new Date(Date.UTC(year, month - 1, day + ahead))
    if (!fits(fields, date)) continue
    const found = firstOfDay(fields, date, clock, after)
    if (found !== null) return found
  }
  return null
}

type Fields = Readonly<Record<keyof typeof spans, readonly number[]>>

function readFields(crontab: Crontab): Fields | null {
  const [minute, hour, dayOfWeek, dayOfMonth, monthOfYear] = [
    readField(crontab.minute, spans.minute),
    readField(crontab.hour, spans.hour),
    readField(crontab.dayOfWeek, spans.dayOfWeek),
    readField(crontab.dayOfMonth, spans.dayOfMonth),
    readField(crontab.monthOfYear, spans.monthOfYear),
  ]
  return minute && hour && dayOfWeek && dayOfMonth && monthOfYear ? { minute, hour, dayOfWeek, dayOfMonth, monthOfYear } : null
}

/** The numbers that a field such as `*`, `1,15`, `mon-fri` or `8-18/2` stands for, rising; null where it cannot be read. */
export function readField(text: string, span: Span): readonly number[] | null {
  const found = new Set<number>()
  for (const part of text.toLowerCase().replaceAll(' ', '').split(',')) {
    const numbers = readPart(part, span)
    if (numbers === null) return null
    for (const number of numbers) found.add(number)
  }
  return [...found].sort((one, other) => one - other)
}

function readPart(part: string, span: Span): number[] | null {
  const { from, to, step } = /^(?<from>\*|\w+)(?:-(?<to>\w+))?(?:\/(?<step>\d+))?$/.exec(part)?.groups ?? {}
  if (from === undefined || step === '0') return null
  const [first, last] = from === '*' ? [span.least, span.most] : [readNumber(from, span), readNumber(to ?? from, span)]
  if (first === null || last === null) return null
  // Celery lets a range go round: fri-mon.
  const size = span.most - span.least + 1
  const count = ((last - first + size) % size) + 1
  return Array.from({ length: count }, (_, index) => index)
    .filter((index) => index % Number(step ?? 1) === 0)
    .map((index) => ((first - span.least + index) % size) + span.least)
}

function readNumber(text: string, { least, most, names }: Span): number | null {
  const named = names.findIndex((name) => text.length >= 3 && name.startsWith(text))
  if (named >= 0) return named + least
  if (!/^\d{1,2}$/.test(text)) return null
  // Sunday may be written 7.
  const number = names.length === 7 && text === '7' ? 0 : Number(text)
  return number >= least && number <= most ? number : null
}

function fits(fields: Fields, date: Date): boolean {
  return (
    fields.monthOfYear.includes(date.getUTCMonth() + 1) &&
    fields.dayOfMonth.includes(date.getUTCDate()) &&
    fields.dayOfWeek.includes(date.getUTCDay())
  )
}

function firstOfDay({ hour, minute }: Fields, date: Date, clock: Clock, after: number): number | null {
  for (const h of hour) {
    // Of an hour that is skipped or comes twice, what lies ahead counts.
    const moments = minute.map((m) => toEpoch(date.getTime() / 1_000 + h * 3_600 + m * 60, clock)).filter((at) => at > after)
    if (moments.length > 0) return Math.min(...moments)
  }
  return null
}

/** Year, month, day, hour, minute and second that a clock in some zone shows at an epoch second. */
type Clock = (at: number) => readonly [number, number, number, number, number, number]

/** @returns null for a zone nobody knows */
function zoneClock(timezone: string): Clock | null {
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    return (at) => {
      const parts = new Map(format.formatToParts(at * 1_000).map(({ type, value }) => [type, Number(value)]))
      const of = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
      return [of('year'), of('month'), of('day'), of('hour'), of('minute'), of('second')]
    }
  } catch {
    return null
  }
}

/** The epoch second at which the zone's clock shows what a clock at UTC would show at `shown`; around a jump the later offset. */
function toEpoch(shown: number, clock: Clock): number {
  const offset = (at: number): number => {
    const [year, month, ...rest] = clock(at)
    return Date.UTC(year, month - 1, ...rest) / 1_000 - at
  }
  const guess = shown - offset(shown)
  return shown - offset(guess)
}

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)
const two = (number: number): string => String(number).padStart(2, '0')

/** A crontab in words, with its zone; what has no short words stays as it was written. */
export function crontabWords(crontab: Crontab): string {
  const fields = readFields(crontab)
  if (fields === null) return `crontab ${rawText(crontab)}, which Warren cannot read`
  const time = timeWords(crontab, fields)
  const parts = [
    time,
    ...(crontab.dayOfWeek === '*' ? [] : [`on ${nameWords(fields.dayOfWeek, days, 0)}`]),
    ...(crontab.dayOfMonth === '*' ? [] : [`on day ${crontab.dayOfMonth} of the month`]),
    ...(crontab.monthOfYear === '*' ? [] : [`in ${nameWords(fields.monthOfYear, months, 1)}`]),
  ]
  return `${parts.join(' ')} (${crontab.timezone})`
}

function timeWords({ minute, hour }: Crontab, fields: Fields): string {
  const every = (text: string): string | undefined => /^\*\/(\d+)$/.exec(text)?.[1]
  if (fields.minute.length === 1 && hour !== '*' && fields.hour.length <= 6)
    return `at ${fields.hour.map((h) => `${two(h)}:${two(fields.minute[0] ?? 0)}`).join(', ')}`
  if (hour === '*' && minute === '*') return 'every minute'
  if (hour === '*' && every(minute) !== undefined) return `every ${every(minute) ?? ''} minutes`
  if (hour === '*' && fields.minute.length === 1) return `every hour at :${two(fields.minute[0] ?? 0)}`
  return `at minute ${minute} of hour ${hour}`
}

/** `Monday to Friday`, `Monday, Thursday`. */
function nameWords(numbers: readonly number[], names: readonly string[], least: number): string {
  const words = numbers.map((number) => capital(names[number - least] ?? ''))
  const [first = 0] = numbers
  const isRun = numbers.length > 2 && numbers.every((number, index) => number === first + index)
  return isRun ? `${words[0] ?? ''} to ${words.at(-1) ?? ''}` : words.join(', ')
}

function rawText({ minute, hour, dayOfMonth, monthOfYear, dayOfWeek }: Crontab): string {
  return [minute, hour, dayOfMonth, monthOfYear, dayOfWeek].join(' ')
}
