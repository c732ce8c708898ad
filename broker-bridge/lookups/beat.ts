import type { DatabaseSync } from 'node:sqlite'
import type { PeriodicRow } from './messages.ts'
import { change, columnsOf, LookupProblem } from './sqlite.ts'
import { readStoredTime, writeStoredTime } from './storedTime.ts'

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
export function listPeriodic(db: DatabaseSync): PeriodicRow[] {
  checkLayout(db)
  const columns = [...own.map((column) => `task.${column}`), ...Object.values(joined).flat()]
  const joins = Object.keys(joined).map(
    (kind) => `LEFT JOIN django_celery_beat_${kind}schedule AS ${kind} ON ${kind}.id = task.${kind}_id`,
  )
  const sql = `SELECT ${columns.join(', ')} FROM ${table} AS task ${joins.join(' ')} ORDER BY task.name LIMIT ${most}`
  return db.prepare(sql).all() as unknown as PeriodicRow[]
}

/**
 * Turns a periodic task on or off as django-celery-beat's own model does, and tells beat to read its tables again, in one transaction.
 * @param now epoch seconds
 */
export function setPeriodic(
  db: DatabaseSync,
  { id, name, enabled, now }: { readonly id: number; readonly name: string; readonly enabled: boolean; readonly now: number },
): null {
  checkLayout(db)
  db.exec('BEGIN IMMEDIATE')
  try {
    const lastRun = enabled ? 'last_run_at' : 'NULL'
    const sql = `UPDATE ${table} SET enabled = ?, last_run_at = ${lastRun}, date_changed = ? WHERE id = ? AND name = ?`
    const changed = change(db, sql, enabled ? 1 : 0, writeStoredTime(now), id, name)
    if (changed !== 1)
      throw new LookupProblem(`The periodic task “${name.slice(0, 100)}” is no longer there; nothing was changed.`)
    tellBeat(db, now)
    db.exec('COMMIT')
  } catch (error) {
    db.exec('ROLLBACK')
    throw error
  }
  return null
}

/** Beat reads its tables again when this time is later than the last it saw; a clock of another zone may be ahead of ours. */
function tellBeat(db: DatabaseSync, now: number): void {
  const before = db.prepare('SELECT last_update FROM django_celery_beat_periodictasks WHERE ident = 1').get()
  const next = writeStoredTime(Math.max(now, (readStoredTime(before?.['last_update']) ?? 0) + 0.01))
  const sql = 'INSERT INTO django_celery_beat_periodictasks (ident, last_update) VALUES (1, ?)'
  change(db, `${sql} ON CONFLICT (ident) DO UPDATE SET last_update = excluded.last_update`, next)
}

function checkLayout(db: DatabaseSync): void {
  const columns = columnsOf(db, table)
  if (columns.size === 0) throw new LookupProblem('It has no tables of django-celery-beat.')
  const missing = [
    ...own.filter((column) => !columns.has(column)),
    ...Object.entries(joined).flatMap(([kind, names]) => {
      const known = columnsOf(db, `django_celery_beat_${kind}schedule`)
      return columns.has(`${kind}_id`) ? names.filter((name) => !known.has(name)) : [`${kind}_id`]
    }),
    ...['ident', 'last_update'].filter((column) => !columnsOf(db, 'django_celery_beat_periodictasks').has(column)),
  ]
  if (missing.length > 0)
    throw new LookupProblem(
      `Its tables of django-celery-beat are laid out otherwise than Warren knows: ${missing.join(', ')} is missing.`,
    )
}
