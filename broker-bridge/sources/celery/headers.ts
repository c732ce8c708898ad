import type { Outcome } from './outcome.ts'
import { refuse, succeed } from './outcome.ts'

/** A value amqplib encodes as exactly this AMQP type, instead of choosing one by itself. */
export interface TypedValue {
  readonly '!': 'int' | 'long' | 'double' | 'timestamp'
  readonly value: number | bigint
}

/** What may stand in a header after `safeHeaders`: no bare number is among it. */
export type SafeValue = null | boolean | string | TypedValue | readonly SafeValue[] | SafeTable
export interface SafeTable {
  readonly [name: string]: SafeValue
}

const depthLimit = 16
const entryLimit = 1_000
const nameBytes = 255
const int32 = 2_147_483_647
const int64 = 9_223_372_036_854_775_807n
const loneSurrogate = /\p{Surrogate}/u

/**
 * Makes a header table that amqplib encodes so that every Celery worker reads it as it was meant.
 *
 * Left to itself, amqplib writes integers from 128 to 32767 as AMQP type `s`, which py-amqp reads as a short string: the worker
 * exits or reconnects for ever, the message is requeued and kills the next one (seen with Celery 4.4.7, 5.2.6 and 5.5.3). So every
 * number is given its type here. Refuses, with the path of the value, what has no safe encoding.
 */
export function safeHeaders(table: Readonly<Record<string, unknown>>): Outcome<SafeTable> {
  const reader = new SafeReader()
  const value = reader.table(table, 'headers', 0)
  return reader.problem ?? succeed(value)
}

/** Walks once and remembers the first problem; what it returns after one is not used. */
class SafeReader {
  problem: ReturnType<typeof refuse> | undefined
  #entries = 0

  table(table: object, path: string, depth: number): SafeTable {
    const safe = Object.create(null) as Record<string, SafeValue>
    for (const [name, value] of Object.entries(table)) {
      if (value === undefined) continue
      if (this.#stop(path, depth)) break
      safe[name] = this.#value(value, `${path}.${name.slice(0, 100)}`, depth)
      if (name === '!') this.#refuse(path, 'has a field called "!", which the AMQP library would take for a type; rename it')
      else if (Buffer.byteLength(name) > nameBytes) this.#refuse(path, 'has a name longer than 255 bytes; shorten it')
      else if (loneSurrogate.test(name)) this.#refuse(path, 'has a name with half a character in it; correct it')
    }
    return safe
  }

  #value(value: unknown, path: string, depth: number): SafeValue {
    if (value === null || typeof value === 'boolean') return value
    if (typeof value === 'string') return this.#text(value, path)
    if (typeof value === 'number' || typeof value === 'bigint') return this.#number(value, path)
    if (Array.isArray(value)) return this.#array(value, path, depth + 1)
    if (typeof value !== 'object') return this.#refuse(path, `is a ${typeof value}, which no message can carry; remove it`)
    return typedValue(value) ?? this.#object(value, path, depth + 1)
  }

  #text(text: string, path: string): SafeValue {
    return loneSurrogate.test(text) ? this.#refuse(path, 'has half a character in it; correct it') : text
  }

  #number(value: number | bigint, path: string): SafeValue {
    return typedNumber(value) ?? this.#refuse(path, `is the number ${value}, which has no exact encoding; send it as text`)
  }

  #array(values: readonly unknown[], path: string, depth: number): SafeValue {
    const safe: SafeValue[] = []
    for (const [index, value] of values.entries()) {
      if (this.#stop(path, depth)) break
      safe.push(this.#value(value, `${path}[${index}]`, depth))
    }
    return safe
  }

  #object(value: object, path: string, depth: number): SafeValue {
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) return this.#refuse(path, 'is not a plain object; send its parts')
    return this.table(value, path, depth)
  }

  #stop(path: string, depth: number): boolean {
    if (depth > depthLimit) this.#refuse(path, `is nested deeper than ${depthLimit} levels; flatten it`)
    else if (++this.#entries > entryLimit) this.#refuse('headers', `hold more than ${entryLimit} values; send fewer`)
    return this.problem !== undefined
  }

  #refuse(path: string, complaint: string): null {
    this.problem ??= refuse(path, `The message was not sent: ${path} ${complaint}.`)
    return null
  }
}

function typedNumber(value: number | bigint): TypedValue | undefined {
  if (typeof value === 'bigint') return value <= int64 && value >= -int64 ? { '!': 'long', value } : undefined
  if (!Number.isFinite(value)) return undefined
  if (!Number.isInteger(value)) return { '!': 'double', value }
  if (Math.abs(value) <= int32) return { '!': 'int', value }
  return Number.isSafeInteger(value) ? { '!': 'long', value } : undefined
}

/** Accepts what this file itself makes, and the timestamps amqplib reads from `x-death`; any other typed value is refused as a table. */
function typedValue(value: object): TypedValue | undefined {
  if (!Object.hasOwn(value, '!') || !Object.hasOwn(value, 'value') || Object.keys(value).length !== 2) return undefined
  const { '!': type, value: inner } = value as { '!': unknown; value: unknown }
  if (typeof inner !== 'number' && typeof inner !== 'bigint') return undefined
  if (type === 'timestamp') return inner >= 0 && Number.isSafeInteger(Number(inner)) ? { '!': type, value: inner } : undefined
  const typed = typedNumber(inner)
  if (typed === undefined) return undefined
  if (type === typed['!']) return typed
  return type === 'long' && typed['!'] === 'int' ? { '!': type, value: inner } : undefined
}
