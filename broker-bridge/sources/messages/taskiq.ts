import { cutText, decodedLimit, textOfBody } from './content.ts'
import { jsonString } from './dramatiq.ts'
import { serializerOf } from './forms.ts'
import { jsonMembers } from './jsonParts.ts'
import type { MessageReader } from './readers.ts'

/** A message of Taskiq in JSON: the fields of `taskiq.message.TaskiqMessage` (0.11). */
export const readTaskiq: MessageReader = (message, bodyLimit) => {
  if (message.content.length > decodedLimit || serializerOf(message) !== 'json') return null
  const text = textOfBody(message.content, 'utf-8')
  const members = jsonMembers(text)
  if (!members || !('table' in members)) return null
  const { table } = members
  const [name, id] = [jsonString(table.get('task_name')), jsonString(table.get('task_id'))]
  const [args, kwargs] = [table.get('args'), table.get('kwargs')]
  if (name === null || id === null || args === undefined || kwargs === undefined || !table.has('labels')) return null
  return { kind: 'taskiq', serializer: 'json', id, name, args, kwargs, ...cutText(text, bodyLimit) }
}
