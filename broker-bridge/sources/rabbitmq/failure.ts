import { messageOf } from '../../protocol/index.ts'
import type { FailureReason } from '../../protocol/index.ts'

/** Why a connection could not be made or kept, in words a person can act on. */
export interface Failure {
  readonly reason: FailureReason
  readonly message: string
}

/** What of an address may be said aloud. */
export interface Place {
  readonly host: string
  readonly virtualHost: string
  readonly username: string
  readonly tls: boolean
}

const unreachable: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'Nothing listens there. Is RabbitMQ running, and is the port right?',
  ENOTFOUND: 'The host name is unknown. Is it spelled right, and is the network up?',
  EAI_AGAIN: 'The host name could not be looked up. Is the network up?',
  EHOSTUNREACH: 'There is no route to this host.',
  ENETUNREACH: 'There is no route to this network.',
  ETIMEDOUT: 'No answer came in time.',
}

const certificate: Readonly<Record<string, string>> = {
  SELF_SIGNED_CERT_IN_CHAIN: 'It is signed by an authority this machine does not know; give that authority’s certificate (CA).',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'It is self-signed; give the certificate itself as the authority (CA).',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'Its chain is incomplete; give the authority’s certificate (CA).',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'Its authority is not known here; give the authority’s certificate (CA).',
  ERR_TLS_CERT_ALTNAME_INVALID: 'It is made out for another host name.',
  CERT_HAS_EXPIRED: 'It has expired.',
  CERT_NOT_YET_VALID: 'It is not valid yet.',
}

/** What amqplib 2.3.1 throws at header tables nested some thousand levels deep, and at types of numbers it does not know. */
export function isUndecodable(error: unknown): boolean {
  return error instanceof RangeError || (error instanceof Error && error.message.startsWith('Unexpected type tag'))
}

/**
 * Translates what amqplib 2.3.1 and Node report, as seen with RabbitMQ 3.10.8: a refused login and a missing virtual host
 * come without any code, so their texts have to do.
 */
export function explainFailure(error: unknown, place: Place): Failure {
  const message = messageOf(error)
  const code = codeOf(error)
  if (isUndecodable(error))
    return { reason: 'unknown', message: `A message whose headers cannot be decoded ended the connection to ${place.host}.` }
  const tls = certificate[code]
  if (tls !== undefined) return { reason: 'certificate', message: `The certificate of ${place.host} was refused. ${tls}` }
  const away = unreachable[code]
  if (away !== undefined) return { reason: 'unreachable', message: `${place.host} cannot be reached. ${away}` }
  return explainHandshake(message, code, place)
}

function explainHandshake(message: string, code: string, place: Place): Failure {
  if (/ACCESS[-_]REFUSED/.test(message)) {
    return {
      reason: 'credentials',
      message: `RabbitMQ at ${place.host} refused the login of user “${place.username}”. Check the user name and the password.`,
    }
  }
  if (message.startsWith('Expected ConnectionOpenOk') || /vhost .* not found|NOT_ALLOWED/.test(message)) {
    return {
      reason: 'virtual_host',
      message: `The virtual host “${place.virtualHost}” does not exist on ${place.host}, or user “${place.username}” may not use it.`,
    }
  }
  if (message === 'connect ETIMEDOUT') {
    return {
      reason: 'unreachable',
      message: `${place.host} accepted the connection and then said nothing. Is it an AMQP port, and is the broker alive?`,
    }
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'EPROTO') {
    return {
      reason: 'not_amqp',
      message: `${place.host} does not speak TLS on this port. Use amqp:// or the TLS port (usually 5671).`,
    }
  }
  if (code === 'ECONNRESET' || /Socket closed abruptly during opening handshake/.test(message)) {
    const hint = place.tls ? '' : ' If this is a TLS port, use amqps://.'
    return { reason: 'not_amqp', message: `${place.host} closed the connection while it was being opened.${hint}` }
  }
  if (/^ERR_OSSL_|^ERR_TLS_INVALID|PEM routines/.test(`${code} ${message}`)) {
    return {
      reason: 'certificate',
      message: `The given certificate or key cannot be read, so ${place.host} was not asked: ${message}`,
    }
  }
  if (/ALERT/i.test(code)) {
    return {
      reason: 'certificate',
      message: `${place.host} refused the TLS connection (${message}). It may want a client certificate.`,
    }
  }
  return { reason: 'unknown', message: `The connection to ${place.host} failed: ${message}` }
}

/** What Warren says when it has waited for too long itself, as amqplib says `Heartbeat timeout`. */
export const silence = 'nothing was heard from it for too long'

/** Whether a connection ended because nothing was heard on it: then it had been dead for a while. */
export function isSilence(error: Error): boolean {
  return error.message.includes('Heartbeat timeout') || error.message.includes(silence)
}

/** Why a connection that stood was lost, to be put into a sentence. */
export function explainLoss(error: Error): string {
  if (isUndecodable(error)) return 'a message whose headers cannot be decoded ended it'
  if (isSilence(error)) return silence
  if (error.message.includes('CONNECTION_FORCED') || error.message.includes('320')) return 'the broker closed it'
  return error.message.split('\n')[0]?.slice(0, 200) ?? 'unknown reason'
}

/** The error code of Node or of AMQP, as text; empty where there is none. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return ''
  if ('errors' in error && Array.isArray(error.errors) && error.errors.length > 0) return codeOf(error.errors[0])
  return 'code' in error ? String(error.code) : ''
}
