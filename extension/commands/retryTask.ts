import type { RetryPlan } from '../../broker-bridge/protocol/index.ts'
import type { Execute, Warren } from '../warren.ts'
import { chooseQueue } from './chooseQueue.ts'
import { chooseTask } from './chooseTask.ts'
import { perform } from './perform.ts'
import { retryMany } from './retryMatching.ts'
import { selectedTasks } from './selected.ts'
import { showEnqueued } from './showEnqueued.ts'

/**
 * Runs a task again as a new one. What Warren recorded itself is sent; what was read from an event is sent once the user has
 * confirmed it; anything shortened or doubtful is never sent but opened for the user to complete. Several selected ones go as one
 * operation.
 */
export const retryTask: Execute = async (warren, argument, selected) => {
  const several = selectedTasks(argument, selected)
  if (several) return retryMany(warren, { connection: several.connection, target: { by: 'ids', ids: [...several.ids] } })
  const key = await chooseTask(warren, argument, {
    title: 'Retry Task',
    placeholder: 'Type a name, an id, arguments or an error',
    states: ['FAILURE', 'SUCCESS', 'REVOKED', 'REJECTED'],
    none: 'No task has ended yet.',
  })
  if (!key) return
  const { client } = await warren.bridge.session()
  await carryOut(warren, await client.request('planRetry', key))
}

async function carryOut(warren: Warren, plan: RetryPlan): Promise<void> {
  switch (plan.source) {
    case 'incomplete':
      return warren.retries.open(plan)
    case 'payload':
    case 'recorded':
    case 'worker':
    case 'backend':
    case 'event': {
      const queue = plan.queue ?? (await chooseQueue({ title: 'Retry Task', queues: plan.queueChoices, default: null }))
      if (queue === undefined) return
      const { connection, id } = plan
      const sent = await perform(warren, 'retry', { connection, id, ...(plan.queue === null ? { queue } : {}) })
      if (sent) showEnqueued(warren, sent, `The retry of ${plan.name ?? id}`)
    }
  }
}
