import { visibleLine } from '../../protocol/index.ts'
import { asObject, depthLimit, isDeeperThan, ownField } from './json.ts'
import type { Outcome } from './outcome.ts'
import { refuse, succeed } from './outcome.ts'

/** The parts of a task message's body, each a JSON text. */
export interface TaskArguments {
  /** A JSON array. */
  readonly args: string
  /** A JSON object. */
  readonly kwargs: string
  /** A JSON object with `callbacks`, `errbacks`, `chain`, `chord`; absent where the task belongs to no canvas. */
  readonly embed?: string | undefined
}

const noEmbed = '{"callbacks":null,"errbacks":null,"chain":null,"chord":null}'
const loneSurrogate = /\p{Surrogate}/u

/**
 * Builds the body of a task message out of the texts as they are, so that big integers keep their digits. It always has three parts,
 * an array, an object and an object: any other shape makes workers exit (seen with Celery 4.4.7, 5.2.6 and 5.5.3).
 */
export function taskBody({ args, kwargs, embed }: TaskArguments): Outcome<Buffer> {
  const problem =
    checkPart(args, 'args', 'a JSON array such as [1, "two"]', Array.isArray) ??
    checkPart(kwargs, 'kwargs', 'a JSON object such as {"retries": 3}', isObject) ??
    (embed === undefined
      ? undefined
      : checkPart(embed, 'embed', 'a JSON object with callbacks, errbacks, chain and chord', isEmbed))
  return problem ?? succeed(Buffer.from(`[${args},${kwargs},${embed ?? noEmbed}]`, 'utf8'))
}

type Refused = ReturnType<typeof refuse>
type Shape = (value: unknown) => boolean

function checkPart(text: string, where: string, expected: string, hasShape: Shape): Refused | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return refuse(where, notJson(text, where, expected, error))
  }
  if (!hasShape(value)) return refuse(where, `${where} must be ${expected}.`)
  if (isDeeperThan(value, depthLimit)) {
    return refuse(where, `${where} is nested deeper than ${depthLimit} levels; make it flatter.`)
  }
  if (loneSurrogate.test(text)) return refuse(where, `${where} has half a character in it (a lone surrogate); correct it.`)
  return checkValue(value, where, where)
}

function notJson(text: string, where: string, expected: string, error: unknown): string {
  if (/\b(?:NaN|Infinity)\b/.test(text))
    return `${where} has NaN or Infinity in it, which JSON does not know; send null or a text.`
  const detail = error instanceof Error ? visibleLine(error.message) : ''
  return `${where} is not JSON (${detail}); write ${expected}.`
}

function isObject(value: unknown): boolean {
  return asObject(value) !== undefined && !isTagged(value)
}

const isNullOr = (value: unknown, shape: Shape): boolean => value === null || value === undefined || shape(value)
const isSignature: Shape = (value) => typeof ownField(value, 'task') === 'string'
const areSignatures: Shape = (value) => Array.isArray(value) && value.every(isSignature)
const embedShapes: Readonly<Record<string, Shape>> = {
  callbacks: areSignatures,
  errbacks: areSignatures,
  chain: areSignatures,
  chord: isSignature,
}

function isEmbed(value: unknown): boolean {
  const keys = Object.keys(asObject(value) ?? { no: 'object' })
  return keys.every((key) => {
    const shape = Object.hasOwn(embedShapes, key) ? embedShapes[key] : undefined
    return shape !== undefined && isNullOr(ownField(value, key), shape)
  })
}

/** Looks at every value inside for what a worker could not read. Nesting was checked before. */
function checkValue(value: unknown, path: string, where: string): Refused | undefined {
  if (typeof value === 'number')
    return Number.isFinite(value) ? undefined : refuse(where, `${path} is a number too large for any worker.`)
  if (typeof value === 'string') return checkText(value, path, where)
  if (typeof value !== 'object' || value === null) return undefined
  if (isTagged(value) && !isKnownTag(value)) {
    return refuse(
      where,
      `${path} has exactly the keys __type__ and __value__, which workers take for a type they do not know and then drop the task; rename a key.`,
    )
  }
  for (const [key, inner] of Object.entries(value)) {
    const step = Array.isArray(value) ? `[${key}]` : `.${key.slice(0, 100)}`
    const problem = checkText(key, path, where) ?? checkValue(inner, path + step, where)
    if (problem !== undefined) return problem
  }
  return undefined
}

function checkText(text: string, path: string, where: string): Refused | undefined {
  return loneSurrogate.test(text)
    ? refuse(where, `${path} has half a character in it (a lone surrogate); correct it.`)
    : undefined
}

/** What kombu from 5.3 on takes for a value of a type that JSON does not have. */
function isTagged(value: unknown): boolean {
  const object = asObject(value)
  return (
    object !== undefined &&
    Object.keys(object).length === 2 &&
    Object.hasOwn(object, '__type__') &&
    Object.hasOwn(object, '__value__')
  )
}

const day = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/
const clock = /^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{3}|\.\d{6})?)?(?:[+-](?:[01]\d|2[0-3]):[0-5]\d)?$/
const decimal = /^[+-]?\d{1,1000}(?:\.\d{1,1000})?(?:[eE][+-]?\d{1,5})?$/

/** The types kombu brings along. One whose value cannot be read would be dropped like an unknown one. */
const tags: Readonly<Record<string, (value: string) => boolean>> = {
  date: (value) => isDay(value),
  time: (value) => clock.test(value),
  datetime: (value) => isDay(value.slice(0, 10)) && /^[T ]/.test(value.slice(10)) && clock.test(value.slice(11)),
  decimal: (value) => decimal.test(value),
  bytes: () => true,
  base64: (value) => /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value),
}

function isDay(value: string): boolean {
  return day.test(value) && !value.startsWith('0000') && new Date(`${value}T00:00:00Z`).toISOString().startsWith(value)
}

function isKnownTag(value: unknown): boolean {
  const type = ownField(value, '__type__')
  const inner = ownField(value, '__value__')
  if (type === 'uuid') return isUuid(inner)
  if (typeof type !== 'string' || typeof inner !== 'string' || !Object.hasOwn(tags, type)) return false
  return tags[type]?.(inner) === true
}

function isUuid(value: unknown): boolean {
  const hex = ownField(value, 'hex')
  return Object.keys(asObject(value) ?? {}).length === 1 && typeof hex === 'string' && /^[0-9a-f]{32}$/i.test(hex)
}
