import type { RetriedTask, RetryOutcome, RetryReport } from '../../broker-bridge/protocol/index.ts'

/** What became of tasks, in the words of the page. */
export const outcomeWords: Readonly<Record<RetryOutcome, string>> = {
  retried: 'sent again',
  failed: 'refused',
  uncertain: 'uncertain',
  skipped: 'left out',
  unsent: 'not sent',
}

/** What was not sent, and why: each reason once with its count, the most frequent first. */
export function otherReasons(tasks: readonly RetriedTask[]): { readonly text: string; readonly count: number }[] {
  const counts = new Map<string, number>()
  for (const { outcome, reason } of tasks) {
    if (outcome === 'retried') continue
    const text = `${outcomeWords[outcome]}: ${reason ?? ''}`
    counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  return [...counts].map(([text, count]) => ({ text, count })).sort((one, other) => other.count - one.count)
}

/** The report as a file: everything of it, as JSON. */
export function reportText(report: RetryReport): string {
  return `${JSON.stringify(report, null, 2)}\n`
}
