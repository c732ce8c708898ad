import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Client, ConnectionInfo } from '../../broker-bridge/protocol/index.ts'
import { connectClient } from './bridgeClient.ts'
import { watchGroup } from './leftovers.ts'
import { until } from './until.ts'

/** The built bridge as the extension starts it: a process of its own, with one client that follows its connections. */
export interface BridgeProcess extends AsyncDisposable {
  readonly pid: number
  readonly client: Client
  readonly running: () => boolean
  readonly signal: (signal: NodeJS.Signals) => void
  /** The newest picture of the connection `c`; undefined before the first. */
  readonly info: () => ConnectionInfo | undefined
  /** Waits until something holds of the connection `c`. */
  readonly until: (what: string, holds: (info: ConnectionInfo) => boolean) => Promise<ConnectionInfo>
  /** Everything it wrote to its standard error output; only after its end. */
  readonly errors: Promise<string>
}

/** Starts dist/bridge.cjs with `--stdio` and further options; `npm test` builds it first. */
export async function startBridgeProcess(env: NodeJS.ProcessEnv = {}, options: readonly string[] = []): Promise<BridgeProcess> {
  const script = fileURLToPath(new URL('../../dist/bridge.cjs', import.meta.url))
  // What it keeps lies where it was started, as the extension starts it in its own storage.
  const cwd = await mkdtemp(join(tmpdir(), 'warren-bridge-'))
  // And what it tells the other bridges of its user is told to those alone that are started with the same folder.
  const own = { XDG_RUNTIME_DIR: cwd }
  const child = spawn(process.execPath, [script, '--stdio', ...options], {
    cwd,
    detached: true,
    env: { ...process.env, ...own, ...env },
  })
  const watched = watchGroup(child.pid ?? 0)
  const ended = once(child, 'exit').then(() => watched.forget())
  const errors = text(child.stderr)
  const token = randomBytes(32).toString('hex')
  child.stdin.write(`${JSON.stringify({ token, externalAuthorities: [] })}\n`)
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const { port } = JSON.parse(line) as { port: number }
  const { client } = await connectClient(port, token)
  let info: ConnectionInfo | undefined
  client.on('connections', (infos) => (info = infos.find(({ id }) => id === 'c')))
  await client.request('watch', { topics: ['connections', 'activity', 'queues', 'workers', 'taskNames'] })
  return {
    pid: child.pid ?? 0,
    client,
    running: () => child.exitCode === null && child.signalCode === null,
    signal: (signal) => child.kill(signal),
    info: () => info,
    until: async (what, holds) => {
      await until(
        () => info !== undefined && holds(info),
        what,
        () => JSON.stringify(info),
      )
      return info as unknown as ConnectionInfo
    },
    errors,
    [Symbol.asyncDispose]: async () => {
      client.close()
      child.kill('SIGCONT')
      child.stdin.end()
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 5_000).unref())])
      child.kill('SIGKILL')
      await ended
      await rm(cwd, { recursive: true })
    },
  }
}
