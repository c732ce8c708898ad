import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import * as vscode from 'vscode'
import type { Ask, Canvas } from '../../broker-bridge/protocol/index.ts'
import { requestEnding } from '../contributions.ts'
import { readRequestFile } from '../requests/requestFile.ts'
import type { Request, RequestFile } from '../requests/requestFile.ts'
import { placeText } from '../requests/requestEditor.ts'
import type { RequestPlace } from '../requests/requestEditor.ts'
import { fillIn, Unfilled } from '../requests/requestValues.ts'
import type { Generators } from '../requests/requestValues.ts'
import { SentRequest } from '../requests/sentRequest.ts'
import type { Followed } from '../requests/sentRequest.ts'
import { messageText, pickText } from '../shownText.ts'
import type { Execute, Warren } from '../warren.ts'
import { chooseConnection } from './chooseConnection.ts'
import { asksOnce, perform } from './perform.ts'
import { watchSent } from './watchRequest.ts'

const title = 'Enqueue Request'
const mostTimes = 1_000
/** Sent at the same time: a broker confirms each. */
const atOnce = 10

/** Sends the request that a lens or the cursor names. */
export const enqueueRequest: Execute = async (warren, argument) => {
  const chosen = await chooseRequest(argument)
  if (chosen !== undefined) await enqueueTimes(warren, chosen, 1)
}

/** Sends it several times, each with values of its own. */
export const enqueueRequestTimes: Execute = async (warren, argument) => {
  const chosen = await chooseRequest(argument)
  if (chosen === undefined) return
  const times = await vscode.window.showInputBox({
    title: `${title}: ${pickText(chosen.request.title, 100)}`,
    prompt: `How many times? Generators such as \${uuid} and \${counter} give each its own values.`,
    value: '10',
    validateInput: (text) =>
      /^[1-9]\d{0,3}$/.test(text.trim()) && Number(text) <= mostTimes ? undefined : `A whole number from 1 to ${mostTimes}.`,
  })
  if (times !== undefined) await enqueueTimes(warren, chosen, Number(times))
}

interface Chosen {
  readonly request: Request
  readonly file: RequestFile
  readonly text: string
  readonly place: RequestPlace
}

const Place = v.object({ uri: v.string(), title: v.string(), index: v.number() })

/** @returns undefined, after saying why, where there is none */
async function chooseRequest(argument: unknown): Promise<Chosen | undefined> {
  const given = v.safeParse(Place, argument)
  const document = given.success
    ? await vscode.workspace.openTextDocument(vscode.Uri.parse(given.output.uri))
    : vscode.window.activeTextEditor?.document
  const text = document?.getText() ?? ''
  const file = readRequestFile(text)
  if (document === undefined || (file.requests.length === 0 && !document.fileName.endsWith(requestEnding))) return sayNone()
  const index = given.success ? given.output.index : indexAtCursor(file, document)
  const request = file.requests[index]
  if (request === undefined) return sayNone(file.problems[0]?.message)
  return { request, file, text, place: { uri: document.uri.toString(), title: request.title, index } }
}

function sayNone(problem?: string): undefined {
  void vscode.window.showInformationMessage(
    problem === undefined
      ? `Open a file of requests (*${requestEnding}) and put the cursor into one; “Warren: New Request File” begins one.`
      : messageText(`There is no request here that can be sent: ${problem}`),
  )
  return undefined
}

function indexAtCursor({ requests }: RequestFile, document: vscode.TextDocument): number {
  const cursor = document.offsetAt(vscode.window.activeTextEditor?.selection.active ?? new vscode.Position(0, 0))
  const found = requests.findIndex(({ offset, length }) => offset <= cursor && cursor <= offset + length)
  return found < 0 && requests.length === 1 ? 0 : found
}

async function enqueueTimes(warren: Warren, chosen: Chosen, times: number): Promise<void> {
  const connection = await connectionOf(warren, chosen.request)
  if (connection === undefined) return
  const canvases = fillTimes(chosen, times)
  if (canvases === undefined) return
  const ids = await sendAll(warren, connection, chosen.request, canvases)
  if (ids.length === 0) return
  const client = async () => (await warren.bridge.session()).client
  const sent = new SentRequest(chosen.request.title, connection, ids, client)
  warren.requests.add(placeText(chosen.place), sent)
  if (times === 1) warren.feed.select({ connection, id: sent.shown })
  else watchSent(warren, sent)
}

/** The saved connection the request names, or one the user picks. */
async function connectionOf(warren: Warren, { connection: name }: Request): Promise<string | undefined> {
  if (name === undefined) return chooseConnection(warren, undefined, title)
  const found = warren.book.activeEntries().find(({ saved }) => saved.name === name)
  if (found) return found.saved.id
  void vscode.window.showErrorMessage(
    messageText(
      `This request is for the connection “${name}”, and Warren is not connected to one of that name. Nothing was sent.`,
    ),
  )
  return undefined
}

/** Counts on while the window is open, whatever is sent. */
let count = 0

const generators: Generators = {
  uuid: randomUUID,
  now: Date.now,
  counter: () => ++count,
  environment(name) {
    if (!vscode.workspace.isTrusted)
      throw new Unfilled('This workspace is not trusted, so its files get nothing of the environment.')
    return process.env[name]
  },
}

function fillTimes({ request, file, text }: Chosen, times: number): Canvas[] | undefined {
  try {
    return Array.from({ length: times }, () => fillIn(request, file, text, generators))
  } catch (error) {
    if (!(error instanceof Unfilled)) throw error
    void vscode.window.showErrorMessage(messageText(`Nothing was sent: ${error.message}`))
    return undefined
  }
}

/** @returns what is to be followed; what could not be sent is told, and what was sent before it stays sent */
async function sendAll(warren: Warren, connection: string, request: Request, canvases: readonly Canvas[]): Promise<Followed[]> {
  const ids: Followed[] = []
  const ask = asksOnce()
  try {
    for (let first = 0; first < canvases.length; first += atOnce) {
      const some = canvases.slice(first, first + atOnce)
      ids.push(...(await Promise.all(some.map((canvas) => send({ warren, connection, request, ask }, canvas)))).flat())
    }
  } catch (error) {
    if (ids.length === 0) throw error
    const reason = error instanceof Error ? error.message : String(error)
    void vscode.window.showErrorMessage(messageText(`${ids.length} of ${canvases.length} were sent, and then: ${reason}`))
  }
  return ids
}

interface Sending {
  readonly warren: Warren
  readonly connection: string
  readonly request: Request
  readonly ask: Ask
}

async function send({ warren, connection, request: { options }, ask }: Sending, canvas: Canvas): Promise<readonly Followed[]> {
  if (canvas.kind !== 'task' || canvas.link !== undefined || canvas.linkError !== undefined) {
    const enqueued = await perform(warren, 'enqueueCanvas', { connection, canvas }, ask)
    if (enqueued === null) return []
    const { sent, last, steps } = enqueued
    return last === null ? sent.map((id) => ({ id, steps: [] })) : [{ id: last, steps }]
  }
  const { name, args, kwargs, queue } = canvas
  const named = queue === undefined ? {} : { queue }
  const enqueued = await perform(warren, 'enqueue', { connection, name, args, kwargs, ...named, ...options }, ask)
  return enqueued === null ? [] : [{ id: enqueued.id, steps: [] }]
}
