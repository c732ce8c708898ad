import { QueueKey, visibleLine } from '../../broker-bridge/protocol/index.ts'
import type {
  ConnectionInfo,
  Death,
  MessageFilter,
  MessageKey,
  MessageKind,
  Peek,
  TaskKey,
  WaitingMessage,
} from '../../broker-bridge/protocol/index.ts'
import { formatCount } from '../text/numbers.ts'

/** A queue whose waiting messages are shown. Without a virtual host, the connection's own is meant. */
export const ShownQueue = QueueKey
export type ShownQueue = Readonly<QueueKey>

/** A message whose body shall be opened as a document. */
export type OpenBody = ShownQueue & { readonly mark: string }

/** Most messages that one look asks for. */
export const lookCount = 50

const kinds: Readonly<Record<MessageKind, string>> = {
  celery: 'Celery task',
  dramatiq: 'Dramatiq task',
  taskiq: 'Taskiq task',
  json: 'JSON',
  msgpack: 'MessagePack',
  yaml: 'YAML',
  pickle: 'Pickle',
  text: 'Text',
  binary: 'Binary',
  empty: 'Empty',
}

/** What a message is, in a word or two. */
export function kindText({ kind }: WaitingMessage): string {
  return kinds[kind]
}

/** How much of the queue is shown: `first 50 of 10,412`, `all 12`. */
export function extentText({ messages, ready }: Peek): string {
  const shown = messages.length
  if (ready === null) return offsetsText(messages)
  if (shown === 0) return 'no message'
  return ready > shown ? `first ${formatCount(shown)} of ${formatCount(ready)}` : `all ${formatCount(shown)}`
}

/** Which messages of a stream are shown: `offsets 50 to 99`. */
function offsetsText(messages: readonly WaitingMessage[]): string {
  const [first, last] = [messages[0]?.position, messages.at(-1)?.position]
  if (first === undefined || last === undefined) return 'no message'
  return first === last ? `offset ${formatCount(first)}` : `offsets ${formatCount(first)} to ${formatCount(last)}`
}

/** One line for the arguments: as a call is written, or the beginning of a body that is no task's. */
export function contentText({ args, kwargs, kind, body }: WaitingMessage): string {
  const parts = [args, kwargs].filter((text) => text !== null && text !== '[]' && text !== '{}')
  if (args !== null || kwargs !== null) return visibleLine(parts.join(' '))
  return kind === 'pickle' || kind === 'binary' ? '' : visibleLine(body)
}

/** Whether a text occurs in what is known of a message, in any case. */
export function isFound(message: WaitingMessage, text: string): boolean {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return true
  const { name, id, args, kwargs, headers, body } = message
  return [name, id, args, kwargs, body, headers].some((part) => part?.toLowerCase().includes(wanted))
}

/** The task that a message carries, as the feed names it. */
export function taskOf(connection: string, { id, name }: WaitingMessage): TaskKey | null {
  return id === null || name === null ? null : { connection, id }
}

export function keyOf({ mark, position }: WaitingMessage): MessageKey {
  return { mark, position }
}

/** Names a line of the list: two messages that are alike to the byte have one mark. */
export function lineOf({ mark, position }: WaitingMessage): string {
  return `${position} ${mark}`
}

/** `rejected in mail, 2 times`, for the newest of its deaths. */
export function deathText({ reason, queue, count }: Death): string {
  const times = count === 1 ? '' : `, ${formatCount(count)} times`
  return `${visibleLine(reason, 60)} in ${visibleLine(queue, 100)}${times}`
}

/** `842 B`, `12.3 kB`, `1.05 MB`. */
export function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${formatCount(bytes)} B`
  if (bytes < 1_000_000) return `${Number((bytes / 1_000).toPrecision(3))} kB`
  return `${Number((bytes / 1_000_000).toPrecision(3))} MB`
}

/** Why nothing can be changed on this connection, or null when it can. */
export function changeRefusal(connection: ConnectionInfo | undefined): string | null {
  if (!connection) return 'This connection is closed.'
  if (connection.readOnly) return 'This connection is read-only: Warren changes nothing on its broker.'
  return connection.status.kind === 'connected' ? null : visibleLine(connection.status.message, 300)
}

/** Which messages of a queue an action is about, as somebody chose them. */
export interface Which {
  readonly scope: 'selected' | 'matching'
  readonly name: string
  readonly text: string
  /** Minutes; empty for any age. */
  readonly olderThan: string
  /** Empty for all of them. */
  readonly first: string
}

export const everything: Omit<Which, 'scope'> = { name: '', text: '', olderThan: '', first: '' }

/** What is wrong with a choice, as one sentence; null when it can be sent. */
export function problemOf(which: Which): string | null {
  if (which.scope === 'selected') return null
  if (which.olderThan.trim() !== '' && !(Number(which.olderThan) > 0)) return 'An age is a number of minutes above 0.'
  const first = Number(which.first)
  return which.first.trim() === '' || (Number.isInteger(first) && first > 0)
    ? null
    : 'A number of messages is a whole number above 0.'
}

/** The choice as the bridge takes it. */
export function chosenOf(
  which: Which,
  selected: readonly WaitingMessage[],
): { messages?: MessageKey[]; filter?: MessageFilter; first?: number } {
  if (which.scope === 'selected') return { messages: selected.map(keyOf) }
  const { name, text, olderThan, first } = which
  const filter = {
    ...(name.trim() === '' ? {} : { name: name.trim() }),
    ...(text === '' ? {} : { text }),
    ...(olderThan.trim() === '' ? {} : { olderThan: Number(olderThan) * 60 }),
  }
  return { ...(Object.keys(filter).length === 0 ? {} : { filter }), ...(first.trim() === '' ? {} : { first: Number(first) }) }
}
