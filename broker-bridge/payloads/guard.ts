import { spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { parse } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TracingNotes, TracingSubject } from './tracingNotes.ts'

/** The line after which the watchdog has nothing to do. */
export const releaseWord = 'done'

/** Cares for tracing that is on, whatever becomes of this process. */
export interface TracingGuard {
  /** Tracing is off, or somebody else's. */
  release(): void
  /** This bridge could not turn it off and tries no longer. */
  takeOver(): void
}

/** What a watchdog is told, through its standard input alone. */
export interface GuardCharge {
  readonly folder: string
  readonly about: TracingSubject
  readonly id: TracingNotes['id']
  readonly access: unknown
}

/** Variables that a Node needs to run as one; others may hold secrets. */
const environment = ['PATH', 'SystemRoot', 'windir', 'HOME', 'USERPROFILE', 'TEMP', 'TMP', 'TMPDIR', 'LD_LIBRARY_PATH']

/**
 * Starts the watchdog of one recording. Detached, so that neither a Ctrl-C in the terminal nor whoever ends this process with its children
 * ends it as well (on Windows those that are not detached are ended with their parent). A watchdog that cannot be started is no reason
 * not to record: the note on disk tells the next start.
 * @param program payloads/watchdog.ts, or its bundle
 */
export function startGuard(program: string | URL, charge: GuardCharge): TracingGuard {
  const child = spawn(process.execPath, [typeof program === 'string' ? program : fileURLToPath(program)], {
    // A folder in which a process runs cannot be removed on Windows.
    cwd: parse(process.execPath).root,
    env: keptEnvironment(),
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    windowsHide: true,
  })
  child.on('error', () => undefined)
  child.unref()
  const { stdin } = child
  stdin.on('error', () => undefined)
  if (stdin instanceof Socket) stdin.unref()
  stdin.write(`${JSON.stringify(charge)}\n`)
  return { release: () => void stdin.end(`${releaseWord}\n`), takeOver: () => void stdin.end() }
}

/** On the desktop this program is Electron, which one variable makes behave as Node. */
function keptEnvironment(): NodeJS.ProcessEnv {
  const kept = environment.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]] as const]))
  return { ...Object.fromEntries(kept), ELECTRON_RUN_AS_NODE: '1' }
}
