import type { CeleryNames } from './names.ts'
import { defaultNames } from './names.ts'

/** What is known of a queue besides its name; undefined where only the name is known. */
export interface QueueFacts {
  readonly arguments?: Readonly<Record<string, unknown>> | undefined
  readonly autoDelete?: boolean | undefined
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const delayed = /^celery_delayed_\d{1,2}$/

/**
 * True for queues that hold no tasks: events, remote control, replies, results over rpc, the steps of native delayed delivery
 * and Warren's own. A judgement by name; a queue with a UUID for a name counts unless its known arguments say otherwise.
 */
export function isPlumbing(name: string, facts: QueueFacts = {}, names: CeleryNames = defaultNames): boolean {
  if (name.startsWith(`${names.eventQueuePrefix}.`) || name.startsWith('warren.')) return true
  if (name.endsWith(`.${names.commandExchange}`) || name.endsWith(`.${names.replyExchange}`)) return true
  return delayed.test(name) || isResultQueue(name, facts)
}

/** Each Python client with the rpc result backend has one: a UUID, auto-delete, and `x-expires` (seen with Celery 5.2 and 5.5). */
function isResultQueue(name: string, facts: QueueFacts): boolean {
  if (!uuid.test(name) || facts.autoDelete === false) return false
  return facts.arguments === undefined || Object.hasOwn(facts.arguments, 'x-expires')
}
