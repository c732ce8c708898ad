import { parse, stringify } from 'lossless-json'
import { visibleText } from '../../broker-bridge/protocol/index.ts'
import type { WaitingMessage } from '../../broker-bridge/protocol/index.ts'

/** In which language a body is shown, and how its document's name ends. */
export interface MessageForm {
  readonly language: 'json' | 'yaml' | 'plaintext'
  readonly ending: 'json' | 'yaml' | 'txt'
}

const json: MessageForm = { language: 'json', ending: 'json' }
const yaml: MessageForm = { language: 'yaml', ending: 'yaml' }
const plain: MessageForm = { language: 'plaintext', ending: 'txt' }

export function messageForm(message: WaitingMessage): MessageForm {
  if (isPickle(message)) return plain
  if (message.kind === 'yaml' || message.serializer === 'yaml') return yaml
  return prettyJson(message.body) === undefined ? plain : json
}

/** The body as a document shows it: JSON with line breaks and every digit, other text as it is, what is no text with a word before it. */
export function messageText(message: WaitingMessage): string {
  const { kind, body, bytes } = message
  const cut = message.cut ? `# Only the beginning of ${bytes} bytes: the rest is too large to be shown.\n` : ''
  if (kind === 'empty') return ''
  if (isPickle(message))
    return `# A pickle of ${bytes} bytes. It was not executed: this lists what its instructions say.\n${cut}\n${visibleText(body)}\n`
  if (kind === 'binary') return `# ${bytes} bytes that are no text, in hex.\n${cut}\n${hexText(body)}\n`
  const pretty = prettyJson(body)
  return pretty === undefined ? `${cut}${visibleText(body.replace(/\r\n?/g, '\n'))}` : `${pretty}\n`
}

function isPickle({ kind, serializer }: WaitingMessage): boolean {
  return kind === 'pickle' || serializer === 'pickle'
}

/** Characters that act instead of showing become JSON's own escapes, so that the text stays JSON and means the same. */
const unseen = /[\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g

function prettyJson(text: string): string | undefined {
  try {
    const pretty = stringify(parse(text), undefined, 2)
    return pretty?.replace(unseen, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
  } catch {
    return undefined
  }
}

function hexText(digits: string): string {
  const bytes = digits.replace(/\s+/g, '').match(/../g) ?? []
  const lines = Array.from({ length: Math.ceil(bytes.length / 16) }, (_, line) =>
    bytes.slice(line * 16, line * 16 + 16).join(' '),
  )
  return lines.join('\n')
}
