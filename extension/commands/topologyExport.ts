import * as vscode from 'vscode'
import { topologyFileName, topologyText } from '../../broker-bridge/protocol/index.ts'
import { messageText } from '../shownText.ts'
import type { Execute, Warren } from '../warren.ts'
import { chooseConnection } from './chooseConnection.ts'

/** A broker with very many queues takes its time, in milliseconds. */
export const topologyPatience = 30_000

/** Writes queues, exchanges, bindings and policies of a connection's virtual host to a definitions file. */
export const exportTopology: Execute = async (warren, argument) => {
  const title = 'Export Topology'
  const connection = await chooseConnection(warren, argument, title)
  if (connection === undefined) return
  const text = await liveTopology(warren, connection)
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(process.env['HOME'] ?? '/')
  const target = await vscode.window.showSaveDialog({
    title,
    defaultUri: vscode.Uri.joinPath(folder, `${topologyFileName(await virtualHostOf(warren, connection))}.json`),
    filters: { 'Definitions of RabbitMQ': ['json'] },
  })
  if (target === undefined) return
  await vscode.workspace.fs.writeFile(target, Buffer.from(text, 'utf8'))
  const open = 'Open'
  const said = `Exported to ${target.fsPath}: queues, exchanges, bindings and policies; no users and no passwords.`
  if ((await vscode.window.showInformationMessage(messageText(said), open)) === open)
    await vscode.commands.executeCommand('vscode.open', target)
}

/** The broker's topology as it is now, in one order. @throws RequestError with the bridge's refusal */
export async function liveTopology(warren: Warren, connection: string): Promise<string> {
  const { client } = await warren.bridge.session()
  const options = { location: vscode.ProgressLocation.Notification, title: 'Reading the topology of the broker' }
  return vscode.window.withProgress(options, async () =>
    topologyText(await client.request('exportTopology', { connection }, topologyPatience)),
  )
}

async function virtualHostOf(warren: Warren, connection: string): Promise<string> {
  const { client } = await warren.bridge.session()
  const hosts = await client.request('listVirtualHosts', { connection }).catch(() => null)
  return hosts?.current ?? '/'
}
