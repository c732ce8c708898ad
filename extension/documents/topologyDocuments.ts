import * as vscode from 'vscode'
import { schemes } from '../contributions.ts'
import type { Disposable } from '../lifecycle.ts'

/** Texts that an open comparison shows; older ones are let go. */
const texts = new Map<string, string>()
const mostTexts = 20
let count = 0

/** Serves both sides of a comparison as read-only documents. */
export function registerTopologyDocuments(): Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(schemes.topology, {
    provideTextDocumentContent: ({ query }) => texts.get(query) ?? '// This comparison is over; compare the topologies again.\n',
  })
}

/** An address under which this text can be opened. @param name of the document, as a tab shows it */
export function topologyDocument(name: string, text: string): vscode.Uri {
  const key = String(++count)
  texts.set(key, text)
  const [oldest] = texts.keys()
  if (texts.size > mostTexts && oldest !== undefined) texts.delete(oldest)
  return vscode.Uri.from({ scheme: schemes.topology, path: `/${name.replace(/[/\\]/g, '-')}.json`, query: key })
}
