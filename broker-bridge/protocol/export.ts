import * as v from 'valibot'
import { TaskFilter } from './tasks.ts'

/** Forms of an export: a table, one JSON object per line, and a file that Warren opens again without a broker. */
export const exportFormats = ['csv', 'jsonl', 'bundle'] as const
export type ExportFormat = (typeof exportFormats)[number]

/** What is asked for with `POST api/export`; the answer is the file. */
export const ExportParams = v.object({
  format: v.picklist(exportFormats),
  filter: v.optional(TaskFilter, {}),
  /** Where the tasks are: in memory, where nothing is said, or in the history on this computer. */
  source: v.optional(v.picklist(['memory', 'history'])),
  /** Whether passwords, tokens and the like are replaced by `***`. */
  mask: v.optional(v.boolean(), true),
})
export type ExportParams = v.InferOutput<typeof ExportParams>

export const exportEndings: Readonly<Record<ExportFormat, string>> = { csv: 'csv', jsonl: 'jsonl', bundle: 'warren.gz' }

/** Begins the ids of connections that were opened from a bundle. */
export const bundlePrefix = 'bundle-'

/** A name that sorts by time and is allowed on every system. @param at epoch seconds; the name is in UTC */
export function exportFileName(format: ExportFormat, at: number): string {
  const time = new Date(at * 1000).toISOString().slice(0, 19).replaceAll(':', '')
  return `warren-tasks-${time}Z.${exportEndings[format]}`
}
