/** Seconds as a person says them: `27 ms`, `1.24 s`, `2 min 5 s`, `1 h 2 min`, `3 d 4 h`; a dash for what is no duration. */
export function formatDuration(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds) || seconds < 0) return '–'
  if (seconds < 0.001) return seconds === 0 ? '0 ms' : '<1 ms'
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  return formatLong(Math.round(seconds))
}

const units = [
  { name: 'd', seconds: 86_400 },
  { name: 'h', seconds: 3_600 },
  { name: 'min', seconds: 60 },
  { name: 's', seconds: 1 },
] as const

function formatLong(seconds: number): string {
  const first = units.findIndex((unit) => seconds >= unit.seconds)
  const parts: string[] = []
  let rest = seconds
  for (const unit of units.slice(first, first + 2)) {
    const amount = Math.floor(rest / unit.seconds)
    rest -= amount * unit.seconds
    if (amount > 0) parts.push(`${amount} ${unit.name}`)
  }
  return parts.join(' ')
}

/**
 * How long ago something was, in one unit. Workers have clocks of their own: what lies in the future by more than two
 * seconds is shown with a plus sign instead of a lie.
 * @param at epoch seconds by the sender's clock
 * @param now epoch seconds by this computer's clock
 */
export function formatAge(at: number, now: number): string {
  if (!Number.isFinite(at)) return '–'
  const age = now - at
  if (age < -2) return `+${oneUnit(-age)}`
  return age < 1 ? 'now' : oneUnit(age)
}

/** `in 5 min`, `2 h ago`, `now`. */
export function formatRelative(at: number, now: number): string {
  const distance = at - now
  if (!Number.isFinite(distance)) return '–'
  if (Math.abs(distance) < 1) return 'now'
  return distance > 0 ? `in ${oneUnit(distance)}` : `${oneUnit(-distance)} ago`
}

/** Epoch seconds of an ISO 8601 text that names its zone; null for any other, of which nobody knows when it is. */
export function momentOf(text: string): number | null {
  if (!/^\d{4}-\d\d-\d\d[T ][\d:.]+(Z|[+-]\d\d:?\d\d)$/.test(text)) return null
  const milliseconds = Date.parse(text)
  return Number.isNaN(milliseconds) ? null : milliseconds / 1000
}

function oneUnit(seconds: number): string {
  const unit = units.find((each) => seconds >= each.seconds) ?? units[3]
  return `${Math.floor(seconds / unit.seconds).toLocaleString('en-US')} ${unit.name}`
}

const absolute = new Intl.DateTimeFormat('sv-SE', {
  dateStyle: 'short',
  timeStyle: 'medium',
})
const clock = new Intl.DateTimeFormat('sv-SE', { timeStyle: 'medium' })

/** `2026-11-21 03:11:07.123` in this computer's time zone; a dash for what is no time. */
export function formatMoment(at: number | null): string {
  const date = dateOf(at)
  return date ? `${absolute.format(date)}.${milliseconds(date)}` : '–'
}

/** `03:11:07.123`, for moments of which the day is known. */
export function formatClock(at: number): string {
  const date = dateOf(at)
  return date ? `${clock.format(date)}.${milliseconds(date)}` : '–'
}

function dateOf(at: number | null): Date | undefined {
  const date = new Date((at ?? Number.NaN) * 1000)
  return Number.isNaN(date.getTime()) ? undefined : date
}

function milliseconds(date: Date): string {
  return String(date.getMilliseconds()).padStart(3, '0')
}
