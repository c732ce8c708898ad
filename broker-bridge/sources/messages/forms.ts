import type { MessageKind } from '../../protocol/index.ts'
import { contentTypeOf, cutText, decodedLimit, textOfBody } from './content.ts'
import type { Reading } from './describe.ts'
import { jsonText } from './jsonText.ts'
import { readMsgpack } from './msgpack.ts'
import { listPickle } from './pickle.ts'
import type { RawMessage } from './queues.ts'

/** Serializers by the content types that kombu and others use. */
const serializers: ReadonlyMap<string, MessageKind> = new Map([
  ['application/json', 'json'],
  ['text/json', 'json'],
  ['application/x-python-serialize', 'pickle'],
  ['application/x-yaml', 'yaml'],
  ['application/yaml', 'yaml'],
  ['text/yaml', 'yaml'],
  ['application/x-msgpack', 'msgpack'],
  ['application/msgpack', 'msgpack'],
])

/** How a body is written, by its sender's word, else by its bytes. */
export function serializerOf(message: Pick<RawMessage, 'properties' | 'content'>): MessageKind {
  const said = serializers.get(contentTypeOf(message))
  return said ?? guess(message.content)
}

function guess(content: Buffer): MessageKind {
  if (content.length === 0) return 'empty'
  if (content[0] === 0x80 && (content[1] ?? 9) <= 5 && content.at(-1) === 0x2e) return 'pickle'
  if (!isText(content)) return 'binary'
  const [first, last] = [content[0], content.at(-1)]
  return (first === 0x7b && last === 0x7d) || (first === 0x5b && last === 0x5d) ? 'json' : 'text'
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function isText(content: Buffer): boolean {
  try {
    // A cut at the end may go through a character.
    utf8.decode(content.subarray(0, 4_096), { stream: content.length > 4_096 })
    return !content.subarray(0, 4_096).includes(0)
  } catch {
    return false
  } finally {
    utf8.decode()
  }
}

/** What is shown of a body, by its form alone. Pure; never throws. */
export function readForm(message: RawMessage, content: Buffer, bodyLimit: number): Reading {
  const serializer = content.length === 0 ? 'empty' : serializerOf({ ...message, content })
  const known = serializer === 'empty' || serializer === 'text' || serializer === 'binary' ? null : serializer
  return { kind: serializer, serializer: known, ...shown(serializer, content, message.properties['contentEncoding'], bodyLimit) }
}

type Shown = Pick<Reading, 'body' | 'cut' | 'problem'>

function shown(kind: MessageKind, content: Buffer, encoding: unknown, bodyLimit: number): Shown {
  if (kind === 'pickle') return listPickle(content, bodyLimit)
  if (kind === 'msgpack') return shownMsgpack(content, bodyLimit)
  if (kind === 'binary') return hex(content, bodyLimit)
  // Of a large body only the beginning is decoded: four bytes are the longest character.
  const part = content.subarray(0, Math.min(content.length, bodyLimit * 4 + 4))
  const { body, cut } = cutText(textOfBody(part, encoding), bodyLimit)
  return { body, cut: cut || part.length < content.length }
}

function shownMsgpack(content: Buffer, bodyLimit: number): Shown {
  const read = readMsgpack(content)
  if (read) return cutText(jsonText(read.value), bodyLimit)
  const why =
    content.length > decodedLimit ? 'It is larger than 16 MiB, so it was not decoded.' : 'It says that it is msgpack, and is not.'
  return { ...hex(content, bodyLimit), problem: why }
}

function hex(content: Buffer, bodyLimit: number): Shown {
  const part = content.subarray(0, Math.floor(bodyLimit / 2))
  return { body: part.toString('hex'), cut: part.length < content.length }
}
