import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { openSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { watchGroup } from './leftovers.ts'

export interface Launch {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** Standard output and error go to the end of this file; with null, where ours go. */
  readonly log: string | null
}

/** A process in a group of its own, which dies with us whatever happens. */
export interface Launched {
  readonly pid: number
  /** Its exit code or the signal that ended it, as soon as it has ended. */
  readonly ended: Promise<number | NodeJS.Signals>
  readonly running: () => boolean
  /** Signals the process alone. */
  readonly signal: (signal: NodeJS.Signals) => void
  /** Kills the whole group with SIGKILL and waits for its end. */
  readonly kill: () => Promise<void>
  /** Asks with SIGTERM, waits at most `patience` milliseconds, then kills the group. */
  readonly stop: (patience: number) => Promise<void>
}

/** Starts a process; throws when the command cannot be started at all. */
export async function launch(options: Launch): Promise<Launched> {
  const log = options.log === null ? 'inherit' : openSync(options.log, 'a')
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: ['ignore', log, log],
  })
  return launched(child, await started(child))
}

function started(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('spawn', () => resolve(child.pid ?? 0))
  })
}

function launched(child: ChildProcess, pid: number): Launched {
  const watched = watchGroup(pid)
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('exit', (code, signal) => {
      killGroup(pid)
      watched.forget()
      resolve(signal ?? code ?? 0)
    })
  })
  const running = (): boolean => child.exitCode === null && child.signalCode === null
  const kill = async (): Promise<void> => {
    killGroup(pid)
    await ended
  }
  const stop = async (patience: number): Promise<void> => {
    child.kill('SIGTERM')
    await Promise.race([ended, sleep(patience, undefined, { ref: false })])
    await kill()
  }
  return { pid, ended, running, kill, stop, signal: (signal) => void child.kill(signal) }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Nobody is left in it.
  }
}

/** Runs a command to its end and returns its standard output; a failure carries what it said on standard error. */
export function output(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { ...options, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${command} ${args.join(' ')} failed: ${stderr.trim() || stdout.trim() || error.message}`))
      else resolve(stdout)
    })
  })
}

/** Asks `look` every 50 ms until it returns something, at most `patience` milliseconds. */
export async function until<T>(
  what: string,
  patience: number,
  look: () => Promise<T | null | false> | T | null | false,
): Promise<T> {
  const end = performance.now() + patience
  for (;;) {
    const seen = await look()
    if (seen !== null && seen !== false) return seen
    if (performance.now() > end) throw new Error(`Waited ${patience / 1000} s in vain: ${what}.`)
    await sleep(50)
  }
}
