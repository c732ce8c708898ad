import * as vscode from 'vscode'
import { messageText, pickText } from '../shownText.ts'
import { findSources } from './sourceFiles.ts'
import type { SourceFile } from './sourceFiles.ts'

/** Opens the workspace file a frame means, at its line (counted from 1); asks where several tie and says when there is none. */
export async function openSource(frame: string, line: number): Promise<void> {
  const file = await chooseSource(frame, line)
  if (!file) return
  const position = new vscode.Position(Math.max(0, line - 1), 0)
  const document = await vscode.workspace.openTextDocument(file.uri)
  const text = document.lineAt(Math.min(position.line, document.lineCount - 1))
  await vscode.window.showTextDocument(document, {
    selection: new vscode.Range(text.range.start.translate(0, text.firstNonWhitespaceCharacterIndex), text.range.end),
    preview: true,
  })
  if (position.line >= document.lineCount) {
    const name = messageText(file.relative)
    void vscode.window.showWarningMessage(`${name} has no line ${line} here: the worker ran another version of it.`)
  }
}

async function chooseSource(frame: string, line: number): Promise<SourceFile | undefined> {
  const files = await findSources(frame)
  if (files.length === 0) {
    const advice = 'If the project lies elsewhere in its container, the setting warren.tracebackPathMappings says where.'
    void vscode.window.showInformationMessage(`No file of this workspace matches ${messageText(frame, 300)}. ${advice}`)
    return undefined
  }
  if (files.length === 1) return files[0]
  const items = files.map((file) => ({ label: pickText(file.relative), description: folderName(file), file }))
  const title = `Several files match ${pickText(frame, 100)}`
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: `Which one to open at line ${line}?` })
  return picked?.file
}

function folderName(file: SourceFile): string {
  return vscode.workspace.getWorkspaceFolder(file.uri)?.name ?? ''
}
