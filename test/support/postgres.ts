import { existsSync, readdirSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launch, output, until, type Launched } from './childProcess.ts'
import { watchFolder } from './leftovers.ts'
import { freePorts } from './ports.ts'
import { makeCertificates } from './rabbit/certificates.ts'

/** A private PostgreSQL that is thrown away, on a port of its own at 127.0.0.1, with TLS. */
export interface PrivatePostgres extends AsyncDisposable {
  /** `postgresql://warren:secret-of-postgres@localhost:PORT/shop`, without a query. */
  readonly url: string
  readonly port: number
  /** Path of the authority that signed its certificate. */
  readonly ca: string
  /** Runs SQL in the database `shop` as its owner; rows as text, their columns joined by `|`. */
  readonly sql: (text: string) => Promise<string>
}

const password = 'secret-of-postgres'
const versions = '/usr/lib/postgresql'

/** The folder of PostgreSQL's own programs, newest version first, or null. */
export function postgresHome(): string | null {
  const found = existsSync(versions) ? readdirSync(versions).sort((one, other) => Number(other) - Number(one)) : []
  return found.map((version) => join(versions, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb'))) ?? null
}

export async function startPostgres(): Promise<PrivatePostgres> {
  const bin = postgresHome()
  if (bin === null) throw new Error('No PostgreSQL server is installed ("apt-get install postgresql").')
  const folder = await mkdtemp(join(tmpdir(), 'warren-postgres-'))
  const watched = watchFolder(folder)
  const [port = 0] = await freePorts(1)
  const tls = await makeCertificates(join(folder, 'tls'))
  await chmod(folder, 0o755)
  const data = await makeCluster(bin, folder)
  const files = `-c ssl=on -c ssl_cert_file=${tls.serverCert} -c ssl_key_file=${tls.serverKey}`.split(' ')
  const server = await launch({
    ...asServer(join(bin, 'postgres'), ['-D', data, '-F', '-k', folder, '-h', '127.0.0.1', '-p', `${port}`, ...files]),
    cwd: folder,
    log: join(folder, 'postgres.log'),
  })
  await until('PostgreSQL says that it is ready', 60_000, () => isReady(server, join(folder, 'postgres.log')))
  const run = (database: string, text: string) =>
    output(
      join(bin, 'psql'),
      ['-qtAX', '-v', 'ON_ERROR_STOP=1', '-c', text, `postgresql://warren@127.0.0.1:${port}/${database}`],
      {
        env: { ...process.env, PGPASSWORD: password, PGTZ: 'UTC' },
      },
    ).then((said) => said.trim())
  await run('postgres', 'CREATE DATABASE shop')
  const end = async (): Promise<void> => {
    await server.kill()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    watched.forget()
  }
  return {
    url: `postgresql://warren:${password}@localhost:${port}/shop`,
    port,
    ca: tls.ca,
    sql: (text) => run('shop', text),
    [Symbol.asyncDispose]: end,
  }
}

/** PostgreSQL refuses to run as root. */
function asServer(command: string, args: readonly string[]): { command: string; args: string[] } {
  if (process.getuid?.() !== 0) return { command, args: [...args] }
  return { command: 'setpriv', args: ['--reuid=postgres', '--regid=postgres', '--clear-groups', command, ...args] }
}

async function makeCluster(bin: string, folder: string): Promise<string> {
  const [data, file] = [join(folder, 'data'), join(folder, 'password')]
  await writeFile(file, password)
  if (process.getuid?.() === 0) await output('chown', ['-R', 'postgres:postgres', folder])
  const init = ['-D', data, '-U', 'warren', '-A', 'scram-sha-256', `--pwfile=${file}`, '-E', 'UTF8', '--no-locale', '--no-sync']
  const { command, args } = asServer(join(bin, 'initdb'), init)
  await output(command, args, { cwd: folder })
  return data
}

async function isReady(server: Launched, log: string): Promise<boolean> {
  const said = existsSync(log) ? await readFile(log, 'utf8') : ''
  if (!server.running()) throw new Error(`PostgreSQL ended while it started. It said:\n${said.slice(-2_000)}`)
  return said.includes('ready to accept connections')
}
