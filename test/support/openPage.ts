import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { FromHost, ToHost } from '../../broker-bridge/protocol/index.ts'
import type { ScriptedBridge } from './scriptedBridge.ts'

/** A page under test and everything it complained about: console errors, uncaught errors, violations of its policy. */
export interface OpenedPage {
  readonly page: Page
  readonly complaints: string[]
}

/** Opens a fresh browser context on this address. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<OpenedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 760 }, ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`),
    )
  })
  await page.goto(url)
  return { page, complaints }
}

/** Stands in for VS Code around the page: its API, its theme class, and an extension that the test plays. */
export interface PlayedHost extends OpenedPage {
  /** What the page posted, in order. */
  readonly posted: ToHost[]
  post(message: FromHost): Promise<void>
  onPosted: ((message: ToHost) => void) | undefined
}

const stand = `
  let state
  window.acquireVsCodeApi = () => ({
    postMessage: (message) => void window.toHost(structuredClone(message)),
    getState: () => state,
    setState: (next) => { state = next; window.kept = next },
  })
`

/** Opens the page as an extension would show it: its own HTML, a policy with a nonce, `acquireVsCodeApi`. */
export async function openInPlayedVsCode(
  browser: Browser,
  bridge: ScriptedBridge,
  theme = 'vscode-dark',
  variables = '',
): Promise<PlayedHost> {
  const nonce = 'c3RhbmQtaW4'
  const origin = bridge.url.replace(/\/$/, '')
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src ${origin} 'nonce-${nonce}'; font-src ${origin}; img-src ${origin} data:; connect-src ${bridge.url} ${bridge.url.replace('http', 'ws')}`
  const body = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Warren</title><link rel="icon" href="data:,"><link rel="stylesheet" href="codicon.css">
    <style nonce="${nonce}">:root{${variables}}</style></head>
    <body data-host="vscode" class="${theme}"><warren-app></warren-app>
    <script nonce="${nonce}">${stand}</script><script nonce="${nonce}" src="webview.js"></script></body></html>`
  bridge.files.set('vscode.html', { type: 'text/html', body, policy })
  const posted: ToHost[] = []
  const context = await browser.newContext({ viewport: { width: 1000, height: 640 } })
  await context.exposeFunction('toHost', (message: ToHost) => {
    posted.push(message)
    host.onPosted?.(message)
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message))
  const host: PlayedHost = {
    page,
    complaints,
    posted,
    post: (message) => page.evaluate((sent) => window.postMessage(sent, '*'), message),
    onPosted: undefined,
  }
  await page.goto(`${bridge.url}vscode.html`)
  return host
}
