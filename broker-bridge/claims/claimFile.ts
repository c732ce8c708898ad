import { existsSync, statSync } from 'node:fs'
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite'
import { isCorruption, openKept, toProblem } from '../history/opening.ts'
import { isInTheWay, leaseTime, remembered, standingOf } from './claim.ts'
import type { Asking, Claim } from './claim.ts'
import type { ClaimCalls, ClaimPlace, Standing } from './messages.ts'
import { makePrivateFolder } from './place.ts'
import { claimKind } from './schema.ts'

/** Claims kept; the oldest that are settled go. */
const mostClaims = 100_000

interface Open {
  readonly db: DatabaseSync
  /** What lies at the file's place may become another file: folders for the time of a session are emptied. */
  readonly inode: number
}

/** Claims of all bridges of a user, in one file. Each step is one transaction. It belongs into a thread of its own. */
export class ClaimFile {
  readonly #place: ClaimPlace
  readonly #clock: () => number
  #open: Open | undefined

  /** @param clock milliseconds since 1970 */
  constructor(place: ClaimPlace, clock: () => number = Date.now) {
    this.#place = place
    this.#clock = clock
  }

  /** Makes no file where there is none. @throws HistoryProblem */
  look({ keys }: ClaimCalls['look']['params']): Map<string, Standing> {
    if (!existsSync(this.#place.file)) return new Map()
    return this.#use((db) => this.#standings(db, keys))
  }

  /** @throws HistoryProblem */
  take({ operation, keys }: ClaimCalls['take']['params']): Map<string, Standing> {
    return this.#change((db, now) => {
      tidy(db, now)
      const asking = this.#asking(db, now)
      const lost = new Map<string, Standing>()
      for (const key of keys) {
        const claim = find(db, key)
        const standing = standingOf(claim, asking)
        if (standing) lost.set(key, standing)
        else put(db, key, { ...this.#own(operation, now), state: 'held' })
      }
      return lost
    })
  }

  /** @throws HistoryProblem */
  begin({ operation, key, newId, despite }: ClaimCalls['begin']['params']): Standing | null {
    return this.#change((db, now) => {
      const claim = find(db, key)
      const own = { ...this.#own(operation, now), state: 'sending', newId } as const
      if (claim?.bridge === this.#place.bridge && claim.operation === operation && claim.state === 'held') {
        put(db, key, { ...own, before: claim.before })
        return null
      }
      const standing = standingOf(claim, this.#asking(db, now))
      if (standing && isInTheWay(standing, despite)) return standing
      put(db, key, { ...own, before: standing && settled(claim, standing) })
      return null
    })
  }

  /** @throws HistoryProblem */
  settle({ operation, key, outcome }: ClaimCalls['settle']['params']): null {
    return this.#change((db, now) => {
      const claim = find(db, key)
      if (claim?.bridge !== this.#place.bridge || claim.operation !== operation) return null
      if (outcome === 'free') restore(db, key, claim)
      else put(db, key, { ...claim, state: outcome, at: now, before: null })
      return null
    })
  }

  /** @throws HistoryProblem */
  release({ operation }: ClaimCalls['release']['params']): null {
    return this.#change((db) => {
      const held = db.prepare(`SELECT * FROM claim WHERE operation = ? AND state = 'held'`).all(operation)
      for (const row of held) restore(db, String(row['key']), toClaim(row))
      return null
    })
  }

  /** Says that this bridge runs. @returns whether it has anything in hand @throws HistoryProblem */
  renew(): boolean {
    return this.#change((db) => {
      const own = db.prepare(`SELECT 1 FROM claim WHERE bridge = ? AND state IN ('held', 'sending') LIMIT 1`)
      return own.get(this.#place.bridge) !== undefined
    })
  }

  close(): void {
    const open = this.#open
    this.#open = undefined
    if (!open) return
    try {
      open.db.prepare('DELETE FROM bridge WHERE name = ?').run(this.#place.bridge)
    } finally {
      open.db.close()
    }
  }

  #own(operation: string, at: number): Omit<Claim, 'state'> {
    return { bridge: this.#place.bridge, operation, at, newId: null, before: null }
  }

  #standings(db: DatabaseSync, keys: readonly string[]): Map<string, Standing> {
    const asking = this.#asking(db, this.#clock())
    return new Map(
      keys.flatMap((key) => {
        const standing = standingOf(find(db, key), asking)
        return standing ? [[key, standing] as const] : []
      }),
    )
  }

  #asking(db: DatabaseSync, now: number): Asking {
    const rows = db.prepare('SELECT name, until FROM bridge').all()
    // A clock that was put back must not let a bridge run for ever that is gone; one that spoke since `now` was asked for runs.
    const isNow = (until: number): boolean => until >= now && until - now <= 2 * leaseTime
    const running = new Set(rows.filter(({ until }) => isNow(Number(until))).map(({ name }) => name))
    return { bridge: this.#place.bridge, now, isRunning: (bridge) => running.has(bridge) }
  }

  /** Whoever changes something runs. */
  #change<T>(work: (db: DatabaseSync, now: number) => T): T {
    return this.#use((db) => {
      db.exec('BEGIN IMMEDIATE')
      try {
        const now = this.#clock()
        db.prepare('INSERT OR REPLACE INTO bridge (name, until) VALUES (?, ?)').run(this.#place.bridge, now + leaseTime)
        const result = work(db, now)
        db.exec('COMMIT')
        return result
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK')
        throw error
      }
    })
  }

  /** Does something with the open file; opens it first where it is not, and anew where it is damaged or another one. */
  #use<T>(work: (db: DatabaseSync) => T): T {
    try {
      return work(this.#current())
    } catch (error) {
      this.#letGo()
      if (!isCorruption(error)) throw toProblem(error, claimKind.name)
    }
    try {
      return work(this.#current())
    } catch (error) {
      this.#letGo()
      throw toProblem(error, claimKind.name)
    }
  }

  #current(): DatabaseSync {
    const { file } = this.#place
    if (this.#open && statSync(file, { throwIfNoEntry: false })?.ino !== this.#open.inode) this.#letGo()
    if (this.#open) return this.#open.db
    makePrivateFolder(file)
    const date = new Date(this.#clock()).toISOString().slice(0, 19).replaceAll(':', '-')
    const { db } = openKept(file, date, claimKind)
    this.#open = { db, inode: statSync(file).ino }
    return db
  }

  #letGo(): void {
    try {
      this.#open?.db.close()
    } catch {
      // A damaged file may refuse even this.
    }
    this.#open = undefined
  }
}

function find(db: DatabaseSync, key: string): Claim | null {
  const row = db.prepare('SELECT * FROM claim WHERE key = ?').get(key)
  return row ? toClaim(row) : null
}

function toClaim(row: Readonly<Record<string, SQLOutputValue>>): Claim {
  const { new_id: newId, before } = row
  return {
    bridge: String(row['bridge']),
    operation: String(row['operation']),
    state: row['state'] as Claim['state'],
    at: Number(row['at']),
    newId: typeof newId === 'string' ? newId : null,
    before: typeof before === 'string' ? (JSON.parse(before) as Claim) : null,
  }
}

function put(db: DatabaseSync, key: string, { bridge, operation, state, at, newId, before }: Claim): void {
  db.prepare('INSERT OR REPLACE INTO claim (key, bridge, operation, state, at, new_id, before) VALUES (?, ?, ?, ?, ?, ?, ?)').run(
    key,
    bridge,
    operation,
    state,
    at,
    newId,
    before && JSON.stringify(before),
  )
}

/** Nothing was sent: what was before holds again. */
function restore(db: DatabaseSync, key: string, { before }: Claim): void {
  if (before) put(db, key, before)
  else db.prepare('DELETE FROM claim WHERE key = ?').run(key)
}

/** What a claim is taken in spite of: never more than one is kept, however often it is taken. */
function settled(claim: Claim | null, { state }: Standing): Claim | null {
  if (!claim || state === 'underway') return null
  const meant = claim.state === 'held' && claim.before ? claim.before : claim
  return { ...meant, state, before: null }
}

/** Lets go of what nobody has to know any more, and of bridges that are gone for as long. */
function tidy(db: DatabaseSync, now: number): void {
  db.prepare('DELETE FROM claim WHERE at < ? AND bridge NOT IN (SELECT name FROM bridge WHERE until >= ?)').run(
    now - remembered,
    now,
  )
  db.prepare(`DELETE FROM claim WHERE at < ? AND state IN ('sent', 'uncertain')`).run(now - remembered)
  db.prepare('DELETE FROM bridge WHERE until < ?').run(now - remembered)
  const beyond = Number(db.prepare('SELECT count(*) AS count FROM claim').get()?.['count']) - mostClaims
  if (beyond > 0)
    db.prepare(
      `DELETE FROM claim WHERE key IN (SELECT key FROM claim WHERE state IN ('sent', 'uncertain') ORDER BY at LIMIT ?)`,
    ).run(beyond)
}
