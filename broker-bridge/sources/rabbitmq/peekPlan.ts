import type { LookPlan, QueueState } from '../messages/queues.ts'

const marks =
  'The messages are taken from the head of the queue and put back in their places; from then on they carry the mark “redelivered”, which tasks can see.'
const away = 'While they are held, for two seconds at most, consumers get later messages first.'
const visitor = 'For that moment Warren is one of its consumers.'
const counts = 'Each look counts as a delivery of every message it showed (x-delivery-count).'
const unknown =
  'Without RabbitMQ’s management plug-in Warren cannot see whether this queue has a delivery limit. Should it have one, each look brings its first message closer to it, so Warren looks at one message only.'

/**
 * Which way of looking does the least harm, by queue type and version, and what it does. Seen with RabbitMQ 3.10.8; for 4.x from
 * its release notes and source: 4.0 to 4.2 count every return against the delivery limit, 4.3 no longer counts `basic.nack`.
 */
export function planLook(state: QueueState): LookPlan {
  if (state.type === 'stream') return { method: 'read', effects: [], refused: null }
  const refused = refusalOf(state)
  return refused === null ? { method: 'take', effects: effectsOf(state), refused } : { method: null, effects: [], refused }
}

function refusalOf(state: QueueState): string | null {
  if (state.exclusive) return 'This queue is exclusive: the broker shows it to nobody but the connection that declared it.'
  if (state.type !== 'quorum') return null
  if (state.settings?.['single-active-consumer'] === true)
    return 'A quorum queue with a single active consumer gives no message to anybody else. Stop its consumer and move the messages to another queue to look at them.'
  return limitRefusal(state) ?? delayRefusal(state) ?? lengthRefusal(state)
}

function limitRefusal(state: QueueState): string | null {
  const limit = deliveryLimit(state)
  if (limit === null || !countsReturns(state.version)) return null
  return `This quorum queue drops or dead-letters a message after ${limit} failed deliveries, and RabbitMQ ${state.version ?? ''} counts a look as one. Move messages to a classic queue to look at them: what is moved is acknowledged, not returned.`
}

function delayRefusal({ settings }: QueueState): string | null {
  const type = settings?.['delayed-retry-type']
  if (type !== 'all' && type !== 'returned') return null
  return 'This queue holds back what is returned to it (delayed-retry-type), so a look would delay its messages.'
}

/** While messages are held, new ones take their room: what then overflows are others than without the look. */
function lengthRefusal({ settings, ready }: QueueState): string | null {
  const overflow = settings?.['overflow'] ?? 'drop-head'
  if (overflow !== 'drop-head') return null
  const length = settings?.['max-length']
  if (typeof length === 'number' && ready + room > length)
    return `This quorum queue is nearly full (${ready} of ${length}) and drops messages at its limit; with some of them held, it would drop others than it does now.`
  if (typeof settings?.['max-length-bytes'] !== 'number') return null
  return 'This quorum queue drops messages above a number of bytes (max-length-bytes); with some of them held, it could drop others than it does now.'
}

const room = 1_000

/** The limit that counts: as the broker says it, as it was set, or the 20 that RabbitMQ 4 has by default. Null where there is none. */
export function deliveryLimit({ deliveryLimit: told, settings, version }: QueueState): number | null {
  if (told === 'unlimited') return null
  if (told !== null) return told < 0 ? null : told
  const set = settings?.['delivery-limit']
  if (typeof set === 'number') return set < 0 ? null : set
  return isAtLeast(version, 4, 0) ? 20 : null
}

/** Whether `basic.nack` brings a message closer to the delivery limit; a version that is not known is taken for one where it does. */
export function countsReturns(version: string | null): boolean {
  return !isAtLeast(version, 4, 3)
}

export function isAtLeast(version: string | null, major: number, minor: number): boolean {
  const [, first, second] = /^(\d{1,4})\.(\d{1,4})/.exec(version ?? '') ?? []
  if (first === undefined || second === undefined) return false
  return Number(first) > major || (Number(first) === major && Number(second) >= minor)
}

function effectsOf(state: QueueState): string[] {
  const { settings, type, consumers } = state
  return [
    marks,
    ...(consumers > 0 || type === null ? [away] : []),
    ...(type === 'quorum' ? [visitor, counts] : []),
    ...(settings === null && type !== 'classic' ? [unknown] : []),
    ...(typeof settings?.['max-priority'] === 'number'
      ? ['It is a priority queue: the first shown are those of the highest priority.']
      : []),
    ...(settings?.['single-active-consumer'] === true
      ? ['It has a single active consumer, which gets later messages first meanwhile.']
      : []),
    ...(settings?.['message-ttl'] === undefined
      ? []
      : ['A message whose time runs out while it is held expires when it is put back.']),
  ]
}
