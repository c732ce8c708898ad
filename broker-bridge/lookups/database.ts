import { basename, isAbsolute } from 'node:path'
import { encryptionOf, tlsOf } from './encryption.ts'
import type { Encryption, Tls } from './encryption.ts'

export interface SqlitePlace {
  readonly kind: 'sqlite'
  readonly file: string
}

export interface RedisPlace {
  readonly kind: 'redis'
  readonly host: string
  readonly port: number
  readonly user: string | null
  readonly password: string | null
  readonly database: number
  readonly tls: Tls | null
  /** What stands before Celery's own keys, as `global_keyprefix` makes it; mostly empty. */
  readonly prefix: string
}

export interface PostgresPlace {
  readonly kind: 'postgresql'
  /** A name, an address, or the folder of a Unix socket. */
  readonly host: string
  readonly port: number
  /** Null stands for the name of the operating system's user, as in PostgreSQL's own programs. */
  readonly user: string | null
  readonly password: string | null
  readonly database: string
  readonly encryption: Encryption
  /** Schemas to look for tables in; null leaves it to the server. */
  readonly schemas: string | null
}

/** Where results or schedules are kept. */
export type DatabasePlace = SqlitePlace | RedisPlace | PostgresPlace
export interface PlaceProblem {
  readonly problem: string
}

const [redisPort, postgresPort] = [6_379, 5_432]

/** How a place is called in sentences: short, and without user and password. */
export function placeName(place: DatabasePlace): string {
  switch (place.kind) {
    case 'sqlite':
      return basename(place.file)
    case 'redis':
      return `Redis at ${authority(place, redisPort)}/${place.database}`
    case 'postgresql':
      return `PostgreSQL database ${place.database} at ${authority(place, postgresPort)}`
  }
}

function authority({ host, port }: { readonly host: string; readonly port: number }, usual: number): string {
  const shown = host.includes(':') ? `[${host}]` : host
  return port === usual ? shown : `${shown}:${port}`
}

/**
 * Reads where results and schedules are kept: an address as Celery's `result_backend` has it (`db+sqlite:////srv/results.db`,
 * `redis://host/0`, `db+postgresql://user:password@host/shop`), or the path of an SQLite file, such as Django's database. Pure.
 */
export function readDatabase(address: string): DatabasePlace | PlaceProblem {
  const text = address.trim()
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(text)?.[1]?.toLowerCase()
  if (/^django-(db|cache)$/.test(text)) return { problem: inDjango(text) }
  // One letter is a drive of Windows.
  if (scheme === undefined) return text === '' ? { problem: `Name a database: ${examples}.` } : { kind: 'sqlite', file: text }
  // Drivers such as psycopg2 change nothing in where it is.
  const kind = scheme.replace(/^db\+/, '').replace(/\+.*/, '')
  if (kind === 'sqlite') return readSqlite(text)
  if (/^(redis\+)?socket$/.test(scheme)) return withUrl(text, readRedisSocket)
  if (kind === 'redis' || kind === 'rediss') return withUrl(text, (url) => readRedis(url, kind === 'rediss'))
  if (/^(postgres|postgresql|postgis)$/.test(kind)) return withUrl(text, readPostgres)
  return { problem: unasked(kind) }
}

const examples = 'redis://host:6379/0, db+postgresql://user:password@host/database, or db+sqlite:////srv/results.db'

function readSqlite(text: string): SqlitePlace | PlaceProblem {
  const file = /^(?:db\+)?sqlite(?:\+\w+)?:\/\/\/([^?]*)/i.exec(text)?.[1] ?? ''
  return file === '' ? { problem: 'This address names no file; write db+sqlite:////srv/results.db.' } : { kind: 'sqlite', file }
}

function unasked(kind: string): string {
  if (kind === 'rpc' || kind === 'amqp')
    return 'Results of the rpc backend go to whoever sent the task, and nobody else can ask for them; Warren knows states from the events of workers alone.'
  if (kind === 'sentinel')
    return 'Warren does not ask Redis through Sentinel; name the address of the Redis server itself, such as redis://host:6379/0.'
  return `Warren cannot ask a result backend of the kind ${kind}; it asks ${examples}.`
}

function inDjango(text: string): string {
  return text === 'django-db'
    ? 'Results are kept in Django’s own database (django-db), which workers do not name; name it as DATABASES has it: postgresql://user:password@host/database, or the path of its SQLite file.'
    : 'Results are kept in Django’s cache (django-cache), which Warren cannot ask.'
}

type Found<P> = P | PlaceProblem

function withUrl<P>(text: string, read: (url: URL) => Found<P>): Found<P> {
  try {
    return read(new URL(text))
  } catch {
    // The address may hold a password, so it is not repeated.
    return {
      problem: 'This address of a database cannot be read; write characters such as / ? # @ in its password as %2F %3F %23 %40.',
    }
  }
}

/** As Celery's own backend reads it: the number of the database is the path. */
function readRedis(url: URL, encrypted: boolean): Found<RedisPlace> {
  const number = url.pathname.replaceAll('/', '') || (url.searchParams.get('db') ?? url.searchParams.get('virtual_host') ?? '0')
  if (!/^\d{1,5}$/.test(number)) return { problem: 'Redis numbers its databases; write redis://host:6379/0.' }
  return {
    kind: 'redis',
    ...server(url, redisPort, 'localhost'),
    database: Number(number),
    tls: encrypted ? tlsOf(url.searchParams) : null,
    prefix: prefixOf(url.searchParams.get('global_keyprefix') ?? ''),
  }
}

/** A Unix socket stands where the database's number would. */
function readRedisSocket(url: URL): Found<RedisPlace> {
  const { pathname, searchParams: query } = url
  const found = readRedis(new URL(`redis://localhost/?${query.toString()}`), false)
  if ('problem' in found) return found
  return { ...found, host: decodeURIComponent(pathname), user: null, password: query.get('password') }
}

/** Celery puts `_` after a prefix that has no sign of its own at its end. Source: `_add_global_keyprefix` of Celery 5.3. */
function prefixOf(given: string): string {
  return given === '' || /[:_.-]$/.test(given) ? given : `${given}_`
}

/** As SQLAlchemy reads it, further members of libpq's included. */
function readPostgres(url: URL): Found<PostgresPlace> {
  const { searchParams: query } = url
  const place = server(url, postgresPort, query.get('host') ?? '/var/run/postgresql')
  const database = decodeURIComponent(url.pathname.slice(1)) || (place.user ?? '')
  const schemas = /search_path\s*=\s*([^\s]+)/.exec(query.get('options') ?? '')?.[1] ?? null
  if (database === '') return { problem: 'This address names no database; write db+postgresql://user:password@host/database.' }
  return { kind: 'postgresql', ...place, database, encryption: encryptionOf(query), schemas }
}

function server(url: URL, usualPort: number, usualHost: string) {
  const part = (text: string): string | null => (text === '' ? null : decodeURIComponent(text))
  return {
    host: part(url.hostname.replace(/^\[|\]$/g, '')) ?? usualHost,
    port: url.port === '' ? usualPort : Number(url.port),
    user: part(url.username),
    password: part(url.password),
  }
}

/**
 * The place that workers name in their settings, where it can be opened from here. Pure.
 * @param backend their `result_backend`, its password masked with asterisks; hostile
 */
export function readWorkersBackend(backend: string): DatabasePlace | PlaceProblem {
  if (/^[^/]*:\/\/[^/]*:\*+@/.test(backend)) return { problem: maskedProblem(backend) }
  if (!/^[a-z][a-z0-9+]+:/i.test(backend) && !backend.startsWith('django-')) return { problem: unasked(backend.slice(0, 30)) }
  const place = readDatabase(backend)
  // A relative path counts from the worker's folder, which nobody tells.
  if ('kind' in place && place.kind === 'sqlite' && !isAbsolute(place.file))
    return { problem: 'Workers keep their results in an SQLite file whose folder they do not tell.' }
  return place
}

function maskedProblem(backend: string): string {
  return `Workers keep their results in ${backend.slice(0, 300)} and do not tell its password.`
}
