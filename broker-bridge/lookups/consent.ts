import { createHash } from 'node:crypto'
import type { Confirmation } from '../protocol/index.ts'
import type { DatabasePlace } from './database.ts'

/** What stands for one place in a question and its answer. */
export function nonceOf(backend: string): string {
  return createHash('sha256').update(backend).digest('hex')
}

/** Asks before a place is opened that only workers named. A worker may name any, so the whole address is shown. */
export function consentTo(backend: string, place: DatabasePlace): Omit<Confirmation, 'place'> {
  const [where, act, button] =
    place.kind === 'sqlite'
      ? [`in this file:\n${place.file}`, 'open it read-only', 'Open File']
      : [`here:\n${backend}`, 'connect to it from this computer, only to read', 'Connect']
  const local =
    place.kind !== 'sqlite' && /^(localhost|127\.|::1$|\/)/.test(place.host)
      ? '\nThat is an address of whichever computer uses it: here it means this one, not the worker’s.'
      : ''
  return {
    nonce: nonceOf(backend),
    question: 'Ask the result backend?',
    detail: `Workers say that they keep their results ${where}${local}\nWarren would ${act}, now, whenever you ask again, and by itself about tasks that seem stuck.`,
    action: button,
    count: 1,
  }
}
