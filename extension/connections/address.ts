/**
 * Broker addresses as people write them: `amqp`, `amqps` and Celery's own `pyamqp`, or several joined by `;` for fail-over.
 * Read leniently, since passwords often hold characters that should have been percent-encoded.
 */
export interface AddressPart {
  readonly scheme: string
  readonly user: string | null
  readonly password: string | null
  /** Host, port and virtual host: everything after the `@`. */
  readonly place: string
}

const schemes = new Set(['amqp', 'amqps', 'pyamqp'])
const managementSchemes = new Set(['http', 'https'])
const shape = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is
const hiddenPassword = '***'
/** The user name that every fresh RabbitMQ has, with its well-known password. */
export const localAddress = 'amqp://guest:guest@localhost:5672//'

function parsePart(text: string): AddressPart | undefined {
  const match = shape.exec(text.trim())
  if (match?.[1] === undefined || match[2] === undefined) return undefined
  const end = match[2].lastIndexOf('@')
  const user = end < 0 ? null : match[2].slice(0, end)
  const colon = user?.indexOf(':') ?? -1
  return {
    scheme: match[1].toLowerCase(),
    user: user === null ? null : colon < 0 ? user : user.slice(0, colon),
    password: user === null || colon < 0 ? null : user.slice(colon + 1),
    place: match[2].slice(end + 1),
  }
}

/** Splits a list for fail-over at `;`, but only where a new scheme begins: a password may hold a semicolon. */
function splitList(text: string): string[] {
  return text.trim().split(/;(?=\s*[a-z][a-z0-9+.-]*:\/\/)/i)
}

/** The parts of an address, or undefined when it is not an address. */
export function parseAddress(text: string): readonly AddressPart[] | undefined {
  const parts = splitList(text).map(parsePart)
  return parts.every((part) => part !== undefined) ? parts : undefined
}

/** What is wrong with a broker's address, as a sentence; undefined when nothing is. */
export function addressProblem(text: string): string | undefined {
  if (text.trim() === '') return 'Enter the address of a broker, for example amqp://user@host:5672/vhost.'
  const parts = parseAddress(text)
  if (!parts) return 'An address begins with amqp://, amqps:// or pyamqp://.'
  const strange = parts.find((part) => !schemes.has(part.scheme))
  if (strange) return `Warren speaks amqp, amqps and pyamqp, not ${strange.scheme.slice(0, 20)}.`
  if (parts.some((part) => /\s/.test(part.place))) return 'An address holds no spaces.'
  if (text.length > 4_000) return 'This address is too long.'
  return undefined
}

/** What is wrong with the address of the management API; an empty text means none and is fine. */
export function managementProblem(text: string): string | undefined {
  if (text.trim() === '') return undefined
  const part = parsePart(text)
  if (!part || !managementSchemes.has(part.scheme)) return 'The management address begins with http:// or https://.'
  return part.place === '' || /\s/.test(part.place) ? 'The management address names no host.' : undefined
}

/** The address as it may be shown, stored in plain settings and logged: without any password. Never throws. */
export function redactAddress(text: string): string {
  const parts = parseAddress(text)
  if (!parts) return text.replace(/:\/\/.*@/gs, `://${hiddenPassword}@`)
  return parts
    .map(({ scheme, user, password, place }) => {
      const secret = password === null ? '' : `:${hiddenPassword}`
      return `${scheme}://${user === null ? '' : `${user}${secret}@`}${place}`
    })
    .join(';')
}

/** True when somebody still has to be asked: a user is named, or a place is, but no password. */
export function needsPassword(text: string): boolean {
  const parts = parseAddress(text)
  if (!parts) return false
  if (parts.some((part) => part.password !== null)) return false
  // A bare local address means RabbitMQ's own guest, which is allowed from this machine only.
  return !parts.every((part) => part.user === null && isLoopback(part.place))
}

/** Puts a password in, percent-encoded, for every host of the list; without a user name it is RabbitMQ's `guest`. */
export function withPassword(text: string, password: string): string {
  const parts = parseAddress(text) ?? []
  return parts
    .map(
      ({ scheme, user, place }) =>
        `${scheme}://${user === null || user === '' ? 'guest' : user}:${encodeSecret(password)}@${place}`,
    )
    .join(';')
}

/** Lone surrogates, which `encodeURIComponent` refuses, become U+FFFD. */
function encodeSecret(password: string): string {
  return encodeURIComponent(Buffer.from(password).toString())
}

/** `host/vhost` as a first name for a connection. */
export function suggestName(text: string): string {
  const place = parseAddress(text)?.[0]?.place ?? text
  const [authority = '', ...rest] = place.split('/')
  const host = authority.replace(/:\d+$/, '') || 'localhost'
  const virtualHost = decode((rest.join('/').split('?')[0] ?? '').replace(/^\/+$/, ''))
  return (virtualHost === '' ? host : `${host} ${virtualHost}`).slice(0, 100)
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export function usesTls(text: string): boolean {
  return parseAddress(text)?.some((part) => part.scheme === 'amqps') ?? false
}

/** True for a host on this machine. */
export function isLoopback(place: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])?(:\d+)?(\/|\?|$)/i.test(place)
}

/** True when an address leads to this machine only. */
export function isLocal(text: string): boolean {
  return parseAddress(text)?.every((part) => isLoopback(part.place)) ?? false
}
