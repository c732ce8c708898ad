import * as vscode from 'vscode'
import { isLibraryFrame, messageOf, parseTraceback, visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { TaskKey, TracebackFrame } from '../../broker-bridge/protocol/index.ts'
import type { Bridge } from '../bridge/bridge.ts'
import { commandIds, schemes, tracebackLanguage } from '../contributions.ts'
import { DisposableStore } from '../lifecycle.ts'
import type { Disposable } from '../lifecycle.ts'
import { clockText } from '../shownText.ts'
import { findSources } from './sourceFiles.ts'
import type { SourceFile } from './sourceFiles.ts'
import { documentName, tracebackText } from './tracebackText.ts'

const mostLinks = 100

/** Opens the traceback of a task as a read-only document. */
export async function showTraceback(key: TaskKey, name: string | null): Promise<void> {
  const query = new URLSearchParams({ connection: key.connection, id: key.id }).toString()
  const uri = vscode.Uri.from({ scheme: schemes.task, path: `/${documentName(name, key.id)}.traceback`, query })
  const opened = await vscode.workspace.openTextDocument(uri)
  const document = await vscode.languages.setTextDocumentLanguage(opened, tracebackLanguage)
  // The cursor waits on the frame a reader wants first, so that Go to Definition leads straight to it.
  const frame = parseTraceback(document.getText()).findLast(({ file }) => !isLibraryFrame(file))
  const start = frame ? frameRange(document, frame).start : new vscode.Position(0, 0)
  await vscode.window.showTextDocument(document, { preview: true, selection: new vscode.Range(start, start) })
}

/** Serves traceback documents, makes links of the frames the workspace holds, and dims those of libraries. */
export function registerTracebackDocuments(bridge: Bridge): Disposable {
  const store = new DisposableStore()
  const selector = { scheme: schemes.task }
  const dimmed = store.add(vscode.window.createTextEditorDecorationType({ opacity: '0.65' }))
  const dim = (editors: readonly vscode.TextEditor[]): void => editors.forEach((editor) => dimLibraries(editor, dimmed))
  store.add(
    vscode.workspace.registerTextDocumentContentProvider(schemes.task, {
      provideTextDocumentContent: (uri) => content(bridge, uri),
    }),
  )
  store.add(vscode.languages.registerDocumentLinkProvider(selector, { provideDocumentLinks: links }))
  store.add(vscode.languages.registerDefinitionProvider(selector, { provideDefinition: definition }))
  store.add(vscode.window.onDidChangeVisibleTextEditors(dim))
  dim(vscode.window.visibleTextEditors)
  return store
}

/** The task a document's address names. */
export function taskOfDocument(uri: vscode.Uri): TaskKey | undefined {
  const params = new URLSearchParams(uri.query)
  const connection = params.get('connection')
  const id = params.get('id')
  return uri.scheme === schemes.task && connection !== null && id !== null ? { connection, id } : undefined
}

async function content(bridge: Bridge, uri: vscode.Uri): Promise<string> {
  const key = taskOfDocument(uri)
  if (!key) return '# This address names no task.\n'
  try {
    const task = await (await bridge.session()).client.request('getTask', key)
    return tracebackText(task, (at) => clockText(at, Date.now() / 1000))
  } catch (error) {
    return `# ${visibleLine(messageOf(error), 500)}\n`
  }
}

async function links(document: vscode.TextDocument): Promise<vscode.DocumentLink[]> {
  const found = new Map<string, Promise<SourceFile[]>>()
  const frames = parseTraceback(document.getText())
  for (const { file } of frames) if (found.size < mostLinks && !found.has(file)) found.set(file, findSources(file))
  const made = await Promise.all(frames.map(async (frame) => link(document, frame, (await found.get(frame.file)) ?? [])))
  return made.flat()
}

function link(document: vscode.TextDocument, frame: TracebackFrame, files: readonly SourceFile[]): vscode.DocumentLink[] {
  const file = files[0]
  if (!file) return []
  const args = encodeURIComponent(JSON.stringify([{ file: frame.file, line: frame.line }]))
  const made = new vscode.DocumentLink(frameRange(document, frame), vscode.Uri.parse(`command:${commandIds.openSource}?${args}`))
  made.tooltip =
    files.length === 1 ? `Open ${visibleLine(file.relative)}, line ${frame.line}` : `Choose among ${files.length} files`
  return [made]
}

/** From the file's name to the number of the line. */
function frameRange(document: vscode.TextDocument, frame: TracebackFrame): vscode.Range {
  const { text, lineNumber } = document.lineAt(frame.textLine)
  const end = /", line \d+/.exec(text)
  return new vscode.Range(lineNumber, text.indexOf('"') + 1, lineNumber, end ? end.index + end[0].length : text.length)
}

/** Go to Definition on a frame, or on the source line below it, for those who use the keyboard. */
async function definition(document: vscode.TextDocument, position: vscode.Position): Promise<vscode.Location[]> {
  const frames = parseTraceback(document.getText())
  const frame = frames.find(({ textLine }) => textLine === position.line || textLine + 1 === position.line)
  if (!frame) return []
  const files = await findSources(frame.file)
  return files.map(({ uri }) => new vscode.Location(uri, new vscode.Position(frame.line - 1, 0)))
}

function dimLibraries(editor: vscode.TextEditor, dimmed: vscode.TextEditorDecorationType): void {
  const { document } = editor
  if (document.uri.scheme !== schemes.task) return
  const frames = parseTraceback(document.getText()).filter(({ file }) => isLibraryFrame(file))
  editor.setDecorations(
    dimmed,
    frames.map(({ textLine }) => new vscode.Range(textLine, 0, lastLineOf(document, textLine), 10_000)),
  )
}

/** A frame's source line and the marks below it stand four spaces in. */
function lastLineOf(document: vscode.TextDocument, frame: number): number {
  let line = frame
  while (line + 1 < document.lineCount && document.lineAt(line + 1).text.startsWith('    ')) line += 1
  return line
}
