import { createHash } from 'node:crypto'
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { payloadBounds } from '../protocol/index.ts'
import type { PayloadBounds } from '../protocol/index.ts'
import { isCorruption, openKept, toProblem } from '../history/opening.ts'
import type { KeptPayload, PayloadCalls, PayloadCounts } from './messages.ts'
import { payloadKind } from './schema.ts'

/** What every row takes besides its bodies, about, so that many tiny messages are bounded as well. */
const rowBytes = 200

/** Messages of tasks in their file. Everything here may take long: it belongs into a thread of its own. */
export class PayloadFile {
  readonly #file: string
  readonly #clock: () => number
  #db: DatabaseSync | undefined
  #notice: string | null = null

  /** @param clock milliseconds since 1970 */
  constructor(file: string, clock: () => number = Date.now) {
    this.#file = file
    this.#clock = clock
  }

  /** @throws HistoryProblem */
  write({ broker, payloads, bounds }: PayloadCalls['write']['params']): PayloadCounts {
    return this.#use((db) =>
      transact(db, () => {
        const number = brokerNumber(db, broker)
        if (bounds) setBounds(db, number, bounds)
        const kept = boundsOf(db, broker)
        insert(db, number, payloads)
        const gone = trim(db, number, kept, this.#clock() / 1_000)
        const changed = db.prepare('UPDATE broker SET old = old + ? WHERE number = ? RETURNING old').get(gone, number)
        return { ...counts(db, number), bounds: kept, old: Number(changed?.['old']), notice: this.#notice }
      }),
    )
  }

  /** @throws HistoryProblem */
  get({ broker, id }: PayloadCalls['get']['params']): KeptPayload[] {
    return this.#use((db) =>
      db
        .prepare(
          'SELECT * FROM payload WHERE broker = (SELECT number FROM broker WHERE key = ?) AND id = ? AND at >= ? ORDER BY number',
        )
        .all(broker, id, this.#clock() / 1_000 - boundsOf(db, broker).hours * 3_600)
        .map(toPayload),
    )
  }

  /** @throws HistoryProblem */
  forget({ broker }: PayloadCalls['forget']['params']): number {
    return this.#use((db) => {
      const number = brokerNumber(db, broker)
      const gone = transact(db, () => {
        db.prepare('UPDATE broker SET old = 0 WHERE number = ?').run(number)
        return Number(db.prepare('DELETE FROM payload WHERE broker = ?').run(number).changes)
      })
      db.exec('PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(TRUNCATE)')
      return gone
    })
  }

  close(): void {
    const db = this.#db
    this.#db = undefined
    db?.close()
  }

  /** Does something with the open file; opens it first where it is not, and anew where it is damaged. */
  #use<T>(work: (db: DatabaseSync) => T): T {
    try {
      return work((this.#db ??= this.#open()))
    } catch (error) {
      this.#letGo()
      if (!isCorruption(error)) throw toProblem(error, payloadKind.name)
    }
    try {
      return work((this.#db = this.#open()))
    } catch (error) {
      throw toProblem(error, payloadKind.name)
    }
  }

  #open(): DatabaseSync {
    const date = new Date(this.#clock()).toISOString().slice(0, 19).replaceAll(':', '-')
    const { db, notice } = openKept(this.#file, date, payloadKind)
    this.#notice = notice ?? this.#notice
    // What was deleted may have been somebody's arguments: it is overwritten, not merely let go.
    db.exec('PRAGMA secure_delete = ON')
    return db
  }

  #letGo(): void {
    try {
      this.#db?.close()
    } catch {
      // A damaged file may refuse even this.
    }
    this.#db = undefined
  }
}

function transact<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

function brokerNumber(db: DatabaseSync, key: string): number {
  db.prepare('INSERT INTO broker (key) VALUES (?) ON CONFLICT DO NOTHING').run(key)
  return Number(db.prepare('SELECT number FROM broker WHERE key = ?').get(key)?.['number'])
}

function setBounds(db: DatabaseSync, broker: number, { messages, megabytes, hours }: PayloadBounds): void {
  const statement = db.prepare('UPDATE broker SET most_messages = ?, most_megabytes = ?, most_hours = ? WHERE number = ?')
  statement.run(messages, megabytes, hours, broker)
}

function boundsOf(db: DatabaseSync, broker: string): PayloadBounds {
  const row = db.prepare('SELECT most_messages, most_megabytes, most_hours FROM broker WHERE key = ?').get(broker)
  const [messages, megabytes, hours] = [row?.['most_messages'], row?.['most_megabytes'], row?.['most_hours']]
  if (messages == null || megabytes == null || hours == null) return payloadBounds
  return { messages: Number(messages), megabytes: Number(megabytes), hours: Number(hours) }
}

function insert(db: DatabaseSync, broker: number, payloads: readonly KeptPayload[]): void {
  const statement = db.prepare(
    `INSERT INTO payload (broker, id, mark, at, retries, exchange, routing_key, queues, bytes, properties, content)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  )
  for (const payload of payloads) {
    const { id, at, retries, exchange, routingKey, queues, properties, content } = payload
    const bytes = rowBytes + properties.length + content.length
    const place = [exchange, routingKey, JSON.stringify(queues), bytes] as const
    statement.run(broker, id, markOf(payload), at, retries, ...place, properties, content)
  }
}

function markOf({ properties, content, exchange, routingKey }: KeptPayload): Uint8Array {
  const hash = createHash('sha256').update(JSON.stringify([exchange, routingKey, properties.length]))
  return hash.update(properties).update(content).digest()
}

/** @returns how many went */
function trim(db: DatabaseSync, broker: number, { messages, megabytes, hours }: PayloadBounds, now: number): number {
  const aged = db.prepare('DELETE FROM payload WHERE broker = ? AND at < ?').run(broker, now - hours * 3_600).changes
  const held = counts(db, broker)
  const limit = megabytes * 1_000_000
  if (held.messages <= messages && held.bytes <= limit) return settle(db, Number(aged))
  const cut = db
    .prepare(
      `SELECT max(number) AS number FROM (
         SELECT number, count(*) OVER newest AS place, sum(bytes) OVER newest AS total FROM payload WHERE broker = ?
         WINDOW newest AS (ORDER BY number DESC)
       ) WHERE place > ? OR total > ?`,
    )
    .get(broker, messages, limit)?.['number']
  const gone = db.prepare('DELETE FROM payload WHERE broker = ? AND number <= ?').run(broker, cut ?? 0).changes
  return settle(db, Number(aged) + Number(gone))
}

function settle(db: DatabaseSync, gone: number): number {
  if (gone > 0) db.exec('PRAGMA incremental_vacuum')
  return gone
}

function counts(db: DatabaseSync, broker: number): { readonly messages: number; readonly bytes: number } {
  const row = db.prepare('SELECT count(*) AS messages, total(bytes) AS bytes FROM payload WHERE broker = ?').get(broker)
  return { messages: Number(row?.['messages']), bytes: Number(row?.['bytes']) }
}

function toPayload(row: Record<string, SQLOutputValue>): KeptPayload {
  return {
    id: String(row['id']),
    at: Number(row['at']),
    retries: Number(row['retries']),
    exchange: String(row['exchange']),
    routingKey: String(row['routing_key']),
    queues: JSON.parse(String(row['queues'])) as string[],
    properties: bytesOf(row['properties']),
    content: bytesOf(row['content']),
  }
}

function bytesOf(value: SQLOutputValue | undefined): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array()
}
