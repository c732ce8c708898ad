import type { KeptContent, Resending, Resent, SentTask } from '../keptMessage.ts'
import { rawMembers } from '../messages/jsonParts.ts'
import { isEmptyCanvas } from './waiting.ts'

type Headers = KeptContent['headers']

/** Longest id of a task that is a message's correlation id as well. */
const longestId = 255

/**
 * A published task, by its headers. Those of Celery's first protocol (before 4.0) have their id in the body, which could not be sent again
 * byte by byte, and are none here. Never throws.
 */
export function readSent(headers: Headers): SentTask | null {
  const [task, id, retries] = ['task', 'id', 'retries'].map((name) => (Object.hasOwn(headers, name) ? headers[name] : undefined))
  if (typeof task !== 'string' || typeof id !== 'string' || id === '' || id.length > longestId) return null
  return { id, retries: typeof retries === 'number' && Number.isInteger(retries) ? retries : 0 }
}

/**
 * A kept message as a new run. The body stays byte by byte, unless what follows the task has to be taken out of it. Of the headers
 * change only: the ids; `retries`, so that it may be retried as often as the first time; `eta`, and an expiry that is over; the group,
 * unless its chord goes along. `reply_to` goes: nobody waits there for the new id.
 */
export function resend(kept: KeptContent, how: Resending): Resent | { readonly problem: string } {
  const content = how.carryCanvas ? kept.content : withoutCanvas(kept)
  if ('problem' in content) return content
  const { headers } = kept
  const expiry = headers['expires']
  const isOver = typeof expiry === 'string' && !(Date.parse(expiry) / 1_000 > how.now)
  const changes: Record<string, unknown> = {
    id: how.id,
    root_id: how.root,
    parent_id: how.parent,
    retries: 0,
    ...(headers['eta'] == null ? {} : { eta: null }),
    ...(isOver ? { expires: null } : {}),
    ...(how.carryCanvas || headers['group'] == null ? {} : { group: null, group_index: null }),
  }
  return {
    content,
    headers: changes,
    properties: { correlationId: how.id, replyTo: '', ...(isOver ? { expiration: undefined } : {}) },
  }
}

/** What no sender adds itself, in all of Celery's versions with protocol 2 (celery/app/amqp.py), kombu's compression included. */
const celerys = new Set(
  'lang task id shadow eta expires group group_index retries timelimit root_id parent_id argsrepr kwargsrepr origin ignore_result replaced_task_nesting stamped_headers stamps compression'.split(
    ' ',
  ),
)

/** The headers that the task's sender added to Celery's own. */
export function sendersHeaders(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !celerys.has(name)))
}

/** As Celery writes it where nothing follows (celery/app/amqp.py). */
const nothingFollows = '{"callbacks": null, "errbacks": null, "chain": null, "chord": null}'

function withoutCanvas({ headers, contentType, contentEncoding, content }: KeptContent): Buffer | { readonly problem: string } {
  const encoding = (contentEncoding ?? 'utf-8').toLowerCase()
  const isReadable = contentType === 'application/json' && encoding === 'utf-8' && headers['compression'] == null
  // Nobody looks into it without running it, or takes a part out of it: the user was told.
  if (!isReadable) return content
  const members = rawMembers(content.toString('utf8'))
  const [args, kwargs, embed] = members ?? []
  if (members?.length !== 3 || args === undefined || kwargs === undefined || embed === undefined)
    return { problem: 'The recorded message has no body of a Celery task: [arguments, keyword arguments, embedded].' }
  return isEmptyCanvas(embed) ? content : Buffer.from(`[${args},${kwargs}, ${nothingFollows}]`)
}
