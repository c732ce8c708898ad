import type { Outcome } from './outcome.ts'
import { refuse, succeed } from './outcome.ts'

/** A point in time: microseconds since 1970 and the text Celery writes for it. */
export interface Moment {
  /** Epoch seconds. */
  readonly at: number
  /** As Python's `isoformat()` in UTC, which every Celery version reads: `2026-11-21T00:11:23.177521+00:00`. */
  readonly text: string
}

const iso = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)$/i
/** Ten years of seconds: what is farther away is a slip of the pen, and Python's own dates end somewhere. */
const farthest = 315_360_000

/** Reads ISO 8601 with a time zone. Workers reject messages whose times they cannot read, so nothing doubtful passes. */
export function readMoment(text: string, where: string, now: number): Outcome<Moment> {
  const parts = iso.exec(text.trim().slice(0, 60))
  const at = parts === null ? Number.NaN : secondsOf(parts)
  if (Number.isNaN(at)) {
    return refuse(where, `${where} is not a time; write it like 2026-11-21T14:30:00+01:00, with the time zone.`)
  }
  return momentAt(at, where, now)
}

function momentAt(at: number, where: string, now: number): Outcome<Moment> {
  if (!(at > 0)) return refuse(where, `${where} lies before 1970; give a time from today on.`)
  if (!(at - now <= farthest)) return refuse(where, `${where} lies more than ten years ahead; give a nearer time.`)
  const milliseconds = Math.floor(at) * 1_000
  const micros = Math.round((at - Math.floor(at)) * 1e6)
  const fraction = micros === 0 || micros === 1e6 ? '' : `.${String(micros).padStart(6, '0')}`
  const whole = new Date(micros === 1e6 ? milliseconds + 1_000 : milliseconds).toISOString().slice(0, 19)
  return succeed({ at, text: `${whole}${fraction}+00:00` })
}

/** Epoch seconds of the parts, or NaN where no calendar has such a day or clock such a time. */
function secondsOf(parts: RegExpExecArray): number {
  const [, year, month, day, hour, minute, second, fraction, zone = 'Z'] = parts
  const date = new Date(0)
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  const sameDay = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day)
  if (!sameDay || Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 59) return Number.NaN
  const clock = Number(hour) * 3_600 + Number(minute) * 60 + Number(second ?? 0)
  return date.getTime() / 1_000 + clock + Number(`0.${fraction ?? 0}`) - offsetOf(zone)
}

/** Seconds east of Greenwich; NaN beyond what any zone uses. */
function offsetOf(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(-2))
  if (hours > 14 || minutes > 59) return Number.NaN
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3_600 + minutes * 60)
}
