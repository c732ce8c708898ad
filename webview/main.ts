import type { ShownTask } from '../broker-bridge/protocol/index.ts'
import { Entrance } from './entrance.ts'
import { findHost } from './host.ts'
import type { VsCodeHost } from './host.ts'
import { pageStyles } from './look/theme.ts'
import { showRuns } from './elements/retryManyActions.ts'
import { PageModel } from './session/model.ts'
import { followTaskLog } from './session/taskLog.ts'
import { Session } from './session/session.ts'
import { transportOpener } from './transport/open.ts'
import './elements/app.ts'

/** Puts the page together: who shows it, how it reaches its bridge, what it remembers. */
function start(): void {
  if (pageStyles.styleSheet) document.adoptedStyleSheets.push(pageStyles.styleSheet)
  const host = findHost()
  const session = new Session(transportOpener(host), host.kind === 'vscode' ? 'webview in VS Code' : 'browser')
  const model = new PageModel(host, session)
  showApp(model)
  if (host.kind === 'vscode') followExtension(host, model)
  else void new Entrance(model, window).enter(location.hash)
}

function showApp(model: PageModel): void {
  const app = document.querySelector('warren-app') ?? document.body.appendChild(document.createElement('warren-app'))
  app.model = model
}

function show(model: PageModel, { connection, id, workflow = false }: ShownTask): void {
  model.setView({ selected: { connection, id }, tab: 'tasks', ...(workflow ? { workflow } : {}) })
}

/** In VS Code the extension says where the bridge is, whenever it has one. */
function followExtension(host: VsCodeHost, model: PageModel): void {
  host.onMessage((message) => {
    switch (message.type) {
      case 'bridge':
        if (message.select) show(model, message.select)
        return model.session.use({ url: message.url, token: message.token })
      case 'bridgeGone':
        return model.session.leave({ kind: 'gone', message: message.message, attempt: 0 })
      case 'select':
        return show(model, message.task)
      case 'showMessages':
        return model.setView({ messages: message.queue, tab: 'queues' })
      case 'showRuns':
        return showRuns(model, message)
      case 'searchHistory':
        return model.setView({ tab: 'tasks', source: 'history', query: message.query, states: [], selected: null })
      case 'commits':
        return model.takeCommits(message.commits)
      case 'savedFilters':
        return model.setView({ saved: message.saved })
      case 'taskLog':
      case 'relayFrame':
      case 'relayClosed':
        return
    }
  })
  host.post({ type: 'ready' })
  followTaskLog(host, model)
  tellFilter(host, model)
}

/** The extension exports what the list shows also while the page is hidden, when VS Code keeps nothing of it. */
function tellFilter(host: VsCodeHost, model: PageModel): void {
  // What it takes for granted.
  let told = JSON.stringify([{}, 'memory'])
  const tell = (): void => {
    const { filter, view } = model
    const source = view.source === 'history' ? 'history' : 'memory'
    const text = JSON.stringify([filter, source])
    if (text !== told) host.post({ type: 'shows', filter, source })
    told = text
  }
  model.addEventListener('change', tell)
  tell()
}

start()
