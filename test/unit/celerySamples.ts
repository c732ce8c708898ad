import { readdirSync, readFileSync } from 'node:fs'

const folder = new URL('../fixtures/celery/', import.meta.url)

/** A message or a recording made with real Celery workers; `_meta` in each file says with which versions. */
export interface Sample {
  readonly file: string
  readonly [field: string]: unknown
}

/** The recorded samples whose file names match, in their order. Throws when there are none, so that no test runs over nothing. */
export function samples(pattern: RegExp): Sample[] {
  const files = readdirSync(folder).filter((file) => pattern.test(file))
  if (files.length === 0) throw new Error(`No recorded sample matches ${pattern.source}.`)
  return files.sort().map((file) => ({ ...(JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as object), file }))
}

export function sample(file: string): Sample {
  return { ...(JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as object), file }
}

export const bytes = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
