import { inspect } from 'node:util'
import { encode, hidden, hideUserInfo } from './protocol/addressText.ts'

/** A text that is never shown by accident: only `reveal` gives it, every other form of it is `***`. */
export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The text itself, for the one place that needs it. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return hidden
  }

  toJSON(): string {
    return hidden
  }

  [inspect.custom](): string {
    return hidden
  }
}

// A shorter secret would also hit ordinary words ("guest"); inside addresses the patterns below find those too.
const shortestKept = 6
const kept = new Map<string, number>()

/**
 * Makes `redactText` remove this secret from now on, as it is and percent-encoded.
 * @returns a function that forgets it again
 */
export function keepSecret(secret: string): () => void {
  const forms = [...new Set([secret, encode(secret)])].filter((form) => form.length >= shortestKept)
  for (const form of forms) kept.set(form, (kept.get(form) ?? 0) + 1)
  let forgotten = false
  return () => {
    if (forgotten) return
    forgotten = true
    for (const form of forms) release(form)
  }
}

function release(form: string): void {
  const count = (kept.get(form) ?? 1) - 1
  if (count > 0) kept.set(form, count)
  else kept.delete(form)
}

const authorization = /\b(authorization["']?\s*[:=]\s*["']?)(?:(?:basic|bearer|digest|negotiate)\s+)?[^\s"',}]+/gi
const scheme = /\b(basic|bearer)\s+[\w+/=.~-]{8,}/gi
const named =
  /\b(password|passphrase|passwd|secret|token|api[_-]?key)(["']?\s*[:=]\s*)("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s"',;&}]+)/gi

/**
 * Makes any text fit for a log or an error message: no password of a `scheme://user:password@host`, no Authorization
 * header, no `password=…`, and none of the secrets given to `keepSecret`. Never throws; takes time in proportion to the text.
 */
export function redactText(text: string): string {
  let result = text
  // The longest first: one secret may be a part of another.
  for (const secret of [...kept.keys()].sort((a, b) => b.length - a.length)) result = result.replaceAll(secret, hidden)
  return result
    .replace(/[^\s"<>]+/g, hideUserInfo)
    .replace(authorization, `$1${hidden}`)
    .replace(scheme, `$1 ${hidden}`)
    .replace(named, `$1$2${hidden}`)
}
