import { argumentTest, exceptionForms, fits } from '../protocol/index.ts'
import type { Comparison, NumberField, Pattern, Query, TextField, TimeField } from '../protocol/index.ts'
import type { Lives } from './life.ts'
import { resultOf, runtimeOf } from './picture.ts'
import type { TaskRecord } from './record.ts'

export type TaskTest = (task: TaskRecord) => boolean

/** A question, and about how much asking it costs: what is cheap is asked first. */
interface Test {
  readonly cost: number
  readonly holds: TaskTest
}

/** Compiles a query into one question. */
export function toTest(query: Query, lives: Lives): TaskTest {
  return compile(query, lives).holds
}

function compile(query: Query, lives: Lives): Test {
  switch (query.kind) {
    case 'all':
      return { cost: 0, holds: () => true }
    case 'and':
    case 'or':
      return joined(
        query.kind,
        query.parts.map((part) => compile(part, lives)),
      )
    case 'not': {
      const { cost, holds } = compile(query.part, lives)
      return { cost, holds: (task) => !holds(task) }
    }
    case 'word':
      return { cost: 20, holds: wordTest(query.text) }
    case 'text':
      return textTest(query.field, query.pattern)
    case 'number':
      return comparisonTest(numbers[query.field], query.comparison, query.value, lives)
    case 'time':
      return comparisonTest(times[query.field], query.comparison, query.value, lives)
    case 'argument': {
      const holds = argumentTest(query)
      return { cost: 15, holds: ({ args, kwargs }) => holds(args, kwargs) }
    }
  }
}

function joined(kind: 'and' | 'or', tests: readonly Test[]): Test {
  const questions = tests.toSorted((one, other) => one.cost - other.cost).map(({ holds }) => holds)
  const cost = tests.reduce((sum, test) => sum + test.cost, 0)
  return kind === 'and'
    ? { cost, holds: (task) => questions.every((holds) => holds(task)) }
    : { cost, holds: (task) => questions.some((holds) => holds(task)) }
}

/** Where a word may occur. A task has many other fields, but nobody remembers a task by its exchange. */
function wordTest(word: string): TaskTest {
  const holds = (text: string | null): boolean => text !== null && text.toLowerCase().includes(word)
  return (task) =>
    holds(task.name) ||
    holds(task.id) ||
    holds(task.args) ||
    holds(task.kwargs) ||
    holds(task.worker) ||
    holds(task.queue) ||
    holds(resultOf(task)) ||
    (task.errors?.some(({ exception, traceback }) => holds(exception) || holds(traceback)) ?? false)
}

type OneText = Exclude<TextField, 'exception' | 'traceback' | 'fingerprint'>

const texts: Readonly<Record<OneText, (task: TaskRecord) => string | null>> = {
  id: (task) => task.id,
  name: (task) => task.name,
  state: (task) => task.state,
  worker: (task) => task.worker,
  queue: (task) => task.queue,
  exchange: (task) => task.exchange,
  routing_key: (task) => task.routingKey,
  root: (task) => task.root,
  parent: (task) => task.parent,
  result: resultOf,
  is: ({ orphaned }) => (orphaned === null ? null : 'orphan'),
}

/** Fields of which every task has a text of its own; of the others there are few, and each is compared once. */
const ownTexts: ReadonlySet<TextField> = new Set(['id', 'root', 'parent', 'result'])

function textTest(field: TextField, pattern: Pattern): Test {
  const holds = (text: string): boolean => fits(text.toLowerCase(), pattern)
  if (field === 'traceback') return errorTest(18, ({ traceback }) => traceback !== null && holds(traceback))
  if (field === 'exception') return errorTest(5, ({ exception }) => exception !== null && exceptionForms(exception).some(holds))
  if (field === 'fingerprint') return errorTest(2, ({ fingerprint }) => fingerprint !== undefined && holds(fingerprint))
  const read = texts[field]
  const known = ownTexts.has(field) ? holds : remembered(holds)
  return {
    cost: field === 'result' ? 6 : 1,
    holds: (task) => {
      const text = read(task)
      return text !== null && known(text)
    },
  }
}

/** Errors of any attempt: one that a retry mended is still to be found. */
function errorTest(cost: number, holds: (error: NonNullable<TaskRecord['errors']>[number]) => boolean): Test {
  return { cost, holds: (task) => task.errors?.some(holds) ?? false }
}

const rememberLimit = 10_000

function remembered(holds: (text: string) => boolean): (text: string) => boolean {
  const answers = new Map<string, boolean>()
  return (text) => {
    const known = answers.get(text)
    if (known !== undefined) return known
    const answer = holds(text)
    // Hostile events may bring names without end.
    if (answers.size >= rememberLimit) answers.clear()
    answers.set(text, answer)
    return answer
  }
}

interface Measure {
  readonly cost: number
  readonly read: (task: TaskRecord, lives: Lives) => number | null
}

const numbers: Readonly<Record<NumberField, Measure>> = {
  runtime: { cost: 3, read: runtimeOf },
  retries: { cost: 1, read: (task) => task.retries },
}

const times: Readonly<Record<TimeField, Measure>> = {
  at: { cost: 1, read: (task) => task.at },
  sent: { cost: 3, read: (task, lives) => lives.newest(task, 'PENDING') },
  received: { cost: 3, read: (task, lives) => lives.newest(task, 'RECEIVED') },
  started: { cost: 3, read: (task, lives) => lives.newest(task, 'STARTED') },
  ended: { cost: 3, read: (task, lives) => lives.newest(task, 'SUCCESS', 'FAILURE', 'REVOKED', 'REJECTED') },
  eta: { cost: 4, read: (task) => momentOf(task.eta) },
  expires: { cost: 4, read: (task) => momentOf(task.expires) },
}

/** Epoch seconds of an ISO time; one that names no zone is UTC, which is Celery's rule. */
export function momentOf(text: string | null): number | null {
  if (text === null) return null
  const value = Date.parse(/(?:z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`)
  return Number.isNaN(value) ? null : value / 1_000
}

const comparisons: Readonly<Record<Comparison, (one: number, other: number) => boolean>> = {
  '<': (one, other) => one < other,
  '<=': (one, other) => one <= other,
  '=': (one, other) => one === other,
  '>=': (one, other) => one >= other,
  '>': (one, other) => one > other,
}

function comparisonTest({ cost, read }: Measure, comparison: Comparison, value: number, lives: Lives): Test {
  const compare = comparisons[comparison]
  return {
    cost,
    holds: (task) => {
      const found = read(task, lives)
      return found !== null && compare(found, value)
    },
  }
}
