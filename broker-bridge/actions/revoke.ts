import { endedStates, RequestError, revokeLimit } from '../protocol/index.ts'
import type { Question, Revoked, RevokeParams, RevokeTarget } from '../protocol/index.ts'
import { readFilter } from '../queryView.ts'
import type { Connection } from '../sources/connection.ts'
import type { Connections } from '../sources/connections.ts'
import type { TaskRecord } from '../tasks/record.ts'
import type { TaskStore } from '../tasks/store.ts'
import type { Action } from './door.ts'
import { filterWords } from './filterWords.ts'
import { typedIn } from './production.ts'
import { revokeQuestion } from './revokeWords.ts'
import type { Chosen } from './revokeWords.ts'

/** Ids in one command. */
const together = 1_000
/** Questions whose tasks are remembered until their answer comes. */
const questionsHeld = 20

interface Shown {
  readonly ids: readonly string[]
  readonly question: Question
}

/** Takes tasks back: by id, by a filter, what remains of a workflow, or by a stamp; and ends those that run, if wanted. */
export class Revoke implements Action<RevokeParams, Revoked> {
  readonly name = 'Revoke Tasks'
  readonly #connections: Connections
  readonly #store: TaskStore
  /** What was shown, by the request's key: a yes is for these, and not for what came to match since. */
  readonly #shown = new Map<string, Shown>()

  constructor(connections: Connections, store: TaskStore) {
    this.#connections = connections
    this.#store = store
  }

  describe({ target, terminate, signal }: RevokeParams): string {
    const verb = terminate ? `terminate (${signal})` : 'revoke'
    switch (target.by) {
      case 'ids':
        return `${verb} ${target.ids.slice(0, 3).join(', ')}${target.ids.length > 3 ? ` and ${target.ids.length - 3} more` : ''}`
      case 'filter':
        return `${verb} whatever has not ended and matches: ${filterWords(target.filter)}`
      case 'workflow':
        return `${verb} what remains of the workflow of ${target.id}`
      case 'stamp':
        return `${verb} what is stamped ${target.header} = ${target.values.join(', ').slice(0, 200)}`
    }
  }

  /** @throws RequestError `refused` where nothing would be revoked */
  confirmation(params: RevokeParams): Promise<Question> {
    const connection = this.#connections.connected(params.connection)
    // Asked again with a yes, the question is the one the yes is for; what ended meanwhile is left out when it is done.
    const before = params.nonce === undefined ? undefined : this.#shown.get(params.key)
    if (before) return Promise.resolve(before.question)
    const chosen = this.#choose(params)
    const asked = revokeQuestion(params, chosen, connection.workers.online().length)
    const isOne = params.target.by !== 'stamp' && asked.count === 1
    const question = { ...asked, ...(isOne ? {} : typedIn(connection, connection.place.name)) }
    this.#remember(params.key, { ids: chosen.ids, question })
    return Promise.resolve(question)
  }

  async perform(params: RevokeParams): Promise<Revoked> {
    const { target, terminate, signal } = params
    const connection = this.#connections.connected(params.connection)
    if (target.by === 'stamp') {
      const { header, values } = target
      const told = await connection.conversation.tell({ command: 'revoke_by_stamp', header, values, terminate, signal }, null)
      return { tasks: null, ended: 0, ...told }
    }
    const chosen = this.#shown.get(params.key) ?? this.#choose(params)
    this.#shown.delete(params.key)
    const open = chosen.ids.filter((id) => !this.#hasEnded(params.connection, id))
    if (open.length === 0) throw new RequestError('refused', 'Nothing was revoked: all of these tasks have ended meanwhile.')
    const told = await this.#tell(connection, open, { terminate, signal })
    return { tasks: open.length, ended: chosen.ids.length - open.length, ...told }
  }

  async #tell(connection: Connection, ids: readonly string[], ending: Pick<RevokeParams, 'terminate' | 'signal'>) {
    const answers = new Map<string, Revoked['answers'][number]>()
    const silent = new Set<string>()
    for (let first = 0; first < ids.length; first += together) {
      const part = ids.slice(first, first + together)
      const told = await connection.conversation.tell({ command: 'revoke', ids: part, ...ending }, null)
      for (const answer of told.answers)
        if (answers.get(answer.worker)?.ok !== false) answers.set(answer.worker, shortened(answer))
      for (const worker of told.silent) silent.add(worker)
    }
    return { answers: [...answers.values()], silent: [...silent] }
  }

  #remember(key: string, shown: Shown): void {
    this.#shown.delete(key)
    this.#shown.set(key, shown)
    const oldest = this.#shown.size > questionsHeld ? this.#shown.keys().next().value : undefined
    if (oldest !== undefined) this.#shown.delete(oldest)
  }

  #choose({ connection, target }: RevokeParams): Chosen {
    if (target.by === 'stamp') return { ids: [], tasks: [], beyond: 0, ended: 0 }
    if (target.by === 'ids') return this.#named(connection, target.ids)
    const open = this.#candidates(connection, target).filter(isOpen)
    if (open.length === 0) throw new RequestError('refused', nothingOpen(target))
    const tasks = open.slice(0, revokeLimit)
    return { ids: tasks.map(({ id }) => id), tasks, beyond: open.length - tasks.length, ended: 0 }
  }

  /** A task that is not held here may well wait in a queue. */
  #named(connection: string, named: readonly string[]): Chosen {
    const distinct = [...new Set(named)]
    const ids = distinct.filter((id) => !this.#hasEnded(connection, id))
    if (ids.length === 0) {
      const [first] = named
      const state = this.#store.record({ connection, id: first ?? '' })?.state ?? 'ended'
      throw new RequestError(
        'refused',
        named.length === 1
          ? `Nothing was revoked: this task has ended already (${state}).`
          : 'Nothing was revoked: all of these tasks have ended already.',
      )
    }
    const tasks = ids.flatMap((id) => this.#store.record({ connection, id }) ?? [])
    return { ids, tasks, beyond: 0, ended: distinct.length - ids.length }
  }

  #candidates(connection: string, target: Extract<RevokeTarget, { by: 'filter' | 'workflow' }>): TaskRecord[] {
    if (target.by === 'workflow') return this.#store.workflows(connection)?.tasks(target.id) ?? []
    return [...this.#store.select(readFilter({ ...target.filter, connection }, Date.now() / 1000))]
  }

  #hasEnded(connection: string, id: string): boolean {
    const task = this.#store.record({ connection, id })
    return task !== undefined && !isOpen(task)
  }
}

function isOpen({ state }: TaskRecord): boolean {
  return !endedStates.has(state)
}

function nothingOpen({ by }: RevokeTarget): string {
  return by === 'workflow'
    ? 'Nothing was revoked: every task of this workflow that Warren has heard of has ended. Steps that were not sent yet cannot be revoked, for nobody but Celery knows their ids.'
    : 'Nothing was revoked: every task that matches has ended.'
}

/** Celery repeats every id. */
function shortened<A extends { readonly text: string }>(answer: A): A {
  return answer.text.length > 300 ? { ...answer, text: `${answer.text.slice(0, 300)}…` } : answer
}
