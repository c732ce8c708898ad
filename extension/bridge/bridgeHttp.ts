import { request } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Readable } from 'node:stream'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { Session } from './bridge.ts'

/**
 * Sends a request of the bridge's HTTP API, for what is too large for one answer.
 * @throws RequestError with the bridge's refusal
 */
export async function postToBridge(
  session: Session,
  path: string,
  body: string | Readable,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { port, token } = session.process
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const outgoing = request({ host: '127.0.0.1', port, path: `/${path}`, method: 'POST', headers, signal })
  const answered = new Promise<IncomingMessage>((resolve, reject) => outgoing.once('response', resolve).once('error', reject))
  if (typeof body === 'string') outgoing.end(body)
  else await Promise.race([pipeline(body, outgoing), answered])
  const answer = await answered
  if (answer.statusCode === 200) return answer
  throw new RequestError('refused', (await textOf(answer)) || `The bridge refused it (${answer.statusCode ?? 0}).`)
}

export async function textOf(answer: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of answer) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString('utf8')
}
