import type { PeriodicRow } from './messages.ts'
import { readStoredTime, writeStoredTime } from './storedTime.ts'
import { LookupProblem } from './tables.ts'
import type { Tables } from './tables.ts'

const most = 1_000
const table = 'django_celery_beat_periodictask'
const own = [
  'id',
  'name',
  'task',
  'args',
  'kwargs',
  'queue',
  'exchange',
  'routing_key',
  'headers',
  'priority',
  'expires',
  'expire_seconds',
  'enabled',
  'one_off',
  'start_time',
  'last_run_at',
  'total_run_count',
] as const
const joined = {
  interval: ['every', 'period'],
  crontab: ['minute', 'hour', 'day_of_week', 'day_of_month', 'month_of_year', 'timezone'],
  solar: ['event', 'latitude', 'longitude'],
  clocked: ['clocked_time'],
} as const

/** The periodic tasks, by name. @throws LookupProblem where there are no such tables, or others than Warren knows */
export async function listPeriodic(tables: Tables): Promise<PeriodicRow[]> {
  await checkLayout(tables)
  const columns = [...own.map((column) => `task.${column}`), ...Object.values(joined).flat()]
  const joins = Object.keys(joined).map(
    (kind) => `LEFT JOIN django_celery_beat_${kind}schedule AS ${kind} ON ${kind}.id = task.${kind}_id`,
  )
  const sql = `SELECT ${columns.join(', ')} FROM ${table} AS task ${joins.join(' ')} ORDER BY task.name LIMIT ${most}`
  return (await tables.rows(sql)) as unknown as PeriodicRow[]
}

/**
 * Turns a periodic task on or off as django-celery-beat's own model does, and tells beat to read its tables again. To be called within
 * a transaction.
 * @param now epoch seconds
 */
export async function setPeriodic(
  tables: Tables,
  { id, name, enabled, now }: { readonly id: number; readonly name: string; readonly enabled: boolean; readonly now: number },
): Promise<null> {
  await checkLayout(tables)
  const lastRun = enabled ? 'last_run_at' : 'NULL'
  // Written out: to SQLite truth is a number, to PostgreSQL it is not.
  const sql = `UPDATE ${table} SET enabled = ${enabled ? 'TRUE' : 'FALSE'}, last_run_at = ${lastRun}, date_changed = ?`
  const changed = await tables.change(`${sql} WHERE id = ? AND name = ?`, writeStoredTime(now), id, name)
  if (changed !== 1) throw new LookupProblem(`The periodic task “${name.slice(0, 100)}” is no longer there; nothing was changed.`)
  await tellBeat(tables, now)
  return null
}

/** Beat reads its tables again when this time is later than the last it saw; a clock of another zone may be ahead of ours. */
async function tellBeat(tables: Tables, now: number): Promise<void> {
  const [before] = await tables.rows('SELECT last_update FROM django_celery_beat_periodictasks WHERE ident = 1')
  const next = writeStoredTime(Math.max(now, (readStoredTime(before?.['last_update']) ?? 0) + 0.01))
  const sql = 'INSERT INTO django_celery_beat_periodictasks (ident, last_update) VALUES (1, ?)'
  await tables.change(`${sql} ON CONFLICT (ident) DO UPDATE SET last_update = excluded.last_update`, next)
}

async function checkLayout(tables: Tables): Promise<void> {
  const columns = await tables.columns(table)
  if (columns.size === 0) throw new LookupProblem('It has no tables of django-celery-beat.')
  const missing = own.filter((column): boolean => !columns.has(column)) as string[]
  for (const [kind, names] of Object.entries(joined)) {
    const known = await tables.columns(`django_celery_beat_${kind}schedule`)
    missing.push(...(columns.has(`${kind}_id`) ? names.filter((name) => !known.has(name)) : [`${kind}_id`]))
  }
  const told = await tables.columns('django_celery_beat_periodictasks')
  missing.push(...['ident', 'last_update'].filter((column) => !told.has(column)))
  if (missing.length > 0)
    throw new LookupProblem(
      `Its tables of django-celery-beat are laid out otherwise than Warren knows: ${missing.join(', ')} is missing.`,
    )
}
