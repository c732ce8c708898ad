import { DatabaseSync } from 'node:sqlite'
import { basename } from 'node:path'
import { messageOf } from '../protocol/index.ts'
import { LookupProblem } from './tables.ts'
import type { Tables } from './tables.ts'

/** Milliseconds to wait for whoever holds the file's lock. */
const patience = 3_000

/**
 * Does something with a file that belongs to others, and closes it again; changes in one transaction. A file that is not there is
 * never made.
 */
export async function withSqlite<T>(file: string, access: 'read' | 'write', act: (tables: Tables) => Promise<T>): Promise<T> {
  let db: DatabaseSync | undefined
  try {
    // Opened for reading first: opening for writing would make a file that is not there.
    db = new DatabaseSync(file, { readOnly: true, timeout: patience })
    if (access === 'read') return await act(tablesOf(db, file))
    db.close()
    db = new DatabaseSync(file, { timeout: patience })
    return await inTransaction(db, () => act(tablesOf(db as DatabaseSync, file)))
  } catch (error) {
    throw error instanceof LookupProblem ? error : new LookupProblem(`${basename(file)} ${reasonOf(error)}.`)
  } finally {
    if (db?.isOpen === true) db.close()
  }
}

async function inTransaction<T>(db: DatabaseSync, act: () => Promise<T>): Promise<T> {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = await act()
    db.exec('COMMIT')
    return result
  } catch (error) {
    db.exec('ROLLBACK')
    throw error
  }
}

function tablesOf(db: DatabaseSync, file: string): Tables {
  return {
    name: basename(file),
    columns: (table) => {
      const rows = db.prepare('SELECT name FROM pragma_table_info(?)').all(table)
      return Promise.resolve(new Set(rows.map(({ name }) => String(name))))
    },
    rows: (sql, ...values) => Promise.resolve(db.prepare(sql).all(...values)),
    change: (sql, ...values) => Promise.resolve(Number(db.prepare(sql).run(...values).changes)),
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
