import { isIPv6 } from 'node:net'
import { domainToASCII } from 'node:url'
import { inspect } from 'node:util'
import { readQuery } from './addressQuery.ts'
import type { AddressOptions } from './addressQuery.ts'

/** Why a text is not an address, as one sentence for a person. It never holds a part of the text that may be a password. */
export interface AddressProblem {
  readonly problem: string
}

/** One node of a broker. An IPv6 literal is without brackets. */
export interface Host {
  readonly hostname: string
  readonly port: number
}

interface Parts {
  readonly scheme: 'amqp' | 'amqps'
  readonly hosts: readonly [Host, ...Host[]]
  readonly username: string
  readonly virtualHost: string
  readonly options: AddressOptions
}

/**
 * Where a RabbitMQ broker is and who we are there. Its text form, also in JSON and in `util.inspect`, is an address without
 * the password; only `secret` gives that, at the place of connecting.
 */
export class Address {
  readonly scheme: 'amqp' | 'amqps'
  /** The nodes to try, in their order; always one or more. */
  readonly hosts: readonly [Host, ...Host[]]
  readonly username: string
  /** Decoded: `/` for the default one. */
  readonly virtualHost: string
  readonly options: AddressOptions
  readonly #password: string

  constructor(parts: Parts, password: string) {
    this.scheme = parts.scheme
    this.hosts = parts.hosts
    this.username = parts.username
    this.virtualHost = parts.virtualHost
    this.options = parts.options
    this.#password = password
  }

  /** The password. */
  secret(): string {
    return this.#password
  }

  toString(): string {
    const path = this.virtualHost === '/' ? '/' : `/${encode(this.virtualHost)}`
    return `${this.scheme}://${encode(this.username)}@${this.hosts.map(hostText).join(',')}${path}`
  }

  toJSON(): string {
    return this.toString()
  }

  [inspect.custom](): string {
    return this.toString()
  }
}

/** `host:port`, an IPv6 literal in brackets. */
export function hostText(host: Host): string {
  return `${host.hostname.includes(':') ? `[${host.hostname}]` : host.hostname}:${host.port}`
}

function encode(text: string): string {
  // By way of UTF-8, for `encodeURIComponent` throws on lone surrogates.
  return encodeURIComponent(Buffer.from(text).toString())
}

// Names that Celery and other AMQP clients give to the same two protocols.
const schemes: Readonly<Record<string, 'amqp' | 'amqps'>> = {
  amqp: 'amqp',
  pyamqp: 'amqp',
  librabbitmq: 'amqp',
  'py-amqp': 'amqp',
  'amqp+tcp': 'amqp',
  amqps: 'amqps',
  pyamqps: 'amqps',
  'amqp+ssl': 'amqps',
  'amqp+tls': 'amqps',
  'pyamqp+ssl': 'amqps',
  'amqps+tcp': 'amqps',
}

const otherBrokers: Readonly<Record<string, string>> = {
  redis: 'Redis',
  rediss: 'Redis',
  'redis+socket': 'Redis',
  sentinel: 'Redis Sentinel',
  valkey: 'Valkey',
  sqs: 'Amazon SQS',
  gcpubsub: 'Google Pub/Sub',
  kafka: 'Kafka',
  confluentkafka: 'Kafka',
  memory: 'In-memory',
  filesystem: 'File system',
  sqla: 'SQLAlchemy',
  sqlalchemy: 'SQLAlchemy',
  django: 'Django database',
  mongodb: 'MongoDB',
  zookeeper: 'ZooKeeper',
  consul: 'Consul',
  etcd: 'etcd',
  qpid: 'Qpid',
  pyro: 'Pyro',
  slmq: 'SoftLayer',
  azurestoragequeues: 'Azure Storage Queue',
  azureservicebus: 'Azure Service Bus',
}

const defaultPorts = { amqp: 5672, amqps: 5671 } as const
const longestAddress = 4_000

/**
 * Reads a broker address as Celery, kombu and RabbitMQ write it, with lists of hosts (`amqp://a,b/v`) or of whole addresses
 * (`amqp://a//;amqp://b//`) for fail-over. Never throws, and never repeats what may be a password.
 */
export function parseAddress(text: string): Address | AddressProblem {
  const trimmed = text.trim()
  if (trimmed === '') return problem('The broker address is empty; it looks like amqp://user:password@host:5672/virtualhost.')
  if (trimmed.length > longestAddress) return problem(`The broker address is longer than ${longestAddress} characters.`)
  const [first, ...others] = splitList(trimmed).map(parseOne)
  if (first === undefined || 'problem' in first) return first ?? problem('The broker address is empty.')
  return others.reduce<Address | AddressProblem>(join, first)
}

/** Splits Celery's list of whole addresses. A `;` that no scheme follows stays, for a password may hold it. */
function splitList(text: string): string[] {
  return text.split(/\s*[;,]\s*(?=[a-z][a-z\d+.-]*:\/\/)|\s*;\s*$/i).filter((part) => part !== '')
}

function join(left: Address | AddressProblem, right: Address | AddressProblem): Address | AddressProblem {
  if ('problem' in left) return left
  if ('problem' in right) return right
  const same =
    left.scheme === right.scheme &&
    left.username === right.username &&
    left.virtualHost === right.virtualHost &&
    left.secret() === right.secret()
  if (!same) {
    return problem(
      'All addresses of a fail-over list need the same protocol, user, password and virtual host; connect to one of them.',
    )
  }
  return new Address({ ...parts(left), hosts: [...left.hosts, ...right.hosts] }, left.secret())
}

function parts({ scheme, hosts, username, virtualHost, options }: Address): Parts {
  return { scheme, hosts, username, virtualHost, options }
}

const grammar = /^([a-z][a-z\d+.-]*):\/\/([^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?(#.*)?$/is

function parseOne(text: string): Address | AddressProblem {
  const match = grammar.exec(text)
  if (!match) return withoutScheme(text)
  const [, name = '', authority = '', path = '', query = '', fragment] = match
  const scheme = schemes[name.toLowerCase()]
  if (scheme === undefined) return wrongScheme(name.toLowerCase())
  if (fragment !== undefined || `${path}?${query}`.includes('@')) return unencoded
  const at = authority.lastIndexOf('@')
  const hosts = parseHosts(authority.slice(at + 1), defaultPorts[scheme])
  if ('problem' in hosts) return at < 0 && authority.includes(':') ? unencodedOr(hosts) : hosts
  const options = readQuery(query)
  if ('problem' in options) return options
  const { username, password } = parseUser(at < 0 ? undefined : authority.slice(0, at))
  return new Address({ scheme, hosts, username, virtualHost: parseVirtualHost(path), options }, password)
}

const unencoded = problem(
  'The broker address has a /, ?, # or @ where none can be; in a user name, password or virtual host write them as %2F, %3F, %23 and %40.',
)

/** `amqp://user:pa/ss…`: the part before the slash looks like a host with a strange port. */
function unencodedOr(other: AddressProblem): AddressProblem {
  return problem(`${other.problem} If the password holds a /, ? or #, write it as %2F, %3F or %23.`)
}

function withoutScheme(text: string): AddressProblem {
  const plain = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?(\/[\w%.-]*)?$/i.test(text)
  const example = plain ? `amqp://${text}` : 'amqp://user:password@host:5672/virtualhost'
  return problem(`A broker address begins with amqp:// or amqps://, for example ${example}`)
}

function wrongScheme(name: string): AddressProblem {
  const other = otherBrokers[name] ?? otherBrokers[name.replace(/\+.*/, '')]
  if (other !== undefined) return problem(`${other} brokers are not supported yet; Warren reads RabbitMQ (amqp:// or amqps://).`)
  if (name === 'http' || name === 'https') {
    return problem(
      'This is the address of a web page or of the management API; a broker address begins with amqp:// or amqps://.',
    )
  }
  return problem('A broker address begins with amqp:// or amqps://.')
}

/** As kombu does: nobody named means guest, and guest without a password has its well-known one. */
function parseUser(info: string | undefined): { username: string; password: string } {
  const colon = info?.indexOf(':') ?? -1
  const username = decode(colon < 0 ? (info ?? '') : (info ?? '').slice(0, colon))
  const password = colon < 0 ? '' : decode((info ?? '').slice(colon + 1))
  if (password === '' && (username === '' || username === 'guest')) return { username: 'guest', password: 'guest' }
  return { username, password }
}

/** Empty means `/`; the slash after the host is no part of the name, a second one is (`//` is Celery's way to write `/`). */
function parseVirtualHost(path: string): string {
  return decode(path.slice(1)) || '/'
}

/** Percent-decoding that lets a stray `%` stand instead of failing on it. */
export function decode(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run)
    } catch {
      return run
    }
  })
}

function parseHosts(text: string, defaultPort: number): readonly [Host, ...Host[]] | AddressProblem {
  const [first = problem('There is no host.'), ...others] = text.split(/[,;]/).map((part) => parseHost(part.trim(), defaultPort))
  if ('problem' in first) return first
  const hosts: [Host, ...Host[]] = [first]
  for (const host of others) {
    if ('problem' in host) return host
    hosts.push(host)
  }
  return hosts
}

function parseHost(text: string, defaultPort: number): Host | AddressProblem {
  if (text.split(':').length > 2 && !text.startsWith('[')) {
    return problem(
      'The host of the broker address is not understood; write an IPv6 address in brackets, as in amqp://[::1]:5672/.',
    )
  }
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/s.exec(text)
  const hostname = match ? readHostname(match[1], match[2] ?? '') : undefined
  if (hostname === undefined) return problem('The host of the broker address is not a host name or an IP address.')
  const port = match?.[3] === undefined || match[3] === '' ? defaultPort : readPort(match[3])
  if (port === undefined) return problem('The port of the broker address must be a number from 1 to 65535.')
  return { hostname, port }
}

function readHostname(literal: string | undefined, name: string): string | undefined {
  if (literal !== undefined) return isIPv6(decode(literal)) ? decode(literal) : undefined
  if (name === '') return 'localhost'
  const decoded = decode(name)
  // `_` is not for host names, yet container names have it.
  const ascii = /^[\w.-]+$/.test(decoded) ? decoded : /^[\p{L}\p{N}\p{M}.-]+$/u.test(decoded) ? domainToASCII(decoded) : ''
  return ascii === '' ? undefined : ascii
}

function readPort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  return port >= 1 && port <= 65_535 ? port : undefined
}

function problem(sentence: string): AddressProblem {
  return { problem: sentence }
}
