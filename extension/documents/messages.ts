import * as vscode from 'vscode'
import { messageOf, visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { GetMessageParams, WaitingMessage } from '../../broker-bridge/protocol/index.ts'
import type { Bridge } from '../bridge/bridge.ts'
import { schemes } from '../contributions.ts'
import type { Disposable } from '../lifecycle.ts'
import { messageForm, messageText } from './messagesText.ts'
import { documentName } from './tracebackText.ts'

/** Opens the body of a message as a read-only document in the language it is written in. */
export async function showMessageDocument(key: GetMessageParams, message: WaitingMessage): Promise<void> {
  const { language, ending } = messageForm(message)
  const { connection, virtualHost, queue, mark } = key
  const query = new URLSearchParams({ connection, queue, mark, ...(virtualHost === undefined ? {} : { virtualHost }) }).toString()
  const name = documentName(message.name ?? queue, message.id ?? String(message.position))
  const uri = vscode.Uri.from({ scheme: schemes.message, path: `/${name}.${ending}`, query })
  const opened = await vscode.workspace.openTextDocument(uri)
  const document = await vscode.languages.setTextDocumentLanguage(opened, language)
  await vscode.window.showTextDocument(document, { preview: true })
}

/** Serves the bodies of messages that were looked at. */
export function registerMessageDocuments(bridge: Bridge): Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(schemes.message, {
    provideTextDocumentContent: (uri) => content(bridge, uri),
  })
}

async function content(bridge: Bridge, uri: vscode.Uri): Promise<string> {
  const key = messageOfDocument(uri.query)
  if (!key) return '# This address names no message.\n'
  try {
    return messageText(await (await bridge.session()).client.request('getMessage', key))
  } catch (error) {
    return `# ${visibleLine(messageOf(error), 500)}\n`
  }
}

/** The message a document's address names. */
export function messageOfDocument(query: string): GetMessageParams | undefined {
  const params = new URLSearchParams(query)
  const [connection, queue, mark] = [params.get('connection'), params.get('queue'), params.get('mark')]
  if (connection === null || queue === null || mark === null) return undefined
  const virtualHost = params.get('virtualHost')
  return { connection, queue, mark, ...(virtualHost === null ? {} : { virtualHost }) }
}
