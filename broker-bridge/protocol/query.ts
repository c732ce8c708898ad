/** Fields of a task whose value is one text, as a query names them. */
export const textFields = [
  'id',
  'name',
  'state',
  'worker',
  'queue',
  'exchange',
  'routing_key',
  'root',
  'parent',
  'exception',
  'result',
  'traceback',
  'fingerprint',
  'is',
] as const
export type TextField = (typeof textFields)[number]

/** Fields that are a number: `runtime` in seconds, `retries` a count. */
export const numberFields = ['runtime', 'retries'] as const
export type NumberField = (typeof numberFields)[number]

/** Moments in a task's life: its newest in that state. `at` is its newest event, `ended` whatever ended it, `eta` and `expires` what its sender asked for. */
export const timeFields = ['at', 'sent', 'received', 'started', 'ended', 'eta', 'expires'] as const
export type TimeField = (typeof timeFields)[number]

export type Comparison = '<' | '<=' | '=' | '>=' | '>'

/**
 * A text to compare with, in lower case: the whole value has to be it, `*` standing for any characters; `parts` lie between the
 * stars. Of an exception, as Celery writes it, the type's name is enough: see `exceptionForms`.
 */
export interface Pattern {
  readonly parts: readonly string[]
}

/**
 * What a query means: the one tree that the store in memory and the history in SQL both evaluate. Texts compare without case.
 * A task that lacks the field does not match a comparison with it; `not` turns that round.
 */
export type Query =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Query[] }
  | { readonly kind: 'not'; readonly part: Query }
  /** Occurs, in lower case, in id, name, arguments, result, exception, traceback, worker or queue. */
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'text'; readonly field: TextField; readonly pattern: Pattern }
  | { readonly kind: 'number'; readonly field: NumberField; readonly comparison: Comparison; readonly value: number }
  /** `value` is epoch seconds: ages were resolved against the clock when the query was read. */
  | { readonly kind: 'time'; readonly field: TimeField; readonly comparison: Comparison; readonly value: number }
  /**
   * A value inside the arguments: `args.0`, `kwargs.address.city`. An empty path means the argument text itself. Where `args` is
   * followed by what is no whole number, as in `args.user_id`, the named arguments are meant. Names compare without case.
   */
  | {
      readonly kind: 'argument'
      readonly source: 'args' | 'kwargs'
      readonly path: readonly string[]
      readonly pattern: Pattern
    }
