import type { MessageFilter, MessageKey, WaitingMessage } from '../protocol/index.ts'
import { isFiltered, matcherOf } from '../sources/messages/filter.ts'

export interface Chosen {
  readonly filter: MessageFilter
  readonly first?: number | undefined
  readonly messages?: readonly MessageKey[] | undefined
}

/** Which messages of a queue are meant, one after the other as they come. */
export interface Choosing {
  /** Whether the others have to be held until the end. */
  readonly leaves: boolean
  readonly most: number
  /** Whether messages may be handed out that are put back in the end. */
  readonly returns: boolean
  takes(message: WaitingMessage): boolean
}

/** For the log of actions. What a filter seeks in arguments is not told. */
export function selectionOf({ filter, first, messages }: Chosen): string {
  if (messages !== undefined) return `${messages.length} chosen`
  const { name, text, olderThan } = filter
  const told = [
    ...(name === undefined ? [] : [`named ${name}`]),
    ...(text === undefined ? [] : ['with a text']),
    ...(olderThan === undefined ? [] : [`older than ${olderThan} s`]),
  ]
  const which = told.length === 0 ? 'all' : `those ${told.join(', ')}`
  return first === undefined ? which : `${which}, at most ${first}`
}

/** @param now epoch seconds */
export function choosing({ filter, first, messages }: Chosen, now: number): Choosing {
  const most = Math.min(first ?? Number.POSITIVE_INFINITY, messages?.length ?? Number.POSITIVE_INFINITY)
  const matches = matcherOf(filter, now)
  const named = messages && wanted(messages)
  return {
    leaves: isFiltered(filter) || messages !== undefined,
    most,
    returns: isFiltered(filter) || messages !== undefined || first !== undefined,
    takes: (message) => matches(message) && (named === undefined || named(message.mark)),
  }
}

/** As often as each mark was named: messages that are alike have the same one. */
function wanted(keys: readonly MessageKey[]): (mark: string) => boolean {
  const counts = new Map<string, number>()
  for (const { mark } of keys) counts.set(mark, (counts.get(mark) ?? 0) + 1)
  return (mark) => {
    const count = counts.get(mark) ?? 0
    if (count > 0) counts.set(mark, count - 1)
    return count > 0
  }
}
