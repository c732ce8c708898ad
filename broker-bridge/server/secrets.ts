import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { keepSecret } from '../redact.ts'

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/** 256 random bits as text for a header or a URL's fragment. */
export function randomSecret(): string {
  return randomBytes(32).toString('base64url')
}

const window = 60_000
const triesPerWindow = 30

/** Counts wrong secrets. Right ones are never refused: a stranger's guessing must not lock the owner out. */
export class Guesses {
  #count = 0
  #since = 0

  /** Notes a wrong one; true when there were too many lately. */
  wrong(now: number): boolean {
    if (now - this.#since > window) {
      this.#since = now
      this.#count = 0
    }
    return ++this.#count > triesPerWindow
  }
}

/** The secret of this process. It is compared as a digest, in constant time and whatever the length of what was sent. */
export class Token {
  readonly text: string
  readonly #digest: Buffer
  readonly #forget: () => void

  constructor(text: string) {
    this.text = text
    this.#digest = digest(text)
    this.#forget = keepSecret(text)
  }

  matches(candidate: string): boolean {
    return timingSafeEqual(digest(candidate), this.#digest)
  }

  /** True for `Authorization: Bearer TOKEN`. */
  matchesHeader(header: string | undefined): boolean {
    const match = /^bearer +(\S+)$/i.exec(header ?? '')
    return match?.[1] !== undefined && this.matches(match[1])
  }

  dispose(): void {
    this.#forget()
  }
}

const lifetime = 10 * 60_000
const mostCodes = 20

interface Code {
  readonly until: number
  readonly forget: () => void
}

/** Codes that open the page once. Only their digests are held. */
export class OneTimeCodes {
  readonly #codes = new Map<string, Code>()

  mint(now: number): string {
    this.#dropOld(now)
    const code = randomSecret()
    this.#codes.set(digest(code).toString('hex'), { until: now + lifetime, forget: keepSecret(code) })
    return code
  }

  /** True once per code, while it is young. A look-up by digest tells nothing through its time. */
  use(code: string, now: number): boolean {
    const key = digest(code).toString('hex')
    const found = this.#codes.get(key)
    this.#drop(key)
    return found !== undefined && found.until > now
  }

  dispose(): void {
    for (const key of [...this.#codes.keys()]) this.#drop(key)
  }

  #dropOld(now: number): void {
    for (const [key, code] of [...this.#codes]) {
      if (code.until <= now || this.#codes.size >= mostCodes) this.#drop(key)
    }
  }

  #drop(key: string): void {
    this.#codes.get(key)?.forget()
    this.#codes.delete(key)
  }
}
