import fc from 'fast-check'
import type { Pattern, Query } from '../../broker-bridge/protocol/index.ts'
import { numberFields, textFields, timeFields } from '../../broker-bridge/protocol/query.ts'
import type { TaskEvent } from '../../broker-bridge/sources/events.ts'
import { taskEvent } from './taskEvents.ts'

const states = ['PENDING', 'RECEIVED', 'STARTED', 'RETRY', 'SUCCESS', 'FAILURE', 'REVOKED', 'PROGRESS', 'odd'] as const
/** Few words, so that queries find something, among them some that are hard on SQL, LIKE, FTS5 and lower case. */
const words = [
  'shop',
  'Shop.Pay',
  'pay',
  '100%',
  'a_b',
  'a\\b',
  '"quoted"',
  "o'clock",
  'İstanbul',
  'straße',
  'ÄÖ',
  '😀😀😀',
  'x',
  '4711',
  '*',
  ';--',
  'AND',
  '日本語',
]
export const word = fc.constantFrom(...words)
const text = fc.oneof(
  word,
  fc.tuple(word, word).map(([one, other]) => `${one} ${other}`),
)
const ids = ['a', 'b', 'c', 'D', 'task-4711', 'TASK-4711']
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary)

const displayText = fc.oneof(
  text.map((value) => `('${value.replaceAll(/['\\]/g, '')}', 42)`),
  text.map((value) => `{'user_id': 42, 'city': '${value.replaceAll(/['\\]/g, '')}', 'deep': {'x': [1, 'pay']}}`),
  fc.constantFrom('()', '{}', '(1, ...)'),
)

/** Events of one task, in any order, with times that are often the same. */
export function taskEvents(id: string): fc.Arbitrary<TaskEvent[]> {
  const event = fc
    .record({
      state: fc.constantFrom(...states),
      at: fc.nat(20),
      pid: fc.nat(3),
      clock: fc.nat(5),
      worker: fc.constantFrom('w1@host', 'W2@host', 'w3@host'),
      name: optional(text),
      args: optional(displayText),
      kwargs: optional(displayText),
      root: optional(fc.constantFrom(...ids)),
      parent: optional(fc.constantFrom(...ids)),
      retries: optional(fc.nat(3)),
      queue: optional(word),
      exchange: optional(word),
      routingKey: optional(word),
      result: optional(text),
      runtime: optional(fc.nat(5)),
      eta: optional(fc.constantFrom('1970-01-01T00:00:10', '1970-01-01T00:00:05+00:00', 'soon')),
    })
    .chain((said) => fc.record({ said: fc.constant(said), exception: optional(errors), traceback: optional(text) }))
    .map(({ said, exception, traceback }) => {
      const failed = said.state === 'FAILURE' || said.state === 'RETRY'
      const custom = said.state === 'PROGRESS' ? { current: said.clock, total: 5 } : null
      return taskEvent(id, said.state, timeOf(said), {
        ...said,
        at: timeOf(said),
        custom,
        ...(failed ? { exception, traceback } : {}),
      })
    })
  return fc.array(event, { minLength: 1, maxLength: 8 }).map(distinct)
}

/** What happens in one instant on two workers, or by two names of a user's own, has an order that differs from store to store. */
function timeOf({ at, worker, state }: { readonly at: number; readonly worker: string; readonly state: string }): number {
  return at + ['w1@host', 'W2@host', 'w3@host'].indexOf(worker) / 4 + (state === 'odd' ? 1 / 8 : 0)
}

const errors = fc.oneof(
  fc.constantFrom("TimeoutError('late')", 'asyncio.TimeoutError: late', 'KeyError(1)', 'shop.errors.Refused'),
  text,
)

/** An event is told from others by its state, time and origin; one and the same never says two things. */
function distinct(events: readonly TaskEvent[]): TaskEvent[] {
  return [
    ...new Map(events.map((event) => [`${event.state} ${event.at} ${event.worker} ${event.pid} ${event.clock}`, event])).values(),
  ]
}

/** Tasks of a few ids. */
export const someTasks = fc
  .uniqueArray(fc.constantFrom(...ids), { minLength: 1 })
  .chain((chosen) => fc.tuple(...chosen.map(taskEvents)))

const pattern: fc.Arbitrary<Pattern> = fc
  .array(fc.oneof(text, fc.constantFrom('', ...ids, 'w1@host', 'w', 'success', 'failure', 'timeouterror', 'late', 'key')), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts) => ({ parts: parts.map((part) => part.toLowerCase()) }))
const comparison = fc.constantFrom<('<' | '<=' | '=' | '>=' | '>')[]>('<', '<=', '=', '>=', '>')
const value = fc.oneof(fc.nat(20), fc.constantFrom(0.5, 2.25))

const leaf: fc.Arbitrary<Query> = fc.oneof(
  fc.constant<Query>({ kind: 'all' }),
  fc
    .oneof(word, fc.constantFrom('ay', 'task-47', 'host', 'late', 'user_id', 'ab'))
    .map((found): Query => ({ kind: 'word', text: found.toLowerCase() })),
  fc.record({ field: fc.constantFrom(...textFields), pattern }).map((said): Query => ({ kind: 'text', ...said })),
  fc.record({ field: fc.constantFrom(...numberFields), comparison, value }).map((said): Query => ({ kind: 'number', ...said })),
  fc.record({ field: fc.constantFrom(...timeFields), comparison, value }).map((said): Query => ({ kind: 'time', ...said })),
  fc
    .record({
      source: fc.constantFrom<('args' | 'kwargs')[]>('args', 'kwargs'),
      path: fc.constantFrom([], ['0'], ['1'], ['user_id'], ['city'], ['deep', 'x']),
      pattern: fc.oneof(pattern, fc.constantFrom({ parts: ['42'] }, { parts: ['pay'] }, { parts: ['', ''] })),
    })
    .map((said): Query => ({ kind: 'argument', ...said })),
)

/** Trees of up to three levels. */
export const someQuery: fc.Arbitrary<Query> = fc.letrec<{ tree: Query }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.record({
      kind: fc.constantFrom<('and' | 'or')[]>('and', 'or'),
      parts: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
    }),
    tie('tree').map((part): Query => ({ kind: 'not', part })),
  ),
})).tree
