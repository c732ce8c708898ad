import { textOfBody } from '../messages/content.ts'
import { headerOf, textOf } from '../messages/describe.ts'
import { editBody } from '../messages/edits.ts'
import type { EditedMessage, Edits, MessageEditor } from '../messages/edits.ts'
import { serializerOf } from '../messages/forms.ts'
import { jsonMembers } from '../messages/jsonParts.ts'
import type { RawMessage } from '../messages/queues.ts'
import { taskBody } from './taskArguments.ts'
import { pythonRepr } from './pythonRepr.ts'

/** Changes arguments and ETA of a task in JSON by protocol 2; of everything else only the whole body. Pure. */
export const editWaiting: MessageEditor = (message, edits) => {
  const { args, kwargs, eta, body } = edits
  const isTask = textOf(headerOf(message, 'task')) !== null
  if (!isTask || (args === undefined && kwargs === undefined && eta === undefined)) return editBody(message, edits)
  if (body !== undefined) return { problem: 'Give either a whole body or arguments, not both.' }
  const wrong = eta === undefined ? null : wrongEta(eta)
  if (wrong !== null) return { problem: wrong }
  const changed = args === undefined && kwargs === undefined ? {} : editArguments(message, edits)
  if ('problem' in changed) return changed
  return { ...changed, headers: { ...changed.headers, ...(eta === undefined ? {} : { eta }) } }
}

function editArguments(message: RawMessage, { args, kwargs }: Edits): EditedMessage | { readonly problem: string } {
  if (serializerOf(message) !== 'json' || textOf(headerOf(message, 'compression')) !== null)
    return { problem: 'Only of tasks in uncompressed JSON can the arguments be changed.' }
  const members = jsonMembers(textOfBody(message.content, message.properties['contentEncoding']))
  if (!members || !('list' in members) || members.list.length !== 3)
    return { problem: 'The body of this message is not of the shape of a Celery task, so its arguments cannot be changed.' }
  const [oldArgs = '[]', oldKwargs = '{}', embed] = members.list
  const [newArgs, newKwargs] = [args ?? oldArgs, kwargs ?? oldKwargs]
  const content = taskBody({ args: newArgs, kwargs: newKwargs, embed: embed === 'null' ? undefined : embed })
  if (!content.ok) return { problem: content.problem.message }
  // What events and other monitors will show of the arguments.
  return { content: content.value, headers: { argsrepr: pythonRepr(newArgs, 'tuple'), kwargsrepr: pythonRepr(newKwargs) } }
}

function wrongEta(eta: string | null): string | null {
  if (eta === null) return null
  const hasZone = /(?:Z|[+-]\d\d:?\d\d)$/.test(eta)
  if (hasZone && /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(eta) && !Number.isNaN(Date.parse(eta))) return null
  return 'The ETA is a moment in ISO 8601 with a time zone, such as 2026-11-21T08:30:00+01:00.'
}
