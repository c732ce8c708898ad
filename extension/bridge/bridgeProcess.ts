import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { createInterface } from 'node:readline'
import * as v from 'valibot'
import { bridgeFlags } from '../../broker-bridge/protocol/index.ts'

export interface BridgeLaunch {
  /** The JavaScript runtime: Node, or Electron behaving as Node. */
  readonly runtime: string
  /** Path of the bridge's bundle. */
  readonly program: string
  readonly folder: string
  /** Further arguments of the bridge. */
  readonly options?: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** The secret every client of this bridge must bring; it goes through standard input, never argv or environment. */
  readonly token: string
  /** Milliseconds the bridge may take to say its port. */
  readonly patience: number
  /** One line the bridge wrote to its log (already redacted by the bridge). */
  readonly onLog: (line: string) => void
}

const Greeting = v.object({ port: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535)) })
const longestLine = 4_096
const graceMilliseconds = 3_000

/**
 * One running bridge. Its life hangs on its standard input: when the extension host goes away, however hard, the pipe closes
 * and the bridge ends by itself.
 */
export class BridgeProcess {
  readonly port: number
  readonly token: string
  /** Resolves with a sentence when the process is gone; never rejects. */
  readonly exited: Promise<string>
  readonly #child: ChildProcessWithoutNullStreams

  private constructor(child: ChildProcessWithoutNullStreams, port: number, token: string, exited: Promise<string>) {
    this.#child = child
    this.port = port
    this.token = token
    this.exited = exited
  }

  /**
   * Starts a bridge and waits until it listens.
   * @throws Error with a sentence when it does not start, says something else than a port, or takes too long
   */
  static async start(launch: BridgeLaunch): Promise<BridgeProcess> {
    const child = spawn(launch.runtime, [...bridgeFlags, launch.program, '--stdio', ...(launch.options ?? [])], {
      cwd: launch.folder,
      env: launch.environment,
      stdio: ['pipe', 'pipe', 'pipe'],
      shell: false,
      windowsHide: true,
    })
    const exited = watchExit(child)
    createInterface({ input: child.stderr }).on('line', launch.onLog)
    // A broken pipe means the bridge has gone, which `exited` tells.
    child.stdin.on('error', () => undefined)
    child.stdin.write(`${JSON.stringify({ token: launch.token, externalAuthorities: [] })}\n`)
    try {
      const port = await firstLine(child, exited, launch)
      return new BridgeProcess(child, port, launch.token, exited)
    } catch (error) {
      stop(child)
      throw error
    }
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Tells which `host:port` the workbench's pages use to reach this bridge; the bridge accepts no other Origin or Host. */
  allowAuthorities(externalAuthorities: readonly string[]): void {
    if (this.#child.stdin.writable) this.#child.stdin.write(`${JSON.stringify({ externalAuthorities })}\n`)
  }

  /** Asks the bridge to end by closing its input, and ends it after a few seconds if it does not. */
  stop(): void {
    stop(this.#child)
  }

  /** Ends a bridge that no longer answers. */
  kill(): void {
    this.#child.kill('SIGKILL')
  }
}

function stop(child: ChildProcessWithoutNullStreams): void {
  child.stdin.end()
  if (child.exitCode !== null || child.signalCode !== null) return
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMilliseconds)
  timer.unref()
  child.once('exit', () => clearTimeout(timer))
}

function watchExit(child: ChildProcessWithoutNullStreams): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`Warren's bridge could not be started: ${error.message}`))
    child.once('exit', (code, signal) =>
      resolve(`Warren's bridge ended ${signal === null ? `with exit code ${code ?? 0}` : `by signal ${signal}`}.`),
    )
  })
}

/** The greeting is the first line; whatever follows on standard output goes to the log. */
async function firstLine(child: ChildProcessWithoutNullStreams, exited: Promise<string>, launch: BridgeLaunch): Promise<number> {
  const line = new Promise<string>((resolve) => {
    let first = true
    createInterface({ input: child.stdout }).on('line', (text) => {
      if (first) resolve(text)
      else launch.onLog(text)
      first = false
    })
  })
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const sentence = `Warren's bridge did not say its port within ${launch.patience / 1000} seconds.`
    timer = setTimeout(() => reject(new Error(sentence)), launch.patience)
  })
  const gone = exited.then((reason) => Promise.reject(new Error(reason)))
  try {
    return readGreeting(await Promise.race([line, late, gone]))
  } finally {
    clearTimeout(timer)
    gone.catch(() => undefined)
  }
}

function readGreeting(line: string): number {
  const greeting = line.length > longestLine ? undefined : v.safeParse(v.pipe(v.string(), v.parseJson(), Greeting), line)
  if (greeting?.success !== true) throw new Error("Warren's bridge said something else than its port. Its log may tell why.")
  return greeting.output.port
}
