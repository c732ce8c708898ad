import { inspect } from 'node:util'
import { hostText } from '../../protocol/address.ts'
import type { Address } from '../../protocol/address.ts'
import { decode, splitAddress } from '../../protocol/addressText.ts'
import type { AddressProblem } from '../../protocol/addressText.ts'

/** Where RabbitMQ's management API is. Its text form is without the password, which only `secret` gives. */
export class ManagementAddress {
  /** `http://host:port/prefix` without credentials and without a slash at its end; append `/api/…`. */
  readonly url: string
  readonly username: string
  readonly #password: string

  constructor(url: string, username: string, password: string) {
    this.url = url
    this.username = username
    this.#password = password
  }

  /** The password. */
  secret(): string {
    return this.#password
  }

  toString(): string {
    return this.url
  }

  toJSON(): string {
    return this.url
  }

  [inspect.custom](): string {
    return this.url
  }
}

/** Reads the management API's address; who is not named there is the broker's own user. Never throws, never repeats a password. */
export function parseManagement(text: string, broker: Address): ManagementAddress | AddressProblem {
  const written = splitAddress(text.trim())
  if (written?.scheme !== 'http' && written?.scheme !== 'https') {
    return { problem: 'The management address begins with http:// or https://, for example http://localhost:15672.' }
  }
  // Without the password, which may hold characters that `URL` would take for the end of the host.
  const url = readUrl(`${written.scheme}://${written.place}`)
  if (url === undefined) return { problem: 'The management address is not understood; it looks like http://localhost:15672.' }
  // Pasted from a browser it ends in `#/…`, copied from Flower's broker_api in `/api/`.
  const path = url.pathname.replace(/\/+$/, '').replace(/\/api$/, '')
  const user = decode(written.user ?? '')
  if (user === '' && written.password === null) {
    return new ManagementAddress(`${url.origin}${path}`, broker.username, broker.secret())
  }
  return new ManagementAddress(`${url.origin}${path}`, user, decode(written.password ?? ''))
}

function readUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}

/**
 * Where the management API would be by its default ports, one candidate per host; to be tried, never taken for granted. None
 * where the broker itself is on another port than usual: what listens on the usual one may then be another broker's.
 */
export function guessManagement(broker: Address): ManagementAddress[] {
  const [scheme, port] = broker.scheme === 'amqps' ? ['https', 15_671] : ['http', 15_672]
  const usual = broker.scheme === 'amqps' ? 5_671 : 5_672
  return broker.hosts
    .filter((host) => host.port === usual)
    .map(({ hostname }) => new ManagementAddress(`${scheme}://${hostText({ hostname, port })}`, broker.username, broker.secret()))
}
