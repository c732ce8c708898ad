import * as v from 'valibot'
import { markTextLimit, RequestError } from '../protocol/index.ts'
import type { Mark } from '../protocol/index.ts'
import { json, text } from './responses.ts'
import type { ApiResponse } from './responses.ts'
import type { Api } from './server.ts'

/** What marks need of the bridge. */
export interface MarkCore {
  readonly marks: readonly Mark[]
  mark(mark: Mark): void
  /** Through the door; who names one mark has confirmed it. @throws RequestError `not_found` */
  unmark(mark: Pick<Mark, 'text' | 'at'>): Promise<unknown>
}

const path = '/api/marks'
/** Seconds a mark may lie ahead: clocks differ, and a deploy may be announced. */
const ahead = 86_400

const Body = v.object({
  text: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(markTextLimit)),
  at: v.optional(v.union([v.number(), v.pipe(v.string(), v.maxLength(40))])),
})

const Removed = v.object({ text: v.pipe(v.string(), v.maxLength(markTextLimit)), at: v.pipe(v.number(), v.finite()) })

/** `POST api/marks` marks a moment in the charts, `GET` lists the moments that are marked, `DELETE` removes one of them. */
export function marksApi(core: MarkCore): Api {
  return async (request) => {
    if (request.path !== path) return undefined
    if (request.method === 'GET') return json({ marks: core.marks })
    if (request.method === 'DELETE') return remove(core, await request.body())
    if (request.method !== 'POST') return { status: 405, headers: { Allow: 'GET, POST, DELETE' } }
    return take(core, await request.body(), Date.now() / 1_000)
  }
}

function take(core: MarkCore, body: string, now: number): ApiResponse {
  const mark = readMark(body, now)
  if (typeof mark === 'string') return text(mark, 400)
  core.mark(mark)
  return json(mark, 201)
}

async function remove(core: MarkCore, body: string): Promise<ApiResponse> {
  const named = v.safeParse(v.pipe(v.string(), v.parseJson(), Removed), body)
  if (!named.success) return text('Name the mark as GET lists it: {"text": "…", "at": epoch seconds}.', 400)
  try {
    await core.unmark(named.output)
    return { status: 204 }
  } catch (error) {
    if (error instanceof RequestError && error.code === 'not_found') return text(error.message, 404)
    throw error
  }
}

/**
 * A mark as a script tells it.
 * @param now epoch seconds, for a mark that names no time
 * @returns a sentence where it cannot be taken
 */
export function readMark(body: string, now: number): Mark | string {
  const told = v.safeParse(v.pipe(v.string(), v.parseJson(), Body), body)
  if (!told.success) {
    const field = v.getDotPath(told.issues[0]) ?? 'body'
    return `The mark has a wrong ${field}: send {"text": "1 to ${markTextLimit} characters", "at": epoch seconds or ISO 8601, now without it}.`
  }
  const at = momentOf(told.output.at, now)
  if (at === null) return 'The mark’s at is no time: send epoch seconds, or ISO 8601 with a zone such as 2026-11-21T10:00:00Z.'
  if (at < 0 || at > now + ahead) return 'The mark’s at lies before 1970 or more than a day ahead; it is in seconds.'
  return { kind: 'deploy', text: told.output.text, at }
}

function momentOf(at: number | string | undefined, now: number): number | null {
  if (at === undefined) return now
  if (typeof at === 'number') return at
  // Without a zone it would mean the bridge's, which a script elsewhere does not know.
  const milliseconds = /T.*(Z|[+-]\d\d:?\d\d)$/i.test(at) ? Date.parse(at) : Number.NaN
  return Number.isFinite(milliseconds) ? milliseconds / 1_000 : null
}
