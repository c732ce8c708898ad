import * as v from 'valibot'
import { readQuery } from './addressQuery.ts'
import type { AddressOptions } from './addressQuery.ts'
import { readScheme } from './addressScheme.ts'
import type { Scheme } from './addressScheme.ts'
import { decode, encode, splitAddress, splitList } from './addressText.ts'
import type { AddressProblem, AddressText } from './addressText.ts'

/** One node of a broker. An IPv6 literal is without brackets; a name may hold letters beyond ASCII. */
export interface Host {
  readonly hostname: string
  readonly port: number
}

interface Parts {
  readonly scheme: Scheme
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
  readonly scheme: Scheme
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

  /** True when all its hosts are this very machine. */
  get isLocal(): boolean {
    return this.hosts.every(({ hostname }) => /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(hostname))
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

  /** What Node's `util.inspect` asks for, by the name it is registered under. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

/** `host:port`, an IPv6 literal in brackets. */
export function hostText(host: Host): string {
  return `${host.hostname.includes(':') ? `[${host.hostname}]` : host.hostname}:${host.port}`
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

function parseOne(text: string): Address | AddressProblem {
  const written = splitAddress(text)
  if (!written) return withoutScheme(text)
  const scheme = readScheme(written.scheme)
  if (typeof scheme !== 'string') return scheme
  const match = /^([^/?#]*)(\/[^?#]*)?(?:\?([^#]*))?$/.exec(written.place)
  if (!match || /[/?#]/.test(`${written.user ?? ''}${written.password ?? ''}`)) return unencoded
  const [, authority = '', path = '', query = ''] = match
  const hosts = parseHosts(authority, defaultPorts[scheme])
  if ('problem' in hosts) return written.user === null && authority.includes(':') ? unencodedOr(hosts) : hosts
  const options = readQuery(query)
  if ('problem' in options) return options
  const { username, password } = parseUser(written)
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

/** As kombu does: nobody named means guest, and guest without a password has its well-known one. */
function parseUser(written: AddressText): { username: string; password: string } {
  const [username, password] = [decode(written.user ?? ''), decode(written.password ?? '')]
  if (password === '' && (username === '' || username === 'guest')) return { username: 'guest', password: 'guest' }
  return { username, password }
}

/** Empty means `/`; the slash after the host is no part of the name, a second one is (`//` is Celery's way to write `/`). */
function parseVirtualHost(path: string): string {
  return decode(path.slice(1)) || '/'
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

const ipv6 = v.pipe(v.string(), v.ipv6())

function readHostname(literal: string | undefined, name: string): string | undefined {
  const decoded = decode(literal ?? name)
  // The zone, as in `fe80::1%eth0`, has the name of a network interface.
  if (literal !== undefined) return v.is(ipv6, decoded.replace(/%[\w.-]+$/, '')) ? decoded : undefined
  if (name === '') return 'localhost'
  // `_` is not for host names, yet container names have it.
  return /^[\w.-]+$|^[\p{L}\p{N}\p{M}.-]+$/u.test(decoded) ? decoded : undefined
}

function readPort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  return port >= 1 && port <= 65_535 ? port : undefined
}

function problem(sentence: string): AddressProblem {
  return { problem: sentence }
}
