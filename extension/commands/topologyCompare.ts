import * as vscode from 'vscode'
import { readTopology, topologyText } from '../../broker-bridge/protocol/index.ts'
import { topologyDocument } from '../documents/topologyDocuments.ts'
import { messageText, pickText } from '../shownText.ts'
import type { Execute, Warren } from '../warren.ts'
import { connectionOf } from './chooseConnection.ts'
import { liveTopology } from './topologyExport.ts'

const title = 'Compare Topologies'
/** Larger files are no definitions of one virtual host. */
const largestFile = 64_000_000

/** One side of a comparison. */
interface Side {
  readonly name: string
  readonly text: string
}

/** Shows the difference of two topologies, each from a definitions file or from a broker, in one order. */
export const compareTopologies: Execute = async (warren, argument) => {
  const given = argument instanceof vscode.Uri ? await fromFile(argument) : undefined
  const left = given ?? (await chooseSide(warren, 'What is compared?', connectionOf(argument)))
  const right = left && (await chooseSide(warren, `With what is ${pickText(left.name)} compared?`, undefined))
  if (!left || !right) return
  if (left.text === right.text)
    return void vscode.window.showInformationMessage(messageText(`${left.name} and ${right.name} have the same topology.`))
  const names = `${left.name} ↔ ${right.name}`
  const [before, after] = [topologyDocument(left.name, left.text), topologyDocument(right.name, right.text)]
  await vscode.commands.executeCommand('vscode.diff', before, after, messageText(names, 200), { preview: true })
}

interface Offer extends vscode.QuickPickItem {
  readonly connection: string | undefined
}

async function chooseSide(warren: Warren, placeHolder: string, connection: string | undefined): Promise<Side | undefined> {
  const active = warren.book.activeEntries()
  const of = active.find(({ saved }) => saved.id === connection)
  if (of) return fromBroker(warren, of.saved.id, of.saved.name)
  const offers: Offer[] = [
    ...active.map(({ saved }) => ({ label: pickText(saved.name), description: 'the broker as it is now', connection: saved.id })),
    { label: 'Choose a File…', description: 'a definitions file of Warren or RabbitMQ', connection: undefined },
  ]
  const picked = await vscode.window.showQuickPick(offers, { title, placeHolder })
  if (!picked) return undefined
  return picked.connection === undefined ? chooseFile(placeHolder) : fromBroker(warren, picked.connection, picked.label)
}

async function fromBroker(warren: Warren, connection: string, name: string): Promise<Side> {
  return { name, text: await liveTopology(warren, connection) }
}

async function chooseFile(openLabel: string): Promise<Side | undefined> {
  const filters = { 'Definitions of RabbitMQ': ['json'], 'All files': ['*'] }
  const chosen = await vscode.window.showOpenDialog({ title: openLabel, openLabel: 'Compare', filters, canSelectMany: false })
  return chosen?.[0] && fromFile(chosen[0])
}

/** @throws Error with a sentence that says what is wrong with the file */
async function fromFile(file: vscode.Uri): Promise<Side> {
  const name = file.path.split('/').at(-1) ?? 'file'
  const { size } = await vscode.workspace.fs.stat(file)
  if (size > largestFile) throw new Error(`${name} is too large to be a definitions file.`)
  const read = readTopology(Buffer.from(await vscode.workspace.fs.readFile(file)).toString('utf8'))
  if ('problem' in read) throw new Error(`${name}: ${read.problem}`)
  return { name, text: topologyText(read) }
}
