import { randomUUID } from 'node:crypto'
import * as vscode from 'vscode'
import { confirmed } from '../../broker-bridge/protocol/index.ts'
import type { QueueKey } from '../../broker-bridge/protocol/index.ts'
import { messageText, pickText } from '../shownText.ts'
import type { Execute, Warren } from '../warren.ts'
import { contentTypeOf } from './publishMessageBody.ts'
import { confirms } from './perform.ts'
import { queueFor } from './showMessagesQueue.ts'

const title = 'Publish Message'

interface Body {
  readonly body: string
  readonly contentType: string
}

/** Sends a message to a queue: the text of the editor in front, or one that is typed. */
export const publishMessage: Execute = async (warren, argument) => {
  const queue = await queueFor(warren, argument, title)
  const message = queue && (await chooseBody(`${title} to ${pickText(queue.queue, 100)}`))
  if (!queue || !message) return
  if (await publish(warren, queue, message))
    void vscode.window.showInformationMessage(messageText(`Published a message to ${queue.queue}.`))
}

/** False when the user said no. */
async function publish({ bridge }: Warren, queue: QueueKey, message: Body): Promise<boolean> {
  const { client } = await bridge.session()
  let agreed = true
  await confirmed(client, 'publishMessage', { ...queue, ...message, key: randomUUID() }, async (confirmation) => {
    agreed = await confirms(confirmation)
    return agreed
  })
  return agreed
}

async function chooseBody(heading: string): Promise<Body | undefined> {
  const document = vscode.window.activeTextEditor?.document
  if (!document) return typeBody(heading)
  const name = pickText(document.uri.path.split('/').at(-1) ?? '', 100)
  const items = [
    { label: `Text of ${name}`, detail: 'As it stands in the editor now', typed: false },
    { label: 'Type the body…', detail: 'One line', typed: true },
  ]
  const picked = await vscode.window.showQuickPick(items, { title: heading, placeHolder: 'What shall the message hold?' })
  if (!picked) return undefined
  if (picked.typed) return typeBody(heading)
  const body = document.getText()
  return { body, contentType: contentTypeOf(body, document.languageId) }
}

async function typeBody(heading: string): Promise<Body | undefined> {
  const body = await vscode.window.showInputBox({
    title: heading,
    prompt: 'The body. JSON is sent as application/json, anything else as text/plain.',
    value: '{}',
    valueSelection: [1, 1],
    ignoreFocusOut: true,
  })
  return body === undefined ? undefined : { body, contentType: contentTypeOf(body, 'plaintext') }
}
