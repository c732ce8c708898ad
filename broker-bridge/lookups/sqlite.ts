import { DatabaseSync } from 'node:sqlite'
import type { SQLInputValue } from 'node:sqlite'
import { messageOf } from '../protocol/index.ts'
import { fileName } from './database.ts'

/** Why a database of somebody else was not read or changed, as one sentence. */
export class LookupProblem extends Error {}

/** Milliseconds to wait for whoever holds the file's lock. */
const patience = 3_000

/** Does something with a file that belongs to others, and closes it again. A file that is not there is never made. */
export function withDatabase<T>(file: string, access: 'read' | 'write', act: (db: DatabaseSync) => T): T {
  let db: DatabaseSync | undefined
  try {
    // Opened for reading first: opening for writing would make a file that is not there.
    db = new DatabaseSync(file, { readOnly: true, timeout: patience })
    if (access === 'read') return act(db)
    db.close()
    db = new DatabaseSync(file, { timeout: patience })
    return act(db)
  } catch (error) {
    throw error instanceof LookupProblem ? error : new LookupProblem(`${fileName(file)} ${reasonOf(error)}.`)
  } finally {
    if (db?.isOpen === true) db.close()
  }
}

const reasons: Readonly<Record<number, string>> = {
  5: 'is locked by another program',
  8: 'may not be written',
  10: 'cannot be read: its disk fails',
  11: 'is damaged',
  13: 'cannot be written: its disk is full',
  14: 'is not there, or may not be opened',
  26: 'is no SQLite database',
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : -1
  return reasons[code] ?? `cannot be used: ${messageOf(error)}`
}

/** The columns of a table; empty where there is no such table. */
export function columnsOf(db: DatabaseSync, table: string): ReadonlySet<string> {
  const rows = db.prepare('SELECT name FROM pragma_table_info(?)').all(table)
  return new Set(rows.map(({ name }) => String(name)))
}

/** Runs a change in one transaction; how many rows it changed. */
export function change(db: DatabaseSync, sql: string, ...values: SQLInputValue[]): number {
  return Number(db.prepare(sql).run(...values).changes)
}
