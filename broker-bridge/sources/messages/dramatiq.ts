import { cutText, decodedLimit, textOfBody } from './content.ts'
import { jsonMembers } from './jsonParts.ts'
import type { MessageReader } from './readers.ts'
import { serializerOf } from './forms.ts'

/** A message of Dramatiq: a JSON object whose fields are those of `dramatiq.Message` (1.17). */
export const readDramatiq: MessageReader = (message, bodyLimit) => {
  if (message.content.length > decodedLimit || serializerOf(message) !== 'json') return null
  const text = textOfBody(message.content, 'utf-8')
  const members = jsonMembers(text)
  if (!members || !('table' in members)) return null
  const { table } = members
  const name = jsonString(table.get('actor_name'))
  const id = jsonString(table.get('message_id'))
  const [args, kwargs] = [table.get('args'), table.get('kwargs')]
  if (name === null || id === null || args === undefined || kwargs === undefined) return null
  const options = optionsOf(table.get('options'))
  const sent = Number(table.get('message_timestamp'))
  return {
    kind: 'dramatiq',
    serializer: 'json',
    id,
    name,
    args,
    kwargs,
    ...(Number.isFinite(sent) ? { at: sent / 1_000 } : {}),
    eta: momentOf(options.get('eta')),
    retries: countOf(options.get('retries')),
    ...cutText(text, bodyLimit),
  }
}

export function jsonString(text: string | undefined): string | null {
  if (!text?.startsWith('"')) return null
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'string' ? value : null
  } catch {
    return null
  }
}

function optionsOf(text: string | undefined): ReadonlyMap<string, string> {
  const members = text === undefined ? null : jsonMembers(text)
  return members && 'table' in members ? members.table : new Map<string, string>()
}

/** Dramatiq's moments are milliseconds since 1970. */
function momentOf(text: string | undefined): string | null {
  const date = new Date(Number(text))
  return text === undefined || Number.isNaN(date.getTime()) ? null : date.toISOString()
}

function countOf(text: string | undefined): number | null {
  const count = Number(text)
  return text !== undefined && Number.isInteger(count) ? count : null
}
