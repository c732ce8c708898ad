import { chmodSync, closeSync, mkdirSync, openSync, readSync, renameSync, rmSync, statSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { messageOf } from '../protocol/index.ts'
import { migrations, schemaVersion } from './schema.ts'

/** Says in one sentence why no history is kept at the moment; `lasting` where trying again would not help. */
export class HistoryProblem extends Error {
  readonly lasting: boolean

  constructor(message: string, lasting: boolean) {
    super(message)
    this.name = 'HistoryProblem'
    this.lasting = lasting
  }
}

export interface Opened {
  readonly db: DatabaseSync
  /** What became of an earlier file that could not be read, as one sentence. */
  readonly notice: string | null
}

/** A kind of database that this program keeps: how it is called at the beginning of a sentence, and what is in it. */
export interface DatabaseKind {
  readonly name: string
  /** Raised with every change; a file with a larger number belongs to a newer Warren and is left alone. */
  readonly version: number
  /** From each version to the next, from that of an empty file, 0, on. */
  readonly migrations: readonly string[]
  /** Without one of these it is damaged. */
  readonly tables: readonly string[]
}

const historyKind: DatabaseKind = {
  name: 'The history',
  version: schemaVersion,
  migrations,
  tables: ['broker', 'label', 'task', 'record', 'search'],
}

/** What is wrong with the contents of a file. */
class Corrupt extends Error {}

/**
 * Opens the history, and begins it where there is none. A file that is damaged is put aside under another name.
 * @param date for that name, such as `2026-11-21T10-00-00`
 * @throws HistoryProblem
 */
export function openHistory(file: string, date: string): Opened {
  return openKept(file, date, historyKind)
}

/** As `openHistory` does, for any kind of database that is kept. @throws HistoryProblem */
export function openKept(file: string, date: string, kind: DatabaseKind): Opened {
  try {
    makePrivate(file)
    return { db: openDatabase(file, kind), notice: null }
  } catch (error) {
    if (!isCorruption(error)) throw toProblem(error, kind.name)
  }
  try {
    const notice = putAside(file, date, kind)
    makePrivate(file)
    return { db: openDatabase(file, kind), notice }
  } catch (error) {
    throw toProblem(error, kind.name)
  }
}

/** Only its user may read it. SQLite gives the files beside it the same rights. */
function makePrivate(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  closeSync(openSync(file, 'a', 0o600))
  chmodSync(file, 0o600)
}

/** How every database begins; an empty file is one as well. */
const header = 'SQLite format 3\0'
/** Bytes up to which a file is read through before it is used; a larger one is only where it was not closed in an orderly way. */
const quickSize = 64 * 2 ** 20

function openDatabase(file: string, kind: DatabaseKind): DatabaseSync {
  checkHeader(file)
  const isCheckNeeded = statSync(file).size <= quickSize || hasJournal(file)
  const db = new DatabaseSync(file)
  try {
    db.exec('PRAGMA busy_timeout = 5000')
    const version = numberOf(db, 'user_version')
    if (version > kind.version) throw newer(version, kind)
    if (version > 0) check(db, kind, isCheckNeeded)
    prepare(db, version, kind)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Left behind by a program that did not end in an orderly way, or that still runs. */
function hasJournal(file: string): boolean {
  const journal = statSync(`${file}-wal`, { throwIfNoEntry: false })
  return journal !== undefined && journal.size > 0
}

function checkHeader(file: string): void {
  const descriptor = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(header.length)
    const read = readSync(descriptor, bytes)
    if (read > 0 && bytes.toString('latin1') !== header) throw new Corrupt('no database')
  } finally {
    closeSync(descriptor)
  }
}

function newer(version: number, kind: DatabaseKind): HistoryProblem {
  return new HistoryProblem(
    `${kind.name} was written by a newer Warren (version ${version} of the file, this one knows ${kind.version}), so that it is neither read nor written.`,
    true,
  )
}

function check(db: DatabaseSync, { tables }: DatabaseKind, whole: boolean): void {
  const names = new Set(
    db
      .prepare('SELECT name FROM sqlite_schema')
      .all()
      .map(({ name }) => name),
  )
  if (tables.some((table) => !names.has(table))) throw new Corrupt('tables are missing')
  if (!whole) return
  const found = db.prepare('PRAGMA quick_check(1)').get()
  if (found?.['quick_check'] !== 'ok') throw new Corrupt(String(found?.['quick_check']))
}

function prepare(db: DatabaseSync, version: number, kind: DatabaseKind): void {
  if (version === 0) db.exec('PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL')
  db.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA cache_size = -32000;
    PRAGMA mmap_size = 134217728;
    PRAGMA journal_size_limit = 16777216;
  `)
  if (version === kind.version) return
  // Two windows may begin the same file; the second one finds it begun.
  db.exec('BEGIN IMMEDIATE')
  for (const migration of kind.migrations.slice(numberOf(db, 'user_version'))) db.exec(migration)
  db.exec(`PRAGMA user_version = ${kind.version}; COMMIT`)
}

/** The value of a pragma. */
export function numberOf(db: DatabaseSync, pragma: 'user_version' | 'page_count' | 'page_size' | 'freelist_count'): number {
  return Number(db.prepare(`PRAGMA ${pragma}`).get()?.[pragma])
}

function putAside(file: string, date: string, { name }: DatabaseKind): string {
  const aside = `${file}.corrupt-${date}`
  renameSync(file, aside)
  for (const journal of ['-wal', '-shm']) rmSync(`${file}${journal}`, { force: true })
  return `${name} was damaged; it was put aside as ${basename(aside)}, and a new one was begun.`
}

/** SQLite's own numbers: https://www.sqlite.org/rescode.html */
const [corrupt, noDatabase] = [11, 26]

/** Whether the contents of the file are at fault, rather than the disk or the rights. */
export function isCorruption(error: unknown): boolean {
  const code = codeOf(error)
  return error instanceof Corrupt || code === corrupt || code === noDatabase
}

/** SQLite's primary result code; its extended ones begin with it. */
function codeOf(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined
}

const reasons: Readonly<Record<number | string, string>> = {
  5: 'another program has locked its file',
  8: 'its file may not be written',
  10: 'its disk cannot be read or written',
  13: 'its disk is full',
  14: 'its file cannot be opened',
  EACCES: 'its folder may not be written',
  EPERM: 'its folder may not be written',
  EROFS: 'its disk may only be read',
  ENOSPC: 'its disk is full',
  ENOTDIR: 'its folder is no folder',
  EEXIST: 'its folder is no folder',
  EISDIR: 'its file is a folder',
}

/** Whatever went wrong, as a sentence about what is kept. */
export function toProblem(error: unknown, name = historyKind.name): HistoryProblem {
  if (error instanceof HistoryProblem) return error
  const code = codeOf(error) ?? (error instanceof Error && 'code' in error ? String(error.code) : '')
  const reason = reasons[code] ?? messageOf(error)
  return new HistoryProblem(`${name} is paused: ${reason}.`, false)
}
