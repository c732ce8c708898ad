import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { messageOf } from '../protocol/index.ts'
import type { Tls } from './encryption.ts'
import { LookupProblem } from './tables.ts'

/** Milliseconds for each step of asking a server: it may be far away, yet nobody waits for long. */
export const patience = 5_000

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'cannot be reached: nothing listens there',
  ENOTFOUND: 'cannot be reached: its host is not known',
  EAI_AGAIN: 'cannot be reached: its host is not known at the moment',
  EHOSTUNREACH: 'cannot be reached: there is no way to its host',
  ENETUNREACH: 'cannot be reached: there is no way to its network',
  ETIMEDOUT: 'did not answer in time',
  ECONNRESET: 'closed the connection',
  ENOENT: 'cannot be reached: it has no socket there',
  EACCES: 'may not be reached: its socket is not ours to use',
  ERR_TLS_CERT_ALTNAME_INVALID: 'shows a certificate for another host',
  SELF_SIGNED_CERT_IN_CHAIN: 'shows a certificate of an authority that is not trusted here',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'shows a certificate of an authority that is not trusted here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'shows a certificate of an authority that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'shows a certificate of an authority that is not trusted here',
  CERT_HAS_EXPIRED: 'shows a certificate that has expired',
}

/** Why a server could not be asked, as the end of a sentence. */
export function wireReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  const known = reasons[code]
  if (known !== undefined) return known
  const message = messageOf(error)
  if (/tim(ed? ?out|eout)/i.test(message)) return 'did not answer in time'
  return /terminated|closed|ended/i.test(message) ? 'closed the connection' : `cannot be asked: ${message.replace(/\.$/, '')}`
}

/** Gives up after the patience for one step. */
export async function within<T>(promise: Promise<T> | undefined): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('timed out')), patience)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** What TLS needs, its files read. @throws LookupProblem */
export function secureOptions({ verifies, checksHost, ...files }: Tls): ConnectionOptions {
  const pem = (file: string | null, as: 'ca' | 'cert' | 'key') => (file === null ? {} : { [as]: read(file) })
  return {
    rejectUnauthorized: verifies,
    ...(checksHost ? {} : { checkServerIdentity: () => undefined }),
    ...pem(files.ca, 'ca'),
    ...pem(files.cert, 'cert'),
    ...pem(files.key, 'key'),
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new LookupProblem(`A file that the address of the database names cannot be read: ${messageOf(error)}.`)
  }
}
