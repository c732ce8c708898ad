import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { Lines } from './workerOutput.ts'

export interface WorkerLaunch {
  readonly interpreter: string
  readonly args: readonly string[]
  readonly folder: string
  readonly environment: NodeJS.ProcessEnv
  readonly onLine: (line: string) => void
  /** It has ended, with an exit code or by a signal; or it could not be started, with the reason. */
  readonly onEnd: (how: number | string) => void
}

/** Milliseconds in which the last lines come after its end. A process that a task left behind may hold the streams open for ever. */
const lastLines = 1_000

/** One process of `celery worker` and its pool. It ends warmly when its standard input is closed, so also when we are gone. */
export class WorkerProcess {
  readonly #child: ChildProcess
  #ended = false

  constructor({ interpreter, args, folder, environment, onLine, onEnd }: WorkerLaunch) {
    const detached = process.platform !== 'win32'
    this.#child = spawn(interpreter, args, { cwd: folder, env: environment, detached, stdio: ['pipe', 'pipe', 'pipe'] })
    const streams = [this.#child.stdout, this.#child.stderr].flatMap((stream) => stream ?? [])
    const lines = streams.map((stream) => {
      const split = new Lines(onLine)
      stream.setEncoding('utf8').on('data', (text: string) => split.take(text))
      return split
    })
    const end = (how: number | string): void => {
      if (this.#ended) return
      this.kill()
      this.#ended = true
      for (const stream of streams) stream.destroy()
      for (const split of lines) split.end()
      onEnd(how)
    }
    this.#child.stdin?.on('error', () => undefined)
    this.#child.once('error', (error) => end(error.message))
    this.#child.once('exit', (code, signal) => {
      this.kill()
      const how = signal ?? code ?? 0
      const timer = setTimeout(() => end(how), lastLines)
      this.#child.once('close', () => {
        clearTimeout(timer)
        end(how)
      })
    })
  }

  /** SIGTERM: it takes no new tasks and finishes those it has. SIGQUIT: it leaves those it has. */
  signal(signal: 'SIGTERM' | 'SIGQUIT'): void {
    this.#child.kill(signal)
  }

  /** What happens by itself when we are gone: it finishes its tasks and ends. */
  letGo(): void {
    this.#child.stdin?.end()
  }

  /** Ends whatever is left of it and its pool at once. */
  kill(): void {
    // Its number may be another's by now.
    if (this.#ended || this.#child.pid === undefined) return
    try {
      if (process.platform === 'win32') this.#child.kill('SIGKILL')
      else process.kill(-this.#child.pid, 'SIGKILL')
    } catch {
      // Nobody is left in it.
    }
  }
}
