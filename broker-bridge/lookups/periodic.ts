import type { PeriodicTask } from '../protocol/index.ts'
import { crontabWords, nextCrontab } from './crontab.ts'
import type { Crontab } from './crontab.ts'
import type { PeriodicRow } from './messages.ts'
import { readStoredTime } from './storedTime.ts'

const textLimit = 10_000
/** Seconds after which beat has certainly written when it last ran something. */
const writeDelay = 300
const unitSeconds: Readonly<Record<string, number>> = { days: 86_400, hours: 3_600, minutes: 60, seconds: 1, microseconds: 1e-6 }

/**
 * A row of django-celery-beat as people read it. Times in the tables are UTC, as Django writes them with its own `USE_TZ`. Pure.
 * @param now epoch seconds
 */
export function toPeriodic(row: PeriodicRow, now: number): PeriodicTask {
  const lastRun = readStoredTime(row.last_run_at)
  const next = nextRun(row, now)
  return {
    id: row.id,
    name: row.name,
    task: row.task,
    schedule: scheduleWords(row),
    args: row.args.slice(0, textLimit),
    kwargs: row.kwargs.slice(0, textLimit),
    queue: row.queue,
    enabled: row.enabled !== 0,
    lastRun,
    runs: row.total_run_count,
    nextRun: next.at,
    note: next.note ?? lateNote(row, now, lastRun),
    refusal: refusalOf(row),
  }
}

interface Next {
  readonly at: number | null
  readonly note: string | null
}

function nextRun(row: PeriodicRow, now: number): Next {
  if (row.enabled === 0)
    return { at: null, note: row.one_off !== 0 && row.total_run_count > 0 ? 'It was to run once, and did.' : null }
  if (row.one_off !== 0 && row.total_run_count > 0) return { at: null, note: 'It was to run once, and did.' }
  const start = Math.max(now, readStoredTime(row.start_time) ?? 0)
  const next = nextBySchedule(row, start)
  const expires = readStoredTime(row.expires)
  if (expires !== null && (next.at ?? now) > expires) return { at: null, note: 'It has expired.' }
  return next
}

function nextBySchedule(row: PeriodicRow, start: number): Next {
  const crontab = crontabOf(row)
  if (crontab) {
    const at = nextCrontab(crontab, start)
    return { at, note: at === null ? 'Warren cannot tell when this crontab fires.' : null }
  }
  if (row.every !== null) return nextInterval(row, start, readStoredTime(row.last_run_at))
  if (row.event !== null) return { at: null, note: 'Warren does not compute when the sun is where.' }
  const clocked = readStoredTime(row.clocked_time)
  return clocked === null
    ? { at: null, note: 'It has no schedule.' }
    : { at: clocked, note: clocked < start ? 'Its time has passed; beat sends it as soon as it runs.' : null }
}

/** Beat writes the last run late, so what was due since has most likely run. */
function nextInterval(row: PeriodicRow, start: number, lastRun: number | null): Next {
  const seconds = intervalSeconds(row)
  if (seconds === null) return { at: null, note: 'Its interval cannot be read.' }
  if (lastRun === null) return { at: null, note: 'It has not run yet; beat counts from its own start.' }
  const passed = Math.max(1, Math.ceil((start - lastRun) / seconds))
  return { at: lastRun + passed * seconds, note: null }
}

function intervalSeconds({ every, period }: PeriodicRow): number | null {
  const seconds = (every ?? 0) * (unitSeconds[period ?? ''] ?? 0)
  return seconds > 0 ? seconds : null
}

function lateNote(row: PeriodicRow, now: number, lastRun: number | null): string | null {
  const seconds = intervalSeconds(row)
  if (row.enabled === 0 || seconds === null || lastRun === null || now - lastRun < seconds + writeDelay) return null
  return 'It did not run when it was due; is beat running?'
}

function scheduleWords(row: PeriodicRow): string {
  const crontab = crontabOf(row)
  if (crontab) return crontabWords(crontab)
  if (row.every !== null)
    return row.every === 1 ? `every ${(row.period ?? '').replace(/s$/, '')}` : `every ${row.every} ${row.period ?? ''}`
  if (row.event !== null) return `at ${row.event.replaceAll('_', ' ')} (${row.latitude ?? '?'}, ${row.longitude ?? '?'})`
  return row.clocked_time === null ? 'no schedule' : `once, at ${row.clocked_time.slice(0, 16)} UTC`
}

function crontabOf(row: PeriodicRow): Crontab | null {
  const { minute, hour, day_of_week, day_of_month, month_of_year, timezone } = row
  if (minute === null || hour === null || day_of_week === null || day_of_month === null || month_of_year === null) return null
  return {
    minute,
    hour,
    dayOfWeek: day_of_week,
    dayOfMonth: day_of_month,
    monthOfYear: month_of_year,
    timezone: timezone ?? 'UTC',
  }
}

/** What Warren would have to leave out is not sent at all. */
function refusalOf({ exchange, routing_key, headers }: PeriodicRow): string | null {
  if (exchange !== null || routing_key !== null)
    return 'It is sent through an exchange or routing key of its own, which Warren does not do.'
  return /^\s*(\{\s*\})?\s*$/.test(headers) ? null : 'It is sent with headers of its own, which Warren does not send.'
}
