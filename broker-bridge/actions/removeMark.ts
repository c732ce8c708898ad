import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import { Confirmation, httpCaller, RequestError } from '../protocol/index.ts'
import type { Caller, Mark, Place, Question, RemoveMarkParams } from '../protocol/index.ts'
import type { Marks } from '../marks.ts'
import { Door } from './door.ts'
import type { Action, Deed, Pass } from './door.ts'

/** Marks are Warren's own: they belong to no connection, and being read-only is a matter of who asks. */
const place: Place = { name: 'Marks of deploys', address: 'kept by Warren on this computer', environment: null }

type Params = RemoveMarkParams & Pass

interface Removed {
  readonly removed: number
}

interface Surroundings {
  readonly marks: Marks
  readonly note: (deed: Deed, place: Place) => void
  /** Told after a mark went. */
  readonly changed: () => void
}

/** Takes a mark of a deploy out of the charts, by way of a door like that of the brokers' actions. */
export class RemoveMark implements Action<Params, Removed> {
  readonly name = 'Remove Deploy Mark'
  readonly #marks: Marks
  readonly #changed: () => void
  readonly #door: Door

  constructor({ marks, note, changed }: Surroundings) {
    this.#marks = marks
    this.#changed = changed
    this.#door = new Door({ isReadOnly: () => false, place: () => place, note: (deed) => note(deed, place) })
  }

  /** @throws RequestError `confirmation_needed`, `not_found`, `read_only` */
  pass(params: RemoveMarkParams, caller?: Caller): Promise<Removed> {
    return this.#door.pass(this, { ...params, connection: '' }, caller)
  }

  /** As `pass`, for a script: who names one mark has confirmed it. @throws RequestError `not_found` */
  async passNamed(mark: Pick<Mark, 'text' | 'at'>): Promise<Removed> {
    const params = { ...mark, key: randomUUID() }
    const asked: unknown = await this.pass(params, httpCaller).catch((error: unknown) => error)
    if (!(asked instanceof RequestError) || asked.code !== 'confirmation_needed') throw asked
    const { nonce } = v.parse(Confirmation, asked.data)
    return this.pass({ ...params, nonce }, httpCaller)
  }

  describe({ text }: Params): string {
    return text
  }

  confirmation({ text, at }: Params): Promise<Question> {
    this.#marks.look()
    if (!this.#marks.all.some((mark) => mark.text === text && mark.at === at)) return Promise.reject(unknownMark())
    return Promise.resolve({
      question: `Remove the mark “${text}” of ${new Date(at * 1_000).toISOString().slice(0, 19).replace('T', ' ')} UTC?`,
      detail: 'It goes from the charts of every Warren on this computer. Nothing changes on a broker.',
      action: 'Remove Mark',
      count: 1,
    })
  }

  perform({ text, at }: Params): Promise<Removed> {
    if (!this.#marks.remove({ kind: 'deploy', text, at })) return Promise.reject(unknownMark())
    this.#changed()
    return Promise.resolve({ removed: 1 })
  }
}

function unknownMark(): RequestError {
  return new RequestError('not_found', 'There is no such mark of a deploy; it may have been removed already.')
}
