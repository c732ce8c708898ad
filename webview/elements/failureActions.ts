import { messageOf } from '../../broker-bridge/protocol/index.ts'
import type { FailureGroup, FailureMark } from '../../broker-bridge/protocol/index.ts'
import { tasksQuery } from '../feed/failureGroups.ts'
import type { PageEvents } from '../look/events.ts'
import type { PageModel } from '../session/model.ts'
import { plural } from '../text/numbers.ts'

type FailureEvent = 'warren-mark-failures' | 'warren-show-failures'
type FailureActions = { readonly [K in FailureEvent]: (model: PageModel, detail: PageEvents[K]) => void }

/** What the failure inbox asks for. @param announce says an outcome to who cannot see it */
export function failureActions(announce: (text: string) => void): FailureActions {
  return {
    'warren-mark-failures': (model, { groups, mark }) => void markGroups(model, groups, mark, announce),
    'warren-show-failures': (model, groups) => showTasks(model, groups),
  }
}

async function markGroups(
  { session }: PageModel,
  groups: readonly FailureGroup[],
  mark: FailureMark,
  announce: (text: string) => void,
): Promise<void> {
  try {
    for (const connection of new Set(groups.map((group) => group.connection))) {
      const fingerprints = groups.filter((group) => group.connection === connection).map(({ fingerprint }) => fingerprint)
      await session.request('markFailures', { connection, fingerprints, mark })
    }
    announce(`Marked ${plural(groups.length, 'group')} as ${mark}.`)
  } catch (error) {
    announce(messageOf(error))
  }
}

/** The feed, narrowed to the tasks of these groups. */
function showTasks(model: PageModel, groups: readonly FailureGroup[]): void {
  const [connection, ...others] = new Set(groups.map((group) => group.connection))
  const one = connection !== undefined && others.length === 0 && model.connections.length > 1
  model.setView({ tab: 'tasks', query: tasksQuery(groups), states: [], connection: one ? connection : null, selected: null })
}
