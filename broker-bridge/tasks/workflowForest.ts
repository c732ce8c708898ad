import type { TaskRecord } from './record.ts'
import { readChordStep } from './workflowChords.ts'

/** One task of a workflow in its place. */
export interface Member {
  readonly id: string
  /** Null for a task that others name as their parent, while no event of it is held. */
  readonly task: TaskRecord | null
  parent: Member | null
  readonly children: Member[]
  /** Whether its place was concluded from what the last step of its chord was told. */
  isJoined: boolean
  /** The members of the chord whose last step this is, where they can be told for certain enough. */
  awaits: readonly Member[]
}

/** Puts tasks under their parents: no member is its own ancestor. @returns those without parent, in no particular order */
export function growForest(tasks: readonly TaskRecord[]): Member[] {
  const members = new Map<string, Member>()
  for (const task of tasks) members.set(task.id, newMember(task.id, task))
  for (const { id, parent } of tasks) {
    const member = members.get(id)
    if (member && parent !== null && parent !== id) member.parent = memberOf(parent, members)
  }
  joinChords(members)
  cutCircles(members)
  for (const member of members.values()) member.parent?.children.push(member)
  for (const member of members.values()) member.awaits = awaitedBy(member)
  return [...members.values()].filter(({ parent }) => parent === null)
}

function newMember(id: string, task: TaskRecord | null): Member {
  return { id, task, parent: null, children: [], isJoined: false, awaits: [] }
}

function memberOf(id: string, members: Map<string, Member>): Member {
  const known = members.get(id)
  if (known) return known
  const unseen = newMember(id, null)
  members.set(id, unseen)
  return unseen
}

/** A chord's body stands behind the step that starts it, whoever Celery names as its parent. */
function joinChords(members: ReadonlyMap<string, Member>): void {
  for (const step of members.values()) {
    const told = step.task && readChordStep(step.task)
    const body = told ? members.get(told.body) : undefined
    if (!body || body.task === null || body.isJoined) continue
    body.parent = step
    body.isJoined = true
  }
}

/** Takes one parent out of each circle: that of the smallest id, so that the order of arrival does not matter. */
function cutCircles(members: ReadonlyMap<string, Member>): void {
  const rounds = new Map<Member, number>()
  let round = 0
  for (const start of members.values()) {
    round++
    let member: Member | null = start
    while (member !== null && !rounds.has(member)) {
      rounds.set(member, round)
      member = member.parent
    }
    if (member !== null && rounds.get(member) === round) smallestOf(member).parent = null
  }
}

function smallestOf(start: Member): Member {
  let smallest = start
  for (let member = start.parent; member !== null && member !== start; member = member.parent) {
    if (member.id < smallest.id) smallest = member
  }
  return smallest
}

/**
 * The members of a chord are its last step's siblings. Events do not say which; so they are taken for them only where there are
 * as many as the step was told.
 */
function awaitedBy(member: Member): Member[] {
  const told = member.task && readChordStep(member.task)
  if (!told || told.members === 0 || member.parent === null) return []
  const siblings = member.parent.children.filter((sibling) => sibling !== member)
  const fits = told.isWhole ? siblings.length === told.members : siblings.length >= told.members
  return fits && siblings.every(({ task }) => task === null || readChordStep(task) === undefined) ? siblings : []
}
