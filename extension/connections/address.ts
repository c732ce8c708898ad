import { parseAddress } from '../../broker-bridge/protocol/address.ts'
import type { Address } from '../../broker-bridge/protocol/address.ts'
import { encode, hidden, hideUserInfo, splitAddress, splitList } from '../../broker-bridge/protocol/addressText.ts'
import type { AddressText } from '../../broker-bridge/protocol/addressText.ts'
import { messageText } from '../shownText.ts'

/** The user name that every fresh RabbitMQ has, with its well-known password. */
export const localAddress = 'amqp://guest:guest@localhost:5672//'

/** What is wrong with a broker's address, as a sentence; undefined when nothing is. */
export function addressProblem(text: string): string | undefined {
  const address = parseAddress(text)
  return 'problem' in address ? address.problem : undefined
}

/** What is wrong with the address of the management API; an empty text means none and is fine. */
export function managementProblem(text: string): string | undefined {
  if (text.trim() === '') return undefined
  const written = splitAddress(text.trim())
  if (written?.scheme !== 'http' && written?.scheme !== 'https') return 'The management address begins with http:// or https://.'
  return written.place === '' || /\s/.test(written.place) ? 'The management address names no host.' : undefined
}

/** The address as it may be shown, stored in plain settings and logged: as written, but for its password. Never throws. */
export function redactAddress(text: string): string {
  // What is not understood may hide a password anywhere in its first part.
  if (!read(text)) return hideUserInfo(text)
  return written(text)
    .map((part) => withUser(part, part.password === null ? part.user : `${part.user ?? ''}:${hidden}`))
    .join(';')
}

/** What asks for an address' password. VS Code makes links of what looks like one there, and files of the workspace name addresses. */
export function passwordPrompt(text: string): string {
  return messageText(`Password for ${redactAddress(text)}`)
}

/** True when somebody still has to be asked: a user is named, or a place is, but no password. */
export function needsPassword(text: string): boolean {
  const parts = written(text)
  if (parts.some(({ password }) => password !== null)) return false
  // A bare local address means RabbitMQ's own guest, which is allowed from this machine only.
  return parts.some(({ user }) => user !== null) || !isLocal(text)
}

/** Puts a password in, percent-encoded, for every host of the list; without a user name it is RabbitMQ's `guest`. */
export function withPassword(text: string, password: string): string {
  return written(text)
    .map((part) => withUser(part, `${part.user || 'guest'}:${encode(password)}`))
    .join(';')
}

/** `host virtualHost` as a first name for a connection. */
export function suggestName(text: string): string {
  const address = read(text)
  if (!address) return hideUserInfo(text).slice(0, 100)
  const { hosts, virtualHost } = address
  return (virtualHost === '/' ? hosts[0].hostname : `${hosts[0].hostname} ${virtualHost}`).slice(0, 100)
}

export function usesTls(text: string): boolean {
  return read(text)?.scheme === 'amqps'
}

/** True when an address leads to this machine only. */
export function isLocal(text: string): boolean {
  return read(text)?.isLocal ?? false
}

function read(text: string): Address | undefined {
  const address = parseAddress(text)
  return 'problem' in address ? undefined : address
}

function written(text: string): AddressText[] {
  return splitList(text.trim()).flatMap((one) => splitAddress(one) ?? [])
}

function withUser({ scheme, place }: AddressText, user: string | null): string {
  return `${scheme}://${user === null ? '' : `${user}@`}${place}`
}
