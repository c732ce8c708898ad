import * as vscode from 'vscode'
import { leftTracingSentence, visibleLine } from '../broker-bridge/protocol/index.ts'
import type { LeftTracing } from '../broker-bridge/protocol/index.ts'
import type { Session } from './bridge/bridge.ts'
import { DisposableStore } from './lifecycle.ts'
import type { Disposable } from './lifecycle.ts'
import { clockText, messageText, pickText } from './shownText.ts'
import type { Warren } from './warren.ts'

/** Milliseconds within which a connection that was opened has looked at what was left on. */
const patience = 20_000

/**
 * Tells once per window what tracing an earlier Warren on this computer left on, as after a loss of power. Brokers that this window
 * opens anyway are not told of: there it is turned off, and the tree says so.
 */
export function tellOfLeftTracing(warren: Warren, onError: (error: unknown) => void): Disposable {
  const store = new DisposableStore()
  const look = (): void => {
    const session = warren.bridge.current
    if (!session || !settled(warren)) return
    store.dispose()
    tell(warren, session).catch(onError)
  }
  store.add(warren.bridge.onDidChangeStatus(look))
  store.add(warren.book.onDidChange(look))
  store.add(warren.replica.onDidChange(look))
  return store
}

/** Whether each connection that this window wants was handed to the bridge, or cannot be. */
function settled({ book }: Warren): boolean {
  return book.activeEntries().every(({ info, problem }) => info !== undefined || problem !== undefined)
}

async function tell(warren: Warren, { client }: Session): Promise<void> {
  const all = await client.request('listLeftTracing', {})
  const [first] = all
  if (!first) return
  const left = all.length === 1 ? first : await choose(all)
  if (left) await offer(warren, left)
}

/** One message for all of them. */
async function choose(all: readonly LeftTracing[]): Promise<LeftTracing | undefined> {
  const [show, text] = ['Show…', `Warren turned tracing on in ${all.length} places and ended before it could turn it off there.`]
  if ((await vscode.window.showWarningMessage(text, show)) !== show) return undefined
  const items = all.map((left) => ({ label: pickText(left.place), description: whenText(left), left }))
  return (await vscode.window.showQuickPick(items, { title: 'Tracing That Was Left On' }))?.left
}

async function offer(warren: Warren, left: LeftTracing): Promise<void> {
  const saved = warren.book.saved.find(left.connection)
  const known = saved && (await warren.book.saved.secret(saved.id)) ? saved : undefined
  const [off, forget] = ['Connect and Turn Off', 'Do Not Tell Again']
  const advice = known
    ? `Connecting to “${visibleLine(known.name, 80)}” turns it off.`
    : 'Connect to that broker to turn it off, or run “rabbitmqctl trace_off” there with its virtual host.'
  const text = messageText(`${leftTracingSentence(left, whenText(left))} ${advice}`)
  const chosen = await vscode.window.showWarningMessage(text, ...(known ? [off] : []), forget)
  if (chosen === forget) await warren.bridge.current?.client.request('forgetLeftTracing', { broker: left.broker })
  if (chosen === off && known) await turnOff(warren, known.id)
}

/** A connection that begins turns off what was left on, as far as it may, and says what became of it. */
async function turnOff(warren: Warren, id: string): Promise<void> {
  await warren.book.open(id)
  const said = await saidOf(warren, id)
  void vscode.window.showInformationMessage(messageText(said ?? 'Nothing is known of tracing there yet; the connection tells.'))
}

function saidOf({ replica, book }: Warren, id: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const store = new DisposableStore()
    const end = (said: string | undefined): void => {
      store.dispose()
      resolve(said)
    }
    const look = (): void => {
      const said = book.info(id)?.payloads?.message
      if (said != null) end(said)
    }
    const timer = setTimeout(() => end(undefined), patience)
    store.defer(() => clearTimeout(timer))
    store.add(replica.onDidChange(look))
    look()
  })
}

function whenText({ at }: LeftTracing): string {
  return clockText(at, Date.now() / 1_000)
}
