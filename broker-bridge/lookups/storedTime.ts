/** Epoch seconds of a time as Django and SQLAlchemy write it into SQLite, which is UTC; null for what is none. */
export function readStoredTime(text: unknown): number | null {
  if (typeof text !== 'string') return null
  const milliseconds = Date.parse(
    `${text
      .trim()
      .replace(' ', 'T')
      .replace(/\+00:00$/, '')}Z`,
  )
  return Number.isNaN(milliseconds) ? null : milliseconds / 1_000
}

/** A time as Django writes it into SQLite. @param at epoch seconds */
export function writeStoredTime(at: number): string {
  return new Date(at * 1_000).toISOString().replace('T', ' ').replace('Z', '000')
}
