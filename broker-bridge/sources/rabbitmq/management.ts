import { request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import * as v from 'valibot'
import type { ManagementAddress } from './managementAddress.ts'

/** Why the management API did not answer, as a sentence. */
export class ManagementError extends Error {
  /** True when it is there and does not let us in: asking again soon changes nothing. */
  readonly refused: boolean
  /** Of the answer; 0 where there was none. */
  readonly status: number

  constructor(message: string, refused = false, status = 0) {
    super(message)
    this.refused = refused
    this.status = status
  }
}

/** Where a virtual host is managed. */
export interface ManagementPlace {
  readonly address: ManagementAddress
  readonly virtualHost: string
  /** PEM text of the authority behind an https address. */
  readonly ca: string | undefined
}

const timeout = 5_000
const sizeLimit = 32 * 2 ** 20

/**
 * One GET of the management API, its answer read by a schema.
 * @param path from `/api/` on
 * @param what is asked for, for messages: `a list of queues`
 * @throws ManagementError
 */
export async function askManagement<S extends v.GenericSchema>(
  { address, ca }: ManagementPlace,
  path: string,
  schema: S,
  what: string,
): Promise<v.InferOutput<S>> {
  const { status, body } = await send(address, ca, path)
  if (status === 401) throw new ManagementError(explainRefusal(body), true, status)
  if (status === 404)
    throw new ManagementError(`The management API at ${address.url} has no ${what} of that name.`, false, status)
  if (status !== 200)
    throw new ManagementError(`The management API at ${address.url} answered ${status} instead of ${what}.`, false, status)
  const parsed = v.safeParse(schema, parse(address, body))
  if (!parsed.success) throw new ManagementError(`The management API answered with something that is not ${what}.`)
  return parsed.output
}

function parse(address: ManagementAddress, body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new ManagementError(`What answers at ${address.url} is not RabbitMQ’s management API.`)
  }
}

/** One PUT of the management API. @param path from `/api/` on @throws ManagementError */
export async function tellManagement({ address, ca }: ManagementPlace, path: string, content: object): Promise<void> {
  const { status, body } = await send(address, ca, path, 'PUT', JSON.stringify(content))
  if (status === 401 || status === 403) throw new ManagementError(explainRefusal(body), true, status)
  if (status < 200 || status > 299)
    throw new ManagementError(`The management API at ${address.url} answered ${status}, so nothing was changed.`, false, status)
}

/** One DELETE of the management API; what is gone already is no error. @param path from `/api/` on @throws ManagementError */
export async function removeByManagement({ address, ca }: ManagementPlace, path: string): Promise<void> {
  const { status, body } = await send(address, ca, path, 'DELETE')
  if (status === 401 || status === 403) throw new ManagementError(explainRefusal(body), true, status)
  if (status !== 404 && (status < 200 || status > 299))
    throw new ManagementError(`The management API at ${address.url} answered ${status}, so nothing was removed.`, false, status)
}

/** One segment of a path: a virtual host, a queue's name, an exchange's. */
export const segment = encodeURIComponent

/** @param content of a PUT, as JSON */
function send(
  address: ManagementAddress,
  ca: string | undefined,
  path: string,
  method: 'GET' | 'PUT' | 'DELETE' = 'GET',
  content?: string,
): Promise<{ status: number; body: string }> {
  const url = new URL(address.url + path)
  const open = url.protocol === 'https:' ? httpsRequest : httpRequest
  const login = Buffer.from(`${address.username}:${address.secret()}`).toString('base64')
  return new Promise((resolve, reject) => {
    const fail = (error: Error) =>
      reject(new ManagementError(`The management API at ${address.url} cannot be reached: ${error.message}.`))
    const options = {
      method,
      headers: {
        authorization: `Basic ${login}`,
        accept: 'application/json',
        ...(content === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ca,
      signal: AbortSignal.timeout(timeout),
    }
    const request = open(url, options, (response) => {
      readAll(response, () => request.destroy(new Error('the answer is too large'))).then(resolve, fail)
    })
    request.on('error', fail)
    request.end(content)
  })
}

function readAll(response: IncomingMessage, tooLarge: () => void): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    response.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > sizeLimit) tooLarge()
      else chunks.push(chunk)
    })
    response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }))
    response.on('error', reject)
  })
}

/** For a wrong user name or password, by RabbitMQ 3.10.8, and by 4.0.5 and 4.3.6. */
const wrongLogin: ReadonlySet<string> = new Set(['Login failed', 'Not_Authorized'])

/** The API says 401 for a wrong password and for missing rights alike; only its reason tells them apart. */
function explainRefusal(body: string): string {
  const reason = /"reason":"([^"]{1,200})"/.exec(body)?.[1] ?? 'no reason given'
  if (wrongLogin.has(reason)) return 'The management API refused the user name or the password.'
  return `The management API refused: ${reason}. The user needs the tag “monitoring” or “management”.`
}
