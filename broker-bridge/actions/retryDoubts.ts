import type { RetryPlan } from '../protocol/index.ts'
import { isOpaque } from './recordedMessage.ts'
import { isDoubtful } from './retry.ts'

/** What is to be said of tasks before they are sent again together: how sure their arguments are, and what nobody can read. */
export function doubts(plans: readonly RetryPlan[]): string[] {
  const doubtful = plans.filter(isDoubtful)
  const events = doubtful.filter(({ source }) => source === 'event').length
  const others = doubtful.length - events
  const opaque = plans.filter(isOpaque).length
  return [
    ...(events > 0
      ? [
          `The arguments of ${of(events, plans)} were read back from the text of events: an event cannot tell a named tuple from a tuple, an enum from its value, or bytes from a string.`,
        ]
      : []),
    ...(others > 0
      ? [
          `The arguments of ${of(others, plans)} are those that the result backend or a worker has, with lists or dicts among them: had a task changed one while it ran, it would be the changed one.`,
        ]
      : []),
    ...(opaque > 0
      ? [
          `The recorded messages of ${of(opaque, plans)} are of a kind that Warren does not decode (such as pickle): they go out byte by byte, and whatever follows these tasks (callbacks, a chain or a chord) is sent along and runs again.`,
        ]
      : []),
  ]
}

function of(count: number, all: readonly unknown[]): string {
  return count === all.length ? 'all of them' : count.toLocaleString('en-US')
}
