/** Epoch seconds of a time as Django, SQLAlchemy and Celery store it: UTC unless it says otherwise; null for what is none. */
export function readStoredTime(stored: unknown): number | null {
  if (typeof stored !== 'string') return null
  const [text, zone = 'Z'] = [
    stored.trim().replace(' ', 'T'),
    /T.*?(Z|[+-]\d\d(?::?\d\d)?)$/.exec(stored.trim().replace(' ', 'T'))?.[1],
  ]
  const bare = text.endsWith(zone) ? text.slice(0, -zone.length) : text
  // PostgreSQL leaves out the minutes of an offset.
  const milliseconds = Date.parse(`${bare}${zone.length === 3 ? `${zone}:00` : zone}`)
  return Number.isNaN(milliseconds) ? null : milliseconds / 1_000
}

/** A time as Django writes it into SQLite. @param at epoch seconds */
export function writeStoredTime(at: number): string {
  return new Date(at * 1_000).toISOString().replace('T', ' ').replace('Z', '000')
}
