import { encode } from '@msgpack/msgpack'
import { withZone } from '../keptMessage.ts'
import type { KeptContent, Resending, Resent, SentTask } from '../keptMessage.ts'
import { isUtf8, packAgain, textOfBody, unpack } from '../messages/content.ts'
import { serializerOf } from '../messages/forms.ts'
import { rawMembers } from '../messages/jsonParts.ts'
import { msgpackMembers, readMsgpack } from '../messages/msgpack.ts'
import { ownField } from './json.ts'
import { hasCanvas, isEmptyCanvas } from './waiting.ts'

type Headers = KeptContent['headers']
type Problem = { readonly problem: string }

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
export function resend(kept: KeptContent, how: Resending): Resent | Problem {
  const content = how.carryCanvas ? kept.content : withoutCanvas(kept)
  if ('problem' in content) return content
  const { headers } = kept
  const expiry = headers['expires']
  const hasExpired = typeof expiry === 'string' && !(Date.parse(withZone(expiry)) / 1_000 > how.now)
  const changes: Record<string, unknown> = {
    id: how.id,
    root_id: how.root,
    parent_id: how.parent,
    retries: 0,
    ...(headers['eta'] == null ? {} : { eta: null }),
    ...(hasExpired ? { expires: null } : {}),
    ...(how.carryCanvas || headers['group'] == null ? {} : { group: null, group_index: null }),
  }
  return {
    content,
    headers: changes,
    properties: { correlationId: how.id, replyTo: '', ...(hasExpired ? { expiration: undefined } : {}) },
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

/** Read as for people, who were told what follows the task: whatever they could be told of is taken out here, or nothing is sent. */
function withoutCanvas(kept: KeptContent): Buffer | Problem {
  const compression = ownField(kept.headers, 'compression')
  const content = unpack(kept.content, compression)
  if ('problem' in content) return notTakenOut(content.problem)
  const serializer = serializerOf({ properties: { contentType: kept.contentType }, content: kept.content })
  if (serializer === 'pickle' || serializer === 'yaml')
    return notTakenOut(`Its body is ${serializer}, which Warren does not decode.`)
  const alone = serializer === 'msgpack' ? msgpackAlone(content) : jsonAlone(content, kept.contentEncoding)
  if ('problem' in alone) return alone
  return alone === content ? kept.content : packAgain(alone, compression, kept.content)
}

function jsonAlone(content: Buffer, encoding: string | undefined): Buffer | Problem {
  const members = rawMembers(textOfBody(content, encoding))
  const [args, kwargs, embed] = members ?? []
  if (members?.length !== 3 || args === undefined || kwargs === undefined || embed === undefined) return noTask
  if (isEmptyCanvas(embed)) return content
  if (!isUtf8(encoding)) return notTakenOut('Its body is not in UTF-8.')
  return Buffer.from(`[${args},${kwargs}, ${nothingFollows}]`)
}

function msgpackAlone(content: Buffer): Buffer | Problem {
  const members = msgpackMembers(content)
  const [args, kwargs, embed] = members ?? []
  if (members?.length !== 3 || args === undefined || kwargs === undefined || embed === undefined) return noTask
  const read = readMsgpack(embed)
  if (!read) return noTask
  if (!hasCanvas(read.value)) return content
  return Buffer.concat([Buffer.of(0x93), args, kwargs, encode(JSON.parse(nothingFollows))])
}

const noTask: Problem = {
  problem: 'The recorded message has no body of a Celery task: [arguments, keyword arguments, embedded].',
}

function notTakenOut(why: string): Problem {
  return { problem: `What follows this task (callbacks, a chain or a chord) cannot be taken out of its message. ${why}` }
}
