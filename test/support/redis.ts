import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launch, output, until, type Launched } from './childProcess.ts'
import { watchFolder } from './leftovers.ts'
import { freePorts } from './ports.ts'
import { makeCertificates } from './rabbit/certificates.ts'

export const redisServer = '/usr/bin/redis-server'

/** A private Redis that is thrown away, on ports of its own at 127.0.0.1. */
export interface PrivateRedis extends AsyncDisposable {
  /** `redis://127.0.0.1:PORT/0` */
  readonly url: string
  /** The same by TLS, for the name `localhost`. */
  readonly tlsUrl: string
  /** Wants a password from now on; an empty one is none. */
  readonly lock: (password: string) => Promise<void>
  readonly port: number
  /** Path of the authority that signed its certificate. */
  readonly ca: string
  /** Runs a command in database 0 and returns what `redis-cli` printed. */
  readonly command: (...args: string[]) => Promise<string>
  /** Freezes the server: its sockets stay open and nothing answers. */
  readonly pause: () => void
  readonly resume: () => void
}

export async function startRedis(): Promise<PrivateRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'warren-redis-'))
  const watched = watchFolder(folder)
  const tls = await makeCertificates(join(folder, 'tls'))
  const [port = 0, tlsPort = 0] = await freePorts(2)
  const secure = ['--tls-port', `${tlsPort}`, '--tls-cert-file', tls.serverCert, '--tls-key-file', tls.serverKey]
  const ports = ['--bind', '127.0.0.1', '--port', `${port}`, ...secure, '--tls-ca-cert-file', tls.ca, '--tls-auth-clients', 'no']
  const log = join(folder, 'redis.log')
  const server = await launch({
    command: redisServer,
    args: [...ports, '--dir', folder, '--save', '', '--appendonly', 'no'],
    log,
  })
  await until('Redis says that it is ready', 30_000, async () => isReady(server, log))
  let password = ''
  const command = (...args: string[]): Promise<string> =>
    output('redis-cli', ['-p', `${port}`, ...args], {
      env: { ...process.env, ...(password === '' ? {} : { REDISCLI_AUTH: password }) },
    })
  return {
    url: `redis://127.0.0.1:${port}/0`,
    tlsUrl: `rediss://localhost:${tlsPort}/0`,
    port,
    ca: tls.ca,
    command,
    lock: async (wanted) => {
      await command('config', 'set', 'requirepass', wanted)
      password = wanted
    },
    pause: () => server.signal('SIGSTOP'),
    resume: () => server.signal('SIGCONT'),
    async [Symbol.asyncDispose]() {
      await server.kill()
      await rm(folder, { recursive: true, force: true })
      watched.forget()
    },
  }
}

async function isReady(server: Launched, log: string): Promise<boolean> {
  const said = existsSync(log) ? await readFile(log, 'utf8') : ''
  if (!server.running()) throw new Error(`Redis ended while it started. It said:\n${said.slice(-2_000)}`)
  return said.includes('Ready to accept connections')
}
