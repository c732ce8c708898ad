import * as vscode from 'vscode'
import { findAddresses } from './envAddresses.ts'
import type { FoundAddress } from './envAddresses.ts'

/** An address and the workspace file that names it. */
export interface WorkspaceAddress extends FoundAddress {
  /** Path below the workspace. */
  readonly file: string
}

const mostFiles = 20
const largestFile = 200_000

/** The broker addresses in the workspace's `.env` files, those nearest to its root first. They are read, not connected to. */
export async function findWorkspaceAddresses(): Promise<WorkspaceAddress[]> {
  const excluded = '**/{node_modules,.git,.venv,venv,site-packages}/**'
  const uris = await vscode.workspace.findFiles('**/{.env,.env.*,*.env}', excluded, mostFiles)
  const depth = (uri: vscode.Uri): number => uri.path.split('/').length
  const sorted = uris.sort((a, b) => depth(a) - depth(b) || a.path.length - b.path.length)
  const found = (await Promise.all(sorted.map(addressesIn))).flat()
  return found.filter(({ address }, index) => found.findIndex((other) => other.address === address) === index)
}

async function addressesIn(uri: vscode.Uri): Promise<WorkspaceAddress[]> {
  try {
    if ((await vscode.workspace.fs.stat(uri)).size > largestFile) return []
    const text = Buffer.from(await vscode.workspace.fs.readFile(uri)).toString('utf8')
    return findAddresses(text).map((found) => ({ ...found, file: vscode.workspace.asRelativePath(uri) }))
  } catch {
    return []
  }
}
