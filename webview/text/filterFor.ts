import { printQuery, typedQueryLimit } from '../../broker-bridge/protocol/index.ts'

/** The query that finds the tasks with just this value, as somebody could have typed it; null for what no filter is long enough for. */
export function filterFor(field: 'name' | 'worker' | 'queue' | 'root', value: string): string | null {
  const text = printQuery({ kind: 'text', field, pattern: { parts: [value.toLowerCase()] } })
  return text.length > typedQueryLimit ? null : text
}
