import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import * as v from 'valibot'
import type { ManagementAddress } from './managementAddress.ts'

/** Why the management API did not answer, as a sentence. */
export class ManagementError extends Error {
  /** True when it is there and does not let us in: asking again soon changes nothing. */
  readonly refused: boolean

  constructor(message: string, refused = false) {
    super(message)
    this.refused = refused
  }
}

const timeout = 5_000
const sizeLimit = 32 * 2 ** 20
const pageSize = 500

const count = v.optional(v.number())
const Queue = v.object({
  name: v.string(),
  vhost: v.string(),
  type: v.optional(v.string()),
  messages_ready: count,
  messages_unacknowledged: count,
  consumers: count,
  auto_delete: v.optional(v.boolean(), false),
  exclusive: v.optional(v.boolean(), false),
  arguments: v.optional(v.record(v.string(), v.unknown()), {}),
})
export type ManagedQueue = v.InferOutput<typeof Queue>
const QueuePage = v.object({ items: v.array(Queue), total_count: v.number() })

/**
 * First page of the queues of a virtual host, by name. Only the columns needed: the whole list of 10,000 queues costs a
 * broker seconds of its time.
 * @param ca PEM text of the authority behind an https address
 * @throws ManagementError
 */
export async function listQueues(
  address: ManagementAddress,
  virtualHost: string,
  ca: string | undefined,
): Promise<{ queues: ManagedQueue[]; total: number }> {
  const columns = Object.keys(Queue.entries).join(',')
  const query = `page=1&page_size=${pageSize}&sort=name&columns=${columns}`
  const page = v.safeParse(QueuePage, await getJson(address, ca, `/api/queues/${encodeURIComponent(virtualHost)}?${query}`))
  if (!page.success) throw new ManagementError('The management API answered with something that is not a list of queues.')
  return { queues: page.output.items, total: page.output.total_count }
}

/** @throws ManagementError */
async function getJson(address: ManagementAddress, ca: string | undefined, path: string): Promise<unknown> {
  const { status, body } = await get(address, ca, path)
  if (status === 401) throw new ManagementError(explainRefusal(body), true)
  if (status !== 200) throw new ManagementError(`The management API at ${address.url} answered ${status} instead of a list.`)
  try {
    return JSON.parse(body)
  } catch {
    throw new ManagementError(`What answers at ${address.url} is not RabbitMQ’s management API.`)
  }
}

function get(address: ManagementAddress, ca: string | undefined, path: string): Promise<{ status: number; body: string }> {
  const url = new URL(address.url + path)
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const login = Buffer.from(`${address.username}:${address.secret()}`).toString('base64')
  return new Promise((resolve, reject) => {
    const fail = (error: Error) =>
      reject(new ManagementError(`The management API at ${address.url} cannot be reached: ${error.message}`))
    const options = {
      headers: { authorization: `Basic ${login}`, accept: 'application/json' },
      ca,
      signal: AbortSignal.timeout(timeout),
    }
    const request = send(url, options, (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > sizeLimit) request.destroy(new Error('the answer is too large'))
        else chunks.push(chunk)
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }))
      response.on('error', fail)
    })
    request.on('error', fail)
    request.end()
  })
}

/** The API says 401 for a wrong password and for missing rights alike; only its reason tells them apart (RabbitMQ 3.10.8). */
function explainRefusal(body: string): string {
  const reason = /"reason":"([^"]{1,200})"/.exec(body)?.[1] ?? 'no reason given'
  if (reason === 'Login failed') return 'The management API refused the user name or the password.'
  return `The management API refused: ${reason}. The user needs the tag “monitoring” or “management”.`
}
