import { markLimit, markTextLimit } from '../broker-bridge/protocol/index.ts'
import type { Mark } from '../broker-bridge/protocol/index.ts'

/** What is read of a commit as VS Code's git extension tells it. */
export interface Commit {
  readonly hash: string
  readonly message: string
  readonly commitDate?: Date
  readonly authorDate?: Date
}

/**
 * Commits as marks: the newest, each once, oldest first.
 * @param since epoch seconds
 */
export function commitMarks(commits: readonly Commit[], since: number): Mark[] {
  const marks = new Map(commits.flatMap((commit) => markOf(commit, since)))
  return [...marks.values()].sort((one, other) => one.at - other.at).slice(-markLimit)
}

function markOf({ hash, message, commitDate, authorDate }: Commit, since: number): [string, Mark][] {
  // When it was committed, not when it was first written: what was rebased today came today.
  const at = (commitDate ?? authorDate)?.getTime() ?? Number.NaN
  if (!Number.isFinite(at) || at / 1_000 < since) return []
  const [subject = ''] = message.split('\n', 1)
  return [[hash, { kind: 'commit', text: `${hash.slice(0, 8)} ${subject}`.trim().slice(0, markTextLimit), at: at / 1_000 }]]
}
