/** Why a request was not done. Clients branch on this; the message is for people. */
export type ErrorCode =
  | 'unauthorized'
  | 'unknown_method'
  | 'invalid'
  | 'not_found'
  | 'not_connected'
  | 'read_only'
  | 'confirmation_needed'
  | 'refused'
  | 'unroutable'
  | 'blocked'
  | 'timeout'
  | 'closed'
  | 'internal'

/** A refusal that crosses the wire as data and is thrown again at the other end. `data` is a Confirmation for `confirmation_needed`. */
export class RequestError extends Error {
  readonly code: ErrorCode
  readonly data: unknown

  constructor(code: ErrorCode, message: string, data?: unknown) {
    super(message)
    this.name = 'RequestError'
    this.code = code
    this.data = data
  }
}

/** What a caught value says; not everything that is thrown is an Error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
