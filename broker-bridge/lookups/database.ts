import { basename, isAbsolute } from 'node:path'

export interface DatabasePlace {
  readonly file: string
}

/** A file's short name, for sentences. */
export const fileName = (file: string): string => basename(file)

/**
 * Reads where results and schedules are kept: a SQLAlchemy address as Celery's `result_backend` (`db+sqlite:////srv/results.db`), or
 * the path of an SQLite file, such as Django's database. Pure.
 */
export function readDatabase(address: string): DatabasePlace | { readonly problem: string } {
  const text = address.trim()
  const file = /^(?:db\+)?sqlite:\/\/\/([^?]*)/.exec(text)?.[1]
  if (file !== undefined)
    return file === '' ? { problem: 'This address names no file; write db+sqlite:////srv/results.db.' } : { file }
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(text)?.[1]
  // One letter is a drive of Windows.
  if (scheme !== undefined && scheme.length > 1)
    return { problem: `Warren cannot ask a result backend of the kind ${scheme}; it reads SQLite files (db+sqlite:///…).` }
  return text === '' ? { problem: 'Name an SQLite file, such as db+sqlite:////srv/results.db.' } : { file: text }
}

/** The file that workers say they keep results in, where it may be one of this computer. */
export function localFile(backend: string): string | null {
  const place = readDatabase(backend)
  // A relative path counts from the worker's folder, which nobody tells.
  return /^(?:db\+)?sqlite:/.test(backend) && 'file' in place && isAbsolute(place.file) ? place.file : null
}
