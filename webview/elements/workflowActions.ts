import { confirmed, messageOf } from '../../broker-bridge/protocol/index.ts'
import type { Ask, RetriedWorkflow, TaskKey } from '../../broker-bridge/protocol/index.ts'
import { freshKey } from '../session/freshKey.ts'
import type { PageModel } from '../session/model.ts'
import type { Session } from '../session/session.ts'
import { plural } from '../text/numbers.ts'

/** Runs what failed in a task's workflow again, if the user wants it. Never throws. @returns what came of it, as a sentence */
export async function retryFailed(session: Session, task: TaskKey, ask: Ask): Promise<string> {
  try {
    const done = await confirmed(session, 'retryWorkflow', { ...task, key: freshKey() }, ask)
    return done === null ? '' : spoken(done)
  } catch (error) {
    return messageOf(error)
  }
}

function spoken({ sent, incomplete, problems }: RetriedWorkflow): string {
  const left = incomplete > 0 ? ` ${plural(incomplete, 'task')} left out.` : ''
  return `Sent ${plural(sent, 'task')} again.${left}${problems.map((problem) => ` ${problem}`).join('')}`
}

/** Whether the chosen task belongs to others: as its picture says, or while that is folded away, as the task says itself. */
export function isInWorkflow({ workflow, view, followed }: PageModel): boolean {
  if (view.workflow) return workflow !== null && workflow.nodes.length > 1
  if (followed.kind !== 'held') return false
  const { id, parent, root, children } = followed.task
  return children.length > 0 || [parent, root].some((other) => other !== null && other !== id)
}
