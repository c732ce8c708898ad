import * as vscode from 'vscode'
import { commandIds, requestEnding } from '../contributions.ts'
import { DisposableStore } from '../lifecycle.ts'
import { pickText } from '../shownText.ts'
import { readRequestFile } from './requestFile.ts'
import type { Request, RequestProblem } from './requestFile.ts'
import { unknownPlaces } from './requestValues.ts'
import type { SentRequest } from './sentRequest.ts'
import type { SentRequests } from './sentRequests.ts'

/** Documents that hold requests. */
export const requestFiles: vscode.DocumentSelector = [
  { pattern: `**/*${requestEnding}` },
  { language: 'jsonc', scheme: 'untitled' },
]

/** What a press on a lens names. */
export interface RequestPlace {
  readonly uri: string
  readonly title: string
  /** Which one, where several have the same title. */
  readonly index: number
}

/** Where something was sent from, as a text: it stays the same while lines move. */
export function placeText({ uri, title }: RequestPlace): string {
  return `${uri} ${title}`
}

/** Lenses above each request, and what is wrong in files of requests. */
export class RequestEditor implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #sent: SentRequests
  readonly #store = new DisposableStore()
  readonly #changed = this.#store.add(new vscode.EventEmitter<void>())
  readonly #problems = this.#store.add(vscode.languages.createDiagnosticCollection('warren'))
  readonly onDidChangeCodeLenses = this.#changed.event

  constructor(sent: SentRequests) {
    this.#sent = sent
    this.#store.add(sent.onDidChange(() => this.#changed.fire()))
    this.#store.add(vscode.languages.registerCodeLensProvider(requestFiles, this))
    this.#store.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#problems.delete(uri)))
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const text = document.getText()
    if (document.isUntitled && !text.includes('warren')) return []
    const file = readRequestFile(text)
    this.#tell(document, [...file.problems, ...unknownPlaces(text, file.variables)])
    return file.requests.flatMap((request, index) => this.#lenses(document, request, index))
  }

  dispose(): void {
    this.#store.dispose()
  }

  #lenses(document: vscode.TextDocument, request: Request, index: number): vscode.CodeLens[] {
    const at = document.positionAt(request.offset)
    const range = new vscode.Range(at, at)
    const place: RequestPlace = { uri: document.uri.toString(), title: request.title, index }
    const lens = (title: string, command: string, tooltip: string): vscode.CodeLens =>
      new vscode.CodeLens(range, { title, command, tooltip, arguments: [place] })
    const sent = this.#sent.get(placeText(place))
    return [
      lens('$(play) Enqueue', commandIds.enqueueRequest, 'Send this now'),
      lens('Enqueue ×N…', commandIds.enqueueRequestTimes, 'Send this several times'),
      ...(sent === undefined || sent.hasEnded || !sent.isFollowed
        ? []
        : [lens('$(eye) Watch', commandIds.watchRequest, 'Show its progress until it ends')]),
      ...(sent === undefined ? [] : [lens(sentTitle(sent), commandIds.showRequestTask, 'Show the task in the live feed')]),
    ]
  }

  #tell(document: vscode.TextDocument, problems: readonly RequestProblem[]): void {
    const range = (offset: number, length: number): vscode.Range =>
      new vscode.Range(document.positionAt(offset), document.positionAt(offset + length))
    this.#problems.set(
      document.uri,
      problems.map(({ offset, length, message }) => new vscode.Diagnostic(range(offset, length), message)),
    )
  }
}

function sentTitle(sent: SentRequest): string {
  const icon = sent.hasEnded ? (sent.hasFailed ? '$(error)' : '$(pass)') : '$(sync~spin)'
  return `${icon} ${pickText(sent.words, 120)}`
}
