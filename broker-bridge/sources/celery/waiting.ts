import type { WaitingMessage } from '../../protocol/index.ts'
import { cutText, textOfBody, unpack } from '../messages/content.ts'
import { headerOf, numberOf, textOf } from '../messages/describe.ts'
import type { Reading } from '../messages/describe.ts'
import { readForm, serializerOf } from '../messages/forms.ts'
import { jsonMembers } from '../messages/jsonParts.ts'
import { jsonText } from '../messages/jsonText.ts'
import { readMsgpack } from '../messages/msgpack.ts'
import type { RawMessage } from '../messages/queues.ts'
import { asObject, ownField } from './json.ts'

type Parts = Pick<WaitingMessage, 'args' | 'kwargs' | 'canvas'>
const noParts: Parts = { args: null, kwargs: null, canvas: null }

/**
 * A waiting Celery task. The header `task` is how workers tell protocol 2 from 1, whose body holds everything (Celery 4.4 to 5.5).
 * Null where it is none. Pure; never throws.
 */
export function readWaiting(message: RawMessage, bodyLimit: number): Reading | null {
  const name = textOf(headerOf(message, 'task'))
  return name === null ? readProtocol1(message, bodyLimit) : readProtocol2(message, name, bodyLimit)
}

function readProtocol2(message: RawMessage, name: string, bodyLimit: number): Reading {
  const header = (key: string) => headerOf(message, key)
  const content = unpack(message.content, header('compression'))
  const known = {
    kind: 'celery',
    id: textOf(header('id')),
    name,
    eta: textOf(header('eta')),
    expires: textOf(header('expires')),
    retries: numberOf(header('retries')),
    root: textOf(header('root_id')),
    parent: textOf(header('parent_id')),
    group: textOf(header('group')),
    origin: textOf(header('origin')),
  } as const
  if ('problem' in content) return { ...readForm(message, message.content, bodyLimit), ...known, problem: content.problem }
  const form = readForm(message, content, bodyLimit)
  return { ...form, serializer: serializerNamed(message), ...partsOf(message, content), ...known }
}

function serializerNamed(message: RawMessage): string | null {
  const serializer = serializerOf(message)
  return serializer === 'text' || serializer === 'binary' || serializer === 'empty' ? null : serializer
}

/** The arguments, where the body can be read without running anything. */
function partsOf(message: RawMessage, content: Buffer): Parts & { readonly problem?: string } {
  const serializer = serializerOf(message)
  if (serializer === 'pickle' || serializer === 'yaml') return noParts
  const parts = serializer === 'msgpack' ? msgpackParts(content) : jsonParts(content, message)
  return (
    parts ?? { ...noParts, problem: 'Its body is not of the shape of a Celery task: [arguments, keyword arguments, embedded].' }
  )
}

function msgpackParts(content: Buffer): Parts | null {
  const value = readMsgpack(content)?.value
  if (!Array.isArray(value) || value.length !== 3) return null
  const [args, kwargs, embed] = value as unknown[]
  return { args: jsonText(args), kwargs: jsonText(kwargs), canvas: hasCanvas(embed) ? jsonText(embed) : null }
}

function jsonParts(content: Buffer, { properties }: RawMessage): Parts | null {
  const members = jsonMembers(textOfBody(content, properties['contentEncoding']))
  if (!members || !('list' in members) || members.list.length !== 3) return null
  const [args = null, kwargs = null, embed = 'null'] = members.list
  return { args, kwargs, canvas: canvasOf(embed) }
}

function canvasOf(embed: string): string | null {
  const members = jsonMembers(embed)
  const holds = members && 'table' in members && [...members.table.values()].some((value) => value !== 'null' && value !== '[]')
  return holds === true ? embed : null
}

/** Whether nothing follows a task. @param embed the third part of its body, as JSON text */
export function isEmptyCanvas(embed: string): boolean {
  return canvasOf(embed.trim()) === null
}

/** Whether something follows a task. @param embed the value of the third part of its body */
export function hasCanvas(embed: unknown): boolean {
  return Object.values(asObject(embed) ?? {}).some((value) => value !== null && !(Array.isArray(value) && value.length === 0))
}

const protocol1 = ['task', 'id', 'args', 'kwargs'] as const

function readProtocol1(message: RawMessage, bodyLimit: number): Reading | null {
  const serializer = serializerOf(message)
  if (serializer !== 'json' && serializer !== 'msgpack') return null
  const content = unpack(message.content, headerOf(message, 'compression'))
  if ('problem' in content) return null
  const fields = serializer === 'json' ? jsonFields(content, message) : msgpackFields(content)
  if (!fields || protocol1.some((key) => !fields.has(key))) return null
  return {
    ...readForm(message, content, bodyLimit),
    ...protocol1Facts(fields),
    kind: 'celery',
    serializer,
    ...cutText(shownBody(fields), bodyLimit),
  }
}

function protocol1Facts(fields: ReadonlyMap<string, string>): Partial<WaitingMessage> {
  const text = (key: string): string | null => textOf(valueOf(fields.get(key)))
  return {
    id: text('id'),
    name: text('task'),
    args: fields.get('args') ?? null,
    kwargs: fields.get('kwargs') ?? null,
    eta: text('eta'),
    expires: text('expires'),
    retries: numberOf(valueOf(fields.get('retries'))),
    group: text('taskset') ?? text('group'),
  }
}

function shownBody(fields: ReadonlyMap<string, string>): string {
  return `{${[...fields].map(([name, value]) => `${JSON.stringify(name)}:${value}`).join(',')}}`
}

function valueOf(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown)
  } catch {
    return undefined
  }
}

function jsonFields(content: Buffer, { properties }: RawMessage): ReadonlyMap<string, string> | null {
  const members = jsonMembers(textOfBody(content, properties['contentEncoding']))
  return members && 'table' in members ? members.table : null
}

function msgpackFields(content: Buffer): ReadonlyMap<string, string> | null {
  const value = asObject(readMsgpack(content)?.value)
  return value ? new Map(Object.keys(value).map((key) => [key, jsonText(ownField(value, key))])) : null
}
