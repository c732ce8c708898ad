/** What stands in a text where a secret was. */
export const hidden = '***'

/** Why a text is not an address, as one sentence for a person. It never holds a part of the text that may be a password. */
export interface AddressProblem {
  readonly problem: string
}

/** One address of a list, cut into pieces that are as they were written: they may be percent-encoded or not. */
export interface AddressText {
  /** In lower case. */
  readonly scheme: string
  /** Null where none is written. */
  readonly user: string | null
  readonly password: string | null
  /** Hosts, virtual host and query. */
  readonly place: string
}

/** Splits Celery's list of whole addresses. A `;` that no scheme follows stays, for a password may hold it. */
export function splitList(text: string): string[] {
  return text.split(/\s*[;,]\s*(?=[a-z][a-z\d+.-]*:\/\/)|\s*;\s*$/i).filter((part) => part !== '')
}

/** Cuts one address up, at its last `@`, since a password may hold others. Undefined where no scheme is. Never throws. */
export function splitAddress(text: string): AddressText | undefined {
  const match = /^([a-z][a-z\d+.-]*):\/\/(.*)$/is.exec(text)
  if (!match) return undefined
  const [, scheme = '', rest = ''] = match
  const at = rest.lastIndexOf('@')
  const info = at < 0 ? null : rest.slice(0, at)
  const colon = info?.indexOf(':') ?? -1
  return {
    scheme: scheme.toLowerCase(),
    user: colon < 0 ? info : rest.slice(0, colon),
    password: colon < 0 ? null : rest.slice(colon + 1, at),
    place: rest.slice(at + 1),
  }
}

/** Cuts from the first `://` to the last `@`: a password written without percent-encoding may itself hold `@` or `/`. */
export function hideUserInfo(text: string): string {
  const start = text.indexOf('://')
  const end = text.lastIndexOf('@')
  return start < 0 || end < start ? text : `${text.slice(0, start + 3)}${hidden}${text.slice(end)}`
}

/** Percent-encoding of any text: lone surrogates, which `encodeURIComponent` refuses, become U+FFFD. */
export function encode(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd'))
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
