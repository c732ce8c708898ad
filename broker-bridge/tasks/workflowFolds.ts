import { digest } from './fingerprint.ts'
import type { Member } from './workflowForest.ts'

/** What is drawn as one node: a task, or many siblings of one name. */
export interface Fold {
  readonly id: string
  readonly members: readonly Member[]
  /** The nodes it stands behind. */
  sources: ReadonlySet<Fold>
  /** Whether it waits for them, as the last step of a chord does. */
  awaits: boolean
}

/**
 * Folds siblings of one name into one node wherever there are more than `limit`; children of folded ones count as siblings.
 * Costs a look at each member. @returns the nodes, each after its sources
 */
export function foldMembers(tops: readonly Member[], limit: number): Fold[] {
  const folds = foldSiblings(tops, null, limit)
  const homes = new Map<Member, Fold>()
  // Grows while it is read: level after level.
  for (const fold of folds) {
    for (const member of fold.members) homes.set(member, fold)
    for (const next of foldSiblings(childrenOf(fold), fold, limit)) folds.push(next)
  }
  const places = new Map(folds.map((fold, place) => [fold, place]))
  for (const fold of folds) {
    const awaited = awaitedBy(fold, homes).sort((one, other) => (places.get(one) ?? 0) - (places.get(other) ?? 0))
    // The last step of a chord stands behind the members it waits for, instead of behind the task that sent them all.
    if (awaited.length > 0) behind(fold, awaited)
  }
  return folds
}

function childrenOf({ members }: Fold): readonly Member[] {
  return members.length === 1 ? (members[0]?.children ?? []) : members.flatMap(({ children }) => children)
}

function foldSiblings(siblings: readonly Member[], source: Fold | null, limit: number): Fold[] {
  const byName = new Map<string, Member[]>()
  for (const member of siblings) {
    const named = byName.get(nameOf(member))
    if (named) named.push(member)
    else byName.set(nameOf(member), [member])
  }
  const sources = new Set(source === null ? [] : [source])
  const folds = [...byName].flatMap(([name, members]): Fold[] =>
    members.length > limit
      ? [newFold(`group:${digest(`${source?.id ?? ''} ${name}`)}`, members, sources)]
      : members.map((member) => newFold(member.id, [member], sources)),
  )
  return folds.length > 1 ? inOrder(folds) : folds
}

/** Named apart from tasks without a name: what was never seen has none either. */
function nameOf({ task }: Member): string {
  return task === null ? 'unseen' : `named ${task.name ?? ''}`
}

function newFold(id: string, members: readonly Member[], sources: ReadonlySet<Fold>): Fold {
  return { id, members, sources, awaits: false }
}

/** By when they were first heard of; the last steps of chords behind those they may wait for. */
function inOrder(folds: readonly Fold[]): Fold[] {
  const keyed = folds.map((fold) => ({ fold, isLast: fold.members.some(({ awaits }) => awaits.length > 0), at: beginOf(fold) }))
  keyed.sort(
    (one, other) => Number(one.isLast) - Number(other.isLast) || one.at - other.at || (one.fold.id < other.fold.id ? -1 : 1),
  )
  return keyed.map(({ fold }) => fold)
}

function beginOf({ members }: Fold): number {
  let begin = Number.MAX_VALUE
  for (const { task } of members) begin = Math.min(begin, task?.moments[0] ?? Number.MAX_VALUE)
  return begin
}

function behind(fold: Fold, awaited: readonly Fold[]): void {
  fold.sources = new Set(awaited)
  fold.awaits = true
}

function awaitedBy({ members }: Fold, homes: ReadonlyMap<Member, Fold>): Fold[] {
  const [member] = members
  if (member === undefined || members.length > 1) return []
  return [...new Set(member.awaits.flatMap((awaited) => homes.get(awaited) ?? []))]
}
