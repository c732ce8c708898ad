import { spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'

/**
 * Nothing a test starts may outlive the test, also when the test is killed with SIGKILL and can run no handler. So a small process
 * of its own (leftoversWatcher.ts) is told what there is; the pipe to it closes when this process ends, however it ends, and then
 * it kills and deletes what is left on its list.
 */
let watcher: Socket | null = null

function tell(line: string): void {
  watcher ??= startWatcher()
  watcher.write(`${line}\n`)
}

function startWatcher(): Socket {
  const program = fileURLToPath(new URL('leftoversWatcher.ts', import.meta.url))
  // Detached: a Ctrl-C in the terminal must reach us and not it.
  const child = spawn(process.execPath, [program], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  child.unref()
  if (!(child.stdin instanceof Socket)) throw new Error('The standard input of a child process is expected to be a socket.')
  child.stdin.unref()
  child.stdin.on('error', () => undefined)
  return child.stdin
}

/** Ends the process group `pid` when this process ends. The group must have been made by `spawn` with `detached`. */
export function watchGroup(pid: number): { forget: () => void } {
  tell(`group ${pid}`)
  return { forget: () => tell(`ended ${pid}`) }
}

/** Deletes the folder when this process ends, after the process groups. */
export function watchFolder(path: string): { forget: () => void } {
  tell(`folder ${path}`)
  return { forget: () => tell(`deleted ${path}`) }
}
