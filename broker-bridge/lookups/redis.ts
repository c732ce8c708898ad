import { isIP } from 'node:net'
import { Redis } from 'ioredis'
import JSON5 from 'json5'
import { isLosslessNumber, parse, stringify } from 'lossless-json'
import type { BackendAnswer } from '../protocol/index.ts'
import { placeName } from './database.ts'
import type { RedisPlace } from './database.ts'
import { areJsonArguments } from './jsonArguments.ts'
import { patience, secureOptions, within, wireReason } from './network.ts'
import { bytes, decodeUtf8, shortened } from './results.ts'
import type { FoundAnswer } from './results.ts'
import { readStoredTime } from './storedTime.ts'
import { LookupProblem } from './tables.ts'

/** Bytes of a value beyond which it is not fetched. */
const largest = 4 * 2 ** 20

/**
 * What Celery's Redis backend keeps of some tasks: a value under `celery-task-meta-<id>` for each, as JSON unless the application
 * says otherwise. One connection, closed again; nothing is written, subscribed or scanned.
 * @throws LookupProblem
 */
export async function findInRedis(place: RedisPlace, ids: readonly string[]): Promise<FoundAnswer[]> {
  const redis = new Redis({ ...options(place), lazyConnect: true })
  let problem: unknown
  redis.on('error', (error: unknown) => (problem ??= error))
  try {
    await within(redis.connect())
    // As an option of the client, a number that does not exist would leave us in another database.
    if (place.database !== 0) await redis.select(place.database)
    const found: FoundAnswer[] = []
    for (const id of ids) {
      const answer = await find(redis, place, id)
      if (answer !== null) found.push({ id, answer })
    }
    return found
  } catch (error) {
    // A connection that ends says no more than that; why it did was told before.
    throw new LookupProblem(`${placeName(place)} ${reasonOf(problem ?? error)}.`)
  } finally {
    redis.disconnect()
  }
}

function options({ host, port, user, password, tls }: RedisPlace) {
  return {
    ...(host.startsWith('/') ? { path: host } : { host, port }),
    ...(user === null ? {} : { username: user }),
    ...(password === null ? {} : { password }),
    ...(tls === null ? {} : { tls: { ...secureOptions(tls), ...(isIP(host) === 0 ? { servername: host } : {}) } }),
    connectTimeout: patience,
    commandTimeout: patience,
    maxRetriesPerRequest: 0,
    // Users are often not allowed to ask for more than keys.
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: () => null,
  }
}

async function find(redis: Redis, { prefix, ...place }: RedisPlace, id: string): Promise<BackendAnswer | null> {
  const key = `${prefix}celery-task-meta-${id}`
  const source = placeName({ prefix, ...place })
  const size = await redis.strlen(key)
  if (size > largest) return unreadable(source, `It has ${bytes(size)}, too many to fetch.`)
  const stored = await redis.getBuffer(key)
  return stored === null ? null : readMeta(stored, source)
}

/** What one value says. Pure; it is hostile. */
export function readMeta(stored: Uint8Array, source: string): BackendAnswer {
  const meta = parseMeta(decodeUtf8(stored) ?? '')
  if (meta === null)
    return unreadable(source, `What is kept there is not JSON (${bytes(stored.byteLength)}), so Warren does not read it.`)
  const [args, kwargs] = [meta.json('args'), meta.json('kwargs')]
  const result = meta.json('result')
  return {
    source,
    state: meta.text('status') ?? 'PENDING',
    at: readStoredTime(meta.text('date_done')),
    name: meta.text('name'),
    worker: meta.text('worker'),
    queue: meta.text('queue'),
    args,
    kwargs,
    exact: meta.isStrict && areJsonArguments(args, kwargs),
    result: result === 'null' ? null : result,
    inert: null,
    traceback: meta.text('traceback'),
  }
}

interface Meta {
  /** False where it holds NaN or Infinity, which are not JSON. */
  readonly isStrict: boolean
  readonly text: (member: string) => string | null
  /** A member as JSON text with every digit. */
  readonly json: (member: string) => string | null
}

function parseMeta(stored: string): Meta | null {
  for (const [isStrict, read, write] of [
    [true, (text: string) => parse(text), (value: unknown) => stringify(value)],
    [false, (text: string) => JSON5.parse<unknown>(text), (value: unknown) => JSON5.stringify(value)],
  ] as const) {
    const meta = attempt(() => read(stored))
    if (typeof meta !== 'object' || meta === null || Array.isArray(meta) || isLosslessNumber(meta)) continue
    const own = (member: string): unknown => (Object.hasOwn(meta, member) ? (meta as Record<string, unknown>)[member] : undefined)
    return {
      isStrict,
      text: (member) => {
        const value = own(member)
        return typeof value === 'string' && value !== '' ? shortened(value) : null
      },
      json: (member) => {
        const json = own(member) === undefined ? undefined : attempt(() => write(own(member)))
        return json === undefined ? null : shortened(json)
      },
    }
  }
  return null
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}

function unreadable(source: string, inert: string): BackendAnswer {
  const nothing = { at: null, name: null, worker: null, queue: null, args: null, kwargs: null, result: null, traceback: null }
  return { ...nothing, source, state: null, exact: false, inert }
}

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  if (/^(WRONGPASS|ERR invalid password)|invalid username-password/i.test(message)) return 'refuses this user or password'
  if (/^NOAUTH|Authentication required/i.test(message)) return 'wants a password'
  if (/^NOPERM/.test(message)) return 'does not allow this user to read results'
  if (/^ERR AUTH .*without any password/i.test(message)) return 'wants no password, yet its address has one'
  if (/DB index is out of range/i.test(message)) return 'has no database of that number'
  if (/^WRONGTYPE/.test(message)) return 'keeps something else where Celery keeps results'
  return /^LOADING/.test(message) ? 'is starting and still reads its data' : wireReason(error)
}
