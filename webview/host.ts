import * as v from 'valibot'
import { FromHost } from '../broker-bridge/protocol/index.ts'
import type { SavedFilter, ToHost } from '../broker-bridge/protocol/index.ts'
import type { ViewState } from './feed/viewState.ts'

/** What VS Code puts into a webview's global scope. */
interface VsCodeApi {
  postMessage(message: unknown): void
  getState(): unknown
  setState(state: unknown): void
}
declare function acquireVsCodeApi(): VsCodeApi

/** The page inside a VS Code panel: it has an extension to talk to. */
export interface VsCodeHost {
  readonly kind: 'vscode'
  post(message: ToHost): void
  /** Listens to valid messages of the extension; anything else is dropped. Call the answer to stop. */
  onMessage(listener: (message: FromHost) => void): () => void
  readState(): unknown
  writeState(state: ViewState): void
  /** Keeps the user's filters for every feed to come; in VS Code the extension answers `ready` with them. */
  saveFilters(saved: SavedFilter[]): void
}

/** The page in a plain browser: this tab's own storage for how it looks, the browser's for columns and saved filters. */
export interface BrowserHost {
  readonly kind: 'browser'
  readState(): unknown
  writeState(state: ViewState): void
  saveFilters(saved: SavedFilter[]): void
}

/** Who shows this page. What only VS Code can do is reachable only after asking `kind`. */
export type Host = VsCodeHost | BrowserHost

/** Finds out where the page runs. VS Code lets its API be acquired once, so call this once. */
export function findHost(): Host {
  return typeof acquireVsCodeApi === 'function' ? vsCodeHost(acquireVsCodeApi()) : browserHost()
}

function vsCodeHost(api: VsCodeApi): VsCodeHost {
  return {
    kind: 'vscode',
    post: (message) => api.postMessage(message),
    onMessage: listenToExtension,
    readState: () => api.getState(),
    writeState: (state) => api.setState(state),
    saveFilters: (saved) => api.postMessage({ type: 'saveFilters', saved } satisfies ToHost),
  }
}

function listenToExtension(listener: (message: FromHost) => void): () => void {
  const receive = (event: MessageEvent<unknown>): void => {
    // VS Code posts from the frame around this one, which has this one's origin; any other origin is a stranger. The sender itself
    // cannot be compared: VS Code sets `window.parent` to this very window before the page runs.
    if (event.origin !== window.origin) return
    const message = v.safeParse(FromHost, event.data)
    if (message.success) listener(message.output)
  }
  window.addEventListener('message', receive)
  return () => window.removeEventListener('message', receive)
}

function browserHost(): BrowserHost {
  // Behind a proxy several bridges share one origin, told apart by path only.
  const key = `warren.view:${location.pathname}`
  const savedKey = `warren.filters:${location.pathname}`
  const columnsKey = `warren.columns:${location.pathname}`
  return {
    kind: 'browser',
    readState: () => ({
      columns: parseStored(localStorage.getItem(columnsKey)),
      ...asObject(parseStored(sessionStorage.getItem(key))),
      saved: parseStored(localStorage.getItem(savedKey)),
    }),
    writeState: (state) => {
      sessionStorage.setItem(key, JSON.stringify(state))
      localStorage.setItem(columnsKey, JSON.stringify(state.columns))
    },
    saveFilters: (saved) => localStorage.setItem(savedKey, JSON.stringify(saved)),
  }
}

function asObject(stored: unknown): object {
  return typeof stored === 'object' && stored !== null ? stored : {}
}

function parseStored(text: string | null): unknown {
  try {
    return text === null ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}
