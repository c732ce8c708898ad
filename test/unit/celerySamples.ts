import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { readAnswers } from '../../broker-bridge/sources/celery/control.ts'

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

export interface Reply {
  readonly properties: { readonly contentType: string; readonly contentEncoding: string }
  readonly headers: { readonly ticket: string }
  readonly body?: unknown
  readonly bodyText?: string
}

const replies = (file: string): Reply[] => sample(file)['replies'] as Reply[]

/** The bytes a worker sent, as far as the recording kept them. */
export function content({ body, bodyText }: Reply): Buffer {
  if (bodyText !== undefined) return Buffer.from(bodyText)
  const { base64 } = body as { base64?: string }
  return base64 === undefined ? bytes(body) : Buffer.from(base64, 'base64')
}

/** What the first worker that answered said. */
export function payload(file: string): unknown {
  const [reply] = replies(file)
  assert.ok(reply)
  const answers = readAnswers(content(reply), reply.properties.contentType, reply.properties.contentEncoding)
  assert.ok(answers.ok, JSON.stringify(answers))
  return answers.answers[0]?.payload
}
