import * as v from 'valibot'
import { RequestError, toolInputs } from '../protocol/index.ts'
import type { ActWithToolParams, Caller, ToolAnswer, ToolInput, ToolName, ValidParams } from '../protocol/index.ts'
import type { Actions } from '../actions/actions.ts'
import type { Core } from '../server/core.ts'
import type { Connections } from '../sources/connections.ts'
import { actors } from './acting.ts'
import type { Actors } from './acting.ts'
import { bounded } from './bounded.ts'
import { readers } from './reading.ts'
import type { Found, Readers } from './reading.ts'

const nobody: Caller = { name: 'nobody named', readOnly: false }

/** What language models get: the tools of `protocol/tools.ts`, answered with data that is bounded and without secrets. */
export class Tools {
  readonly #readers: Readers
  readonly #actors: () => Actors

  constructor(core: Pick<Core, 'call' | 'picture' | 'findTask'>, connections: Connections, actions: Actions) {
    this.#readers = readers(core, connections)
    let made: Actors | undefined
    this.#actors = () => (made ??= actors(core, connections, actions))
  }

  /** @throws RequestError `invalid` for a wrong input, and whatever the tool refuses */
  async ask({ tool, input }: ValidParams<'askTool'>): Promise<ToolAnswer> {
    // Which tool it is decides which input it takes; no type can say so of a name not known before.
    const read = this.#readers[tool] as (input: unknown) => Promise<Found>
    const { data, places } = await read(readInput(tool, input))
    return { data: bounded(data), places: places ?? [] }
  }

  /** @throws RequestError `confirmation_needed` before anything is done, `read_only`, `invalid`, and whatever the action refuses */
  async act(asked: ActWithToolParams, caller: Caller = nobody): Promise<ToolAnswer> {
    const act = this.#actors()[asked.tool] as (input: unknown, asked: ActWithToolParams, caller: Caller) => Promise<object>
    return { data: bounded(await act(readInput(asked.tool, asked.input), asked, caller)), places: [] }
  }
}

function readInput<T extends ToolName>(tool: T, input: unknown): ToolInput<T> {
  const result = v.safeParse(toolInputs[tool], input ?? {})
  if (result.success) return result.output
  throw new RequestError('invalid', problemOf(tool, result.issues[0]))
}

function problemOf(tool: ToolName, issue: v.BaseIssue<unknown>): string {
  const path = (v.getDotPath(issue) ?? '').slice(0, 100)
  const known = Object.keys(toolInputs[tool].entries)
  if (path === '') return `“${tool}” takes an object with ${known.length === 0 ? 'no members' : known.join(', ')}.`
  if (!known.includes(path))
    return `“${tool}” has no parameter “${path}”; ${known.length === 0 ? 'it takes none' : `it has ${known.join(', ')}`}.`
  return `“${tool}” was given a wrong “${path}”: ${issue.message.slice(0, 200)}.`
}
