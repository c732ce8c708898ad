import { userInfo } from 'node:os'
import pg from 'pg'
import { placeName } from './database.ts'
import type { PostgresPlace } from './database.ts'
import { patience, secureOptions, within, wireReason } from './network.ts'
import { LookupProblem } from './tables.ts'
import type { Tables, Value } from './tables.ts'

/** Does something with a PostgreSQL database that belongs to others, in one short transaction, and closes the connection again. */
export async function withPostgres<T>(
  place: PostgresPlace,
  access: 'read' | 'write',
  act: (tables: Tables) => Promise<T>,
): Promise<T> {
  let client: pg.Client | undefined
  try {
    client = await connected(place)
    await begin(client, place, access)
    const result = await act(tablesOf(client, placeName(place)))
    await client.query('COMMIT')
    return result
  } catch (error) {
    throw error instanceof LookupProblem ? error : new LookupProblem(`The ${placeName(place)} ${reasonOf(error)}.`)
  } finally {
    // An open transaction ends with its connection, and changes nothing.
    await within(client?.end()).catch(() => undefined)
  }
}

/** Where TLS is only offered, a server without it is asked again in the open. */
async function connected(place: PostgresPlace): Promise<pg.Client> {
  const { use } = place.encryption
  if (use === 'never') return connect(place, false)
  try {
    return await connect(place, secureOptions(place.encryption))
  } catch (error) {
    if (use === 'offered' && error instanceof Error && /does not support SSL/.test(error.message)) return connect(place, false)
    throw error
  }
}

async function connect(place: PostgresPlace, ssl: pg.ClientConfig['ssl']): Promise<pg.Client> {
  const client = new pg.Client({
    host: place.host,
    port: place.port,
    user: place.user ?? userInfo().username,
    // An empty one keeps the client from files and variables that may hold the password of something else.
    password: place.password ?? '',
    database: place.database,
    ssl: place.host.startsWith('/') ? false : ssl,
    application_name: 'warren',
    connectionTimeoutMillis: patience,
    query_timeout: patience,
    types: { getTypeParser: (type: number) => parserOf(type) },
  })
  // What ends a connection also ends the question that waits for it.
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** Within the transaction, so that it holds behind a pool of connections as well. */
async function begin(client: pg.Client, { schemas }: PostgresPlace, access: 'read' | 'write'): Promise<void> {
  await client.query(access === 'read' ? 'BEGIN READ ONLY' : 'BEGIN')
  await client.query("SET LOCAL statement_timeout = '4s'; SET LOCAL lock_timeout = '2s'; SET LOCAL timezone = 'UTC'")
  if (schemas !== null) await client.query("SELECT set_config('search_path', $1, true)", [schemas])
}

const columnsOfTable = `SELECT attname FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`

function tablesOf(client: pg.Client, name: string): Tables {
  const ask = (sql: string, values: readonly (string | number)[]) =>
    client.query<Record<string, Value>>(numbered(sql), [...values])
  return {
    name,
    columns: async (table) => new Set((await ask(columnsOfTable, [table])).rows.map(({ attname }) => String(attname))),
    rows: async (sql, ...values) => (await ask(sql, values)).rows,
    change: async (sql, ...values) => (await ask(sql, values)).rowCount ?? 0,
  }
}

function numbered(sql: string): string {
  let count = 0
  return sql.replaceAll('?', () => `$${++count}`)
}

/** Types by their numbers in PostgreSQL's catalogue. Times stay texts, which are in UTC here. */
function parserOf(type: number): (text: string) => Value {
  switch (type) {
    case 16: // bool
      return (text) => (text === 't' ? 1 : 0)
    case 17: // bytea
      return (text) => Buffer.from(text.slice(2), 'hex')
    case 20: // int8
    case 21: // int2
    case 23: // int4
    case 701: // float8
      return Number
    default:
      return (text) => text
  }
}

const reasons: Readonly<Record<string, string>> = {
  '28P01': 'refuses this user or password',
  '28000': 'refuses this user',
  '3D000': 'does not exist on that server',
  '42501': 'does not allow this user to do that',
  '25006': 'may only be read; it may be a standby',
  '55P03': 'is locked by another program',
  '57014': 'took too long to answer',
  '57P03': 'is starting or stopping',
  '53300': 'has no connection left',
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'cannot be used'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (/password must be a (non-empty )?string/.test(error.message)) return 'wants a password'
  if (/does not support SSL/.test(error.message)) return 'does not speak TLS, which its address asks for'
  return reasons[code] ?? wireReason(error)
}
