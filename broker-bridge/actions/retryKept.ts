import type { RetryKept, TaskDetail } from '../protocol/index.ts'
import { withZone } from '../sources/keptMessage.ts'
import type { TaskRequest } from '../sources/taskSystem.ts'

/** What was sent before, as far as somebody recorded it. */
export type SentBefore = Pick<TaskRequest, 'priority' | 'eta' | 'expires' | 'headers' | 'embed'>
type Told = Partial<Pick<TaskDetail, 'eta' | 'expires'>>

/**
 * What a new run keeps of the old one. Events tell neither priority, headers nor what was to follow; a moment of expiry stays the same
 * while it is still to come, and the new run has none once it has passed.
 * @param now epoch seconds
 */
export function keptOf(told: Told | undefined, sent: SentBefore | undefined, now: number): RetryKept {
  const moment = sent ? sent.expires : (told?.expires ?? null)
  const expires = moment === null ? null : withZone(moment)
  const isOver = expires !== null && !(Date.parse(expires) / 1_000 > now)
  const canvas = sent?.embed ?? null
  return {
    priority: sent?.priority ?? null,
    expires: isOver ? null : expires,
    headers: sent?.headers ?? null,
    sentences: [
      prioritySentence(sent),
      expires === null
        ? 'It does not expire, as far as is known.'
        : isOver
          ? 'The moment it was to expire at has passed, so the new run does not expire.'
          : 'It expires at the same moment as before, which is still to come.',
      ...((sent?.eta ?? told?.eta ?? null) === null ? [] : ['It may start at once: the time it was to start at is not kept.']),
      headersSentence(sent),
      canvas === null
        ? sent
          ? 'Nothing was to follow it.'
          : 'Callbacks, a chain or a chord are not known, and do not follow the new run.'
        : 'What was to follow it (callbacks, a chain or a chord) is carried along only if you choose so.',
    ],
  }
}

function prioritySentence(sent: SentBefore | undefined): string {
  if (!sent) return 'Its priority is not known: the new run is sent without one.'
  return sent.priority === null ? 'It has no priority, as before.' : 'It keeps its priority.'
}

function headersSentence(sent: SentBefore | undefined): string {
  if (!sent) return 'Headers of its own, if it had any, are not known and not sent.'
  return sent.headers == null ? 'It has no headers of its own, as before.' : 'It keeps its own headers.'
}
