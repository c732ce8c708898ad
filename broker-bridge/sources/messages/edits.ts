import type { RequeueMessageParams } from '../../protocol/index.ts'
import type { RawMessage } from './queues.ts'

/** What is to be another way in a message; absent stays as it is. */
export type Edits = Pick<RequeueMessageParams, 'args' | 'kwargs' | 'eta' | 'body'>

export interface EditedMessage {
  readonly content?: Buffer
  /** Headers that change; undefined takes one away. */
  readonly headers?: Readonly<Record<string, unknown>>
}

/** Changes a message, or says in one sentence why it cannot be changed so. */
export type MessageEditor = (message: RawMessage, edits: Edits) => EditedMessage | { readonly problem: string }

/** What can be changed in any message: its whole body. What is more takes somebody who knows what the body means. */
export const editBody: MessageEditor = (_message, { args, kwargs, eta, body }) => {
  if (args !== undefined || kwargs !== undefined || eta !== undefined)
    return { problem: 'Only of tasks whose messages Warren can write can the arguments or the ETA be changed; this is none.' }
  return body === undefined ? {} : { content: Buffer.from(body) }
}
