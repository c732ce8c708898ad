import { spawn, type ChildProcess } from 'node:child_process'
import { until } from './childProcess.ts'
import { watchGroup } from './leftovers.ts'

type Body = Readonly<Record<string, unknown>>
interface Message {
  readonly type: 'request' | 'response' | 'event'
  readonly seq: number
  readonly command?: string
  readonly event?: string
  readonly request_seq?: number
  readonly success?: boolean
  readonly message?: string
  readonly body?: Body
}

/** A client of the debug adapter protocol, and the adapter it speaks to over its standard input and output. */
export class DebugAdapter implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #watched: { forget: () => void }
  readonly #events: Message[] = []
  readonly #waiting = new Map<number, (message: Message) => void>()
  #held = Buffer.alloc(0)
  #seq = 0

  /** Starts debugpy's own adapter. */
  constructor(python: string) {
    this.#child = spawn(python, ['-m', 'debugpy.adapter'], { stdio: ['pipe', 'pipe', 'inherit'], detached: true })
    this.#watched = watchGroup(this.#child.pid ?? 0)
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#take(chunk))
  }

  /** Asks, and waits for the answer's body. @throws what the adapter says is wrong */
  async request(command: string, args: unknown): Promise<Body> {
    const answer = await new Promise<Message>((resolve) => {
      this.#waiting.set(this.#send(command, args), resolve)
    })
    if (answer.success !== true) throw new Error(`${command}: ${answer.message ?? 'no reason given'}`)
    return answer.body ?? {}
  }

  /** Waits for the next event of this name that nobody has taken. */
  async event(name: string, patience = 30_000): Promise<Body> {
    const index = await until(`the debugger tells ${name}; it told ${this.output()}`, patience, () => {
      const found = this.#events.findIndex((message) => message.event === name)
      return found < 0 ? null : { found }
    })
    return this.#events.splice(index.found, 1)[0]?.body ?? {}
  }

  /** What the program has printed so far. */
  output(): string {
    return this.#events
      .filter(({ event }) => event === 'output')
      .map(({ body }) => String(body?.['output']))
      .join('')
  }

  /** Starts a program, with breakpoints by file and line, and stops where an error is not caught. */
  async launch(configuration: unknown, breakpoints: Readonly<Record<string, readonly number[]>>): Promise<void> {
    await this.request('initialize', { adapterID: 'debugpy', pathFormat: 'path', linesStartAt1: true, columnsStartAt1: true })
    const launched = this.request('launch', configuration)
    await this.event('initialized')
    for (const [path, lines] of Object.entries(breakpoints))
      await this.request('setBreakpoints', { source: { path }, breakpoints: lines.map((line) => ({ line })) })
    await this.request('setExceptionBreakpoints', { filters: ['uncaught'] })
    await this.request('configurationDone', {})
    await launched
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const pid = this.#child.pid ?? 0
    const gone = new Promise((resolve) => this.#child.once('exit', resolve))
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      process.kill(-pid, 'SIGKILL')
      await gone
    }
    this.#watched.forget()
  }

  #send(command: string, args: unknown): number {
    const seq = (this.#seq += 1)
    const text = Buffer.from(JSON.stringify({ seq, type: 'request', command, arguments: args }))
    this.#child.stdin?.write(`Content-Length: ${text.length}\r\n\r\n`)
    this.#child.stdin?.write(text)
    return seq
  }

  #take(chunk: Buffer): void {
    this.#held = Buffer.concat([this.#held, chunk])
    for (;;) {
      const end = this.#held.indexOf('\r\n\r\n')
      const length = Number(/Content-Length: (\d+)/.exec(this.#held.toString('latin1', 0, Math.max(0, end)))?.[1] ?? Number.NaN)
      if (end < 0 || !(this.#held.length >= end + 4 + length)) return
      const text = this.#held.toString('utf8', end + 4, end + 4 + length)
      this.#held = this.#held.subarray(end + 4 + length)
      this.#receive(JSON.parse(text) as Message)
    }
  }

  #receive(message: Message): void {
    if (message.type === 'event') this.#events.push(message)
    if (message.type === 'response') this.#waiting.get(message.request_seq ?? -1)?.(message)
  }
}
