/** A published message as it was kept: hostile. */
export interface KeptMessage {
  readonly exchange: string
  readonly routingKey: string
  /** Properties and headers as the broker's protocol writes them, byte by byte. */
  readonly properties: Uint8Array
  readonly content: Uint8Array
}

type Headers = Readonly<Record<string, unknown>>

/** What a message says of its task without its body being read. */
export interface SentTask {
  readonly id: string
  readonly retries: number
}

/** How a kept message goes out again, as a task of its own. */
export interface Resending {
  readonly id: string
  readonly root: string
  readonly parent: string
  /** Whether callbacks, chain or chord go along. */
  readonly carryCanvas: boolean
  /** Epoch seconds. */
  readonly now: number
}

export interface KeptContent {
  readonly headers: Headers
  readonly contentType: string | undefined
  readonly contentEncoding: string | undefined
  readonly content: Buffer
}

/** What of a kept message changes; undefined takes a header or property away. */
export interface Resent {
  readonly content: Buffer
  readonly headers: Headers
  readonly properties: Headers
}

const zoneless = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?$/

/** A moment of a message with its zone: without one it is of UTC, as workers read it, and not of wherever this computer is. */
export function withZone(moment: string): string {
  return zoneless.test(moment) ? `${moment}+00:00` : moment
}
