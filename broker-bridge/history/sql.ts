import type { NumberField, Pattern, Query, TextField, TimeField } from '../protocol/index.ts'
import { plainText, searchExpression, unwritable } from './columns.ts'
import type { LabelColumn } from './columns.ts'

export type Value = string | number

/** A condition on a row of `task`, with its values apart: no text of a query ever becomes SQL. */
export interface Condition {
  readonly sql: string
  readonly values: readonly Value[]
}

/** A list of places that holds every match, from one index: to be chosen when it is short. */
export type Candidates = Condition

/** What a query means in SQL. */
export interface Compiled extends Condition {
  /** True where the condition holds of exactly the tasks that match; else of more, which have to be compared one by one. */
  readonly exact: boolean
  /** Indexes that could answer alone, each with more than what matches. */
  readonly candidates: readonly Candidates[]
  /** Conditions on labels that every match fits: two of them together may be far more telling than each. */
  readonly labels: readonly LabelCondition[]
  /** No match has an earlier place. */
  readonly from: number
}

/** A condition on the texts of labels, for one column. */
interface LabelCondition extends Condition {
  readonly column: LabelColumn
}

/** Places per millisecond. */
export const placesPerMillisecond = 1_024
/** A minute: a crowd in one millisecond overflows into the next ones. */
const slack = 60_000

const all: Compiled = { sql: '1', values: [], exact: true, candidates: [], labels: [], from: 0 }
/** Holds of too many: what the columns cannot tell. */
const unknown: Compiled = { ...all, exact: false }

/** Compiles the tree of a query into conditions on the columns of `task`, as far as they tell. Pure. */
export function toSql(query: Query): Compiled {
  switch (query.kind) {
    case 'all':
      return all
    case 'and':
      return conjunction(query.parts.map(toSql))
    case 'or':
      return disjunction(query.parts.map(toSql))
    case 'not':
      return negated(toSql(query.part))
    case 'word':
      return { ...unknown, candidates: searched([query.text]) }
    case 'text':
      return textCondition(query.field, query.pattern)
    case 'number':
      return numberCondition(query.field, query.comparison, query.value)
    case 'time':
      return timeCondition(query.field, query.comparison, query.value)
    case 'argument': {
      // Names and values stand in the arguments as they are, but for what a pattern leaves open.
      const names = query.path.filter((name) => !/^\d+$/.test(name))
      return { ...unknown, candidates: searched([...names, ...query.pattern.parts]) }
    }
  }
}

function conjunction(parts: readonly Compiled[]): Compiled {
  const labels = parts.flatMap((part) => part.labels)
  return {
    ...joined(parts, ' AND ', '1'),
    exact: parts.every(({ exact }) => exact),
    candidates: [...pairs(labels), ...parts.flatMap(({ candidates }) => candidates)].sort(byCost),
    labels,
    from: Math.max(0, ...parts.map(({ from }) => from)),
  }
}

function disjunction(parts: readonly Compiled[]): Compiled {
  const lists = parts.flatMap(({ candidates }) => candidates.slice(0, 1))
  return {
    ...joined(parts, ' OR ', '0'),
    exact: parts.every(({ exact }) => exact),
    candidates: parts.length > 0 && lists.length === parts.length ? [union(lists)] : [],
    labels: eitherLabel(parts),
    from: parts.length > 0 ? Math.min(...parts.map(({ from }) => from)) : 0,
  }
}

/** Whether an index answers at once, or has to join lists. */
function byCost(one: Candidates, other: Candidates): number {
  return Number(one.sql.includes('MATCH')) - Number(other.sql.includes('MATCH'))
}

/** The indexes of the other columns know the state as well. */
function pairs(labels: readonly LabelCondition[]): Candidates[] {
  const states = labels.filter(({ column }) => column === 'state')
  const others = labels.filter(({ column }) => column !== 'state' && indexed.has(column))
  return others.flatMap((other) =>
    states.map((state) => places(`${isLabel(other)} AND ${isLabel(state)}`, [...other.values, ...state.values])),
  )
}

function isLabel({ column, sql }: LabelCondition): string {
  return `${column} IN (SELECT number FROM label WHERE ${sql})`
}

/** One condition for several on the same column, as for a choice of states. */
function eitherLabel(parts: readonly Compiled[]): LabelCondition[] {
  const [first, ...rest] = parts.map(({ labels }) => (labels.length === 1 ? labels[0] : undefined))
  if (!first || rest.some((label) => label?.column !== first.column)) return []
  const all = [first, ...rest].flatMap((label) => label ?? [])
  return [{ column: first.column, sql: all.map(({ sql }) => sql).join(' OR '), values: all.flatMap(({ values }) => values) }]
}

function joined(parts: readonly Condition[], operator: ' AND ' | ' OR ', none: '1' | '0'): Condition {
  if (parts.length === 0) return { sql: none, values: [] }
  return { sql: `(${parts.map(({ sql }) => sql).join(operator)})`, values: parts.flatMap(({ values }) => values) }
}

function union(lists: readonly Candidates[]): Candidates {
  return { sql: lists.map(({ sql }) => sql).join(' UNION ALL '), values: lists.flatMap(({ values }) => values) }
}

function negated(part: Compiled): Compiled {
  return part.exact ? { ...all, sql: `NOT ${part.sql}`, values: part.values } : unknown
}

/** A condition that is false where the column has nothing, so that its negation is true there. */
function known(sql: string, values: readonly Value[]): Compiled {
  return { ...all, sql: `coalesce(${sql}, 0)`, values }
}

function places(condition: string, values: readonly Value[]): Candidates {
  return { sql: `SELECT place FROM task WHERE broker = $broker AND ${condition}`, values }
}

/** The tasks with all these parts somewhere in their texts, as far as the index can tell. */
function searched(parts: readonly string[]): Candidates[] {
  const expressions = parts.flatMap((part) => searchExpression(part) ?? [])
  if (expressions.length === 0) return []
  return [{ sql: 'SELECT rowid AS place FROM search WHERE search MATCH ?', values: [expressions.join(' AND ')] }]
}

function textCondition(field: TextField, pattern: Pattern): Compiled {
  switch (field) {
    case 'exception':
    case 'traceback':
    case 'fingerprint':
      return { ...unknown, sql: 'task.errors > 0', candidates: searched(pattern.parts) }
    case 'is':
      // Only of tasks that are being watched.
      return { ...known('0', []), exact: true }
    case 'result':
      return { ...unknown, candidates: searched(pattern.parts) }
    case 'id':
      return idCondition(pattern)
    case 'root':
      return rootCondition(pattern)
    case 'parent':
      return { ...compared('task.parent', pattern), candidates: equalPlaces('parent IS NOT NULL AND parent', pattern) }
    case 'name':
    case 'state':
    case 'worker':
    case 'queue':
    case 'exchange':
    case 'routing_key':
      return labelCondition(field, pattern)
  }
}

const indexed: ReadonlySet<LabelColumn> = new Set(['name', 'state', 'worker', 'queue'])

function labelCondition(column: LabelColumn, pattern: Pattern): Compiled {
  const label = { column, ...comparison('text', pattern) }
  const condition = { ...known(`+task.${isLabel(label)}`, label.values), exact: isExact(pattern), labels: [label] }
  return indexed.has(column) ? { ...condition, candidates: [places(isLabel(label), label.values)] } : condition
}

function idCondition(pattern: Pattern): Compiled {
  return { ...compared('coalesce(task.lower_id, task.id)', pattern), candidates: idPlaces(pattern) ?? searched(pattern.parts) }
}

function idPlaces(pattern: Pattern): [Candidates] | undefined {
  const [same] = equalPlaces('id', pattern)
  const [lower] = equalPlaces('lower_id IS NOT NULL AND lower_id', pattern)
  return same && lower && [union([same, lower])]
}

/** A task that is its own root is found by its id. */
function rootCondition(pattern: Pattern): Compiled {
  const root = "CASE task.root WHEN '' THEN coalesce(task.lower_id, task.id) ELSE task.root END"
  const own = idPlaces(pattern) ?? []
  const others = equalPlaces("root <> '' AND root", pattern)
  return { ...compared(root, pattern), candidates: own.length > 0 ? [union([...own, ...others])] : [] }
}

function compared(expression: string, pattern: Pattern): Compiled {
  const { sql, values } = comparison(expression, pattern)
  return { ...known(sql, values), exact: isExact(pattern) }
}

/** Candidates for a pattern without stars; none for any other. */
function equalPlaces(column: string, pattern: Pattern): Candidates[] {
  return pattern.parts.length === 1 ? [places(`${column} = ?`, [plainText(pattern.parts[0] ?? '')])] : []
}

function comparison(expression: string, { parts }: Pattern): Condition {
  const texts = parts.map(plainText)
  if (texts.length < 2) return { sql: `${expression} = ?`, values: [texts[0] ?? ''] }
  return { sql: `${expression} LIKE ? ESCAPE '\\'`, values: [texts.map((text) => text.replace(/[\\%_]/g, '\\$&')).join('%')] }
}

/** Texts that cannot be written look the same once they were. */
function isExact({ parts }: Pattern): boolean {
  return !parts.some((part) => plainText(part).includes(unwritable))
}

type Operator = Extract<Query, { readonly kind: 'number' }>['comparison']

const numberCandidates: Readonly<Record<NumberField, string>> = {
  runtime: 'runtime IS NOT NULL AND runtime',
  retries: 'retries > 0 AND retries',
}

function numberCondition(field: NumberField, operator: Operator, value: number): Compiled {
  const condition = known(`+task.${field} ${operator} ?`, [value])
  // The index of retries knows of tasks that were retried.
  const isCovered = field === 'runtime' || (value > 0 && !operator.startsWith('<')) || (value === 0 && operator === '>')
  return isCovered ? { ...condition, candidates: [places(`${numberCandidates[field]} ${operator} ?`, [value])] } : condition
}

const timeColumns: ReadonlySet<TimeField> = new Set(['at', 'sent', 'received', 'started', 'ended'])

function timeCondition(field: TimeField, operator: Operator, value: number): Compiled {
  if (!timeColumns.has(field)) return unknown
  const condition = known(`task.${field} ${operator} ?`, [value])
  // No moment of a task is later than its newest.
  return operator.startsWith('<') ? condition : { ...condition, from: earliestPlace(value) }
}

function earliestPlace(seconds: number): number {
  return Math.max(0, Math.floor(seconds * 1_000) - slack) * placesPerMillisecond
}
