import { RequestError } from '../protocol/index.ts'
import type { ActingTool, ActWithToolParams, Caller, EnqueueParams, Question, RetryParams, ToolInput } from '../protocol/index.ts'
import type { Actions } from '../actions/actions.ts'
import type { Action, Pass } from '../actions/door.ts'
import type { Core } from '../server/core.ts'
import type { Connections } from '../sources/connections.ts'
import { oneConnection } from './whichConnection.ts'

/** Longest text of arguments, and longest name, in a question: a model chooses them, and what stands behind them is to be read as well. */
const [mostShown, longestName] = [300, 200]

type Act<T extends ActingTool> = (input: ToolInput<T>, asked: ActWithToolParams, caller: Caller) => Promise<object>
export type Actors = { readonly [T in ActingTool]: Act<T> }

/** The tools that change something. All pass the door, each time with a question, and none does anything in production. */
export function actors(core: Pick<Core, 'call' | 'picture'>, connections: Connections, actions: Actions): Actors {
  const pass = <P extends Pass, R>(action: Action<P, R>, params: P, caller: Caller): Promise<R> => {
    const isProduction = connections.get(params.connection).place.environment === 'production'
    const answer = actions.door.pass(action, params, { name: `AI, ${caller.name}`, readOnly: caller.readOnly || isProduction })
    return isProduction ? answer.catch(explainProduction) : answer
  }
  const enqueue = always(actions.enqueue, (params) => Promise.resolve(enqueueQuestion(params)))
  const retry = always(actions.retry, (params) => retryQuestion(actions, params))
  const revoke = always(actions.revoke)
  return {
    enqueue_task: async ({ connection: named, task: name, args, kwargs, queue: wanted, countdown }, { key, nonce }, caller) => {
      const { id: connection } = await oneConnection(core, named)
      const queue = wanted ?? (await core.call('listQueueNames', { connection })).default ?? undefined
      return pass(enqueue, { connection, name, args, kwargs, queue, countdown, key, nonce }, caller)
    },
    retry_task: async ({ connection: named, id }, { key, nonce }, caller) => {
      const { id: connection } = await oneConnection(core, named)
      return pass(retry, { connection, id, carryCanvas: false, key, nonce }, caller)
    },
    revoke_task: async ({ connection: named, id }, { key, nonce }, caller) => {
      const { id: connection } = await oneConnection(core, named)
      const params = {
        connection,
        target: { by: 'ids' as const, ids: [id] },
        terminate: false,
        signal: 'SIGTERM' as const,
        key,
        nonce,
      }
      const { tasks, ended, answers, silent } = await pass(revoke, params, caller)
      return { tasks, ended, answers, silent }
    },
  }
}

/**
 * The same action, but that nothing is done without a question: what a model asks for is not the user's word.
 * @param ask what the model wants; absent where the action asks by itself, and says it
 */
function always<P extends Pass, R>(action: Action<P, R>, ask?: (params: P) => Promise<Question>): Action<P, R> {
  return {
    name: action.name,
    describe: (params) => action.describe(params),
    confirmation: async (params) => {
      const [own, asked] = [await action.confirmation(params), await ask?.(params)]
      const question = own ?? asked
      if (!question) throw new Error('What acts for a language model asks first.')
      const details = [asked?.detail, own?.detail].filter((detail) => detail !== undefined)
      return { ...question, detail: ['A language model asks for this.', ...details].join('\n\n') }
    },
    perform: (params) => action.perform(params),
    ...(action.outcome === undefined
      ? {}
      : { outcome: (result: R) => action.outcome?.(result) ?? { outcome: 'done', said: '' } }),
  }
}

function enqueueQuestion({ name, args, kwargs, queue, countdown }: EnqueueParams): Question {
  const when = countdown === undefined || countdown === 0 ? '' : `, to start in ${countdown} seconds`
  const what = `One task goes to the queue “${queue ?? '(default)'}”${when}.`
  return {
    question: `Enqueue ${cut(name, longestName)}?`,
    detail: details(what, name, args, kwargs),
    action: 'Enqueue',
    count: 1,
  }
}

async function retryQuestion({ retry }: Actions, params: RetryParams): Promise<Question> {
  const { name, args, kwargs, queue } = await retry.plan(params)
  const what = `Task ${params.id} goes to the queue “${queue ?? '?'}” again, under a new id.`
  const question = `Run ${name === null ? 'this task' : cut(name, longestName)} again?`
  return { question, detail: details(what, name, args, kwargs), action: 'Retry', count: 1 }
}

/** What decides stands first, and texts that a model chooses last. */
function details(what: string, name: string | null, args: string | null, kwargs: string | null): string {
  const whole = name !== null && name.length > longestName ? [`Its whole name: ${name}`] : []
  return [what, ...whole, `Arguments: ${cut(args ?? '?', mostShown)}`, `Named arguments: ${cut(kwargs ?? '?', mostShown)}`].join(
    '\n\n',
  )
}

function cut(text: string, limit: number): string {
  return text.length <= limit
    ? text
    : `${text.slice(0, limit)}… (${(text.length - limit).toLocaleString('en-US')} more characters)`
}

function explainProduction(error: unknown): never {
  if (error instanceof RequestError && error.code === 'read_only')
    throw new RequestError(
      'read_only',
      'This broker is production, where language models only read. Nothing was changed; a person can do it in Warren.',
    )
  throw error
}
