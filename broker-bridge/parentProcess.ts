import { createInterface } from 'node:readline'
import type { Interface } from 'node:readline'
import * as v from 'valibot'
import type { BridgeServer } from './server/server.ts'

const authorities = v.array(v.pipe(v.string(), v.maxLength(300)))
const Greeting = v.object({
  token: v.pipe(v.string(), v.minLength(32), v.maxLength(200)),
  externalAuthorities: v.optional(authorities, []),
})
const Update = v.object({ externalAuthorities: authorities })

/** The process that started this one, at the other end of standard input and output. The bridge ends with it and survives nobody. */
export class ParentProcess {
  readonly #lines: Interface = createInterface({ input: process.stdin })
  readonly #authorities: string[] = []
  #server: BridgeServer | undefined

  /**
   * Reads the first line, which holds the secret: it is in no argument, no environment and no file.
   * @throws when that line is something else
   */
  greeting(): Promise<string> {
    return new Promise((resolve, reject) => {
      // A parent that is gone before it said anything leaves nothing to do.
      this.#lines.once('close', () => process.exit(0))
      this.#lines.once('line', (line) => {
        const greeting = v.safeParse(Greeting, parse(line))
        if (!greeting.success) return reject(new Error('The first line of standard input must be {"token":"…"}.'))
        this.#allow(greeting.output.externalAuthorities)
        this.#lines.on('line', (update) => this.#update(update))
        resolve(greeting.output.token)
      })
    })
  }

  /** Says where the server is and calls `end` when the parent closes its end of the pipe. */
  serve(server: BridgeServer, end: () => void): void {
    this.#server = server
    this.#allow(this.#authorities.splice(0))
    this.#lines.removeAllListeners('close').once('close', end)
    // A Ctrl-C in the parent's terminal is meant for the parent.
    process.on('SIGINT', () => undefined)
    process.stdout.write(`${JSON.stringify({ port: server.port })}\n`)
  }

  #update(line: string): void {
    const update = v.safeParse(Update, parse(line))
    if (update.success) this.#allow(update.output.externalAuthorities)
  }

  #allow(authorities: readonly string[]): void {
    for (const authority of authorities) {
      if (this.#server) this.#server.allowAuthority(authority)
      else this.#authorities.push(authority)
    }
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
