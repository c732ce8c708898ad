/** What the page of the feed needs, all of it made by VS Code or by us; nothing of it comes from a broker. */
export interface FeedPage {
  /** Source that VS Code serves the extension's files from. */
  readonly cspSource: string
  readonly nonce: string
  readonly script: string
  readonly styles: string
  /** The bridge's base address as the browser reaches it, from `asExternalUri`; null while there is no bridge. */
  readonly bridge: string | null
}

/** The page of the live feed. Its policy lets it load Warren's own script and talk to one bridge, and nothing else. */
export function feedHtml(page: FeedPage): string {
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta http-equiv="Content-Security-Policy" content="${attribute(policy(page))}" />
    <title>Warren</title>
    <link rel="stylesheet" href="${attribute(page.styles)}" />
  </head>
  <body data-host="vscode">
    <warren-app></warren-app>
    <script nonce="${attribute(page.nonce)}" src="${attribute(page.script)}"></script>
  </body>
</html>
`
}

function policy({ cspSource, nonce, bridge }: FeedPage): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `font-src ${cspSource}`,
    `img-src ${cspSource} data:`,
    `connect-src ${bridge === null ? "'none'" : bridgeSources(bridge).join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}

/** The bridge by HTTP and by WebSocket: its origin and path, so that a proxy's other ports stay out of reach. */
export function bridgeSources(bridge: string): string[] {
  const url = new URL(bridge)
  const path = url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`
  const socket = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return [`${url.protocol}//${url.host}${path}`, `${socket}//${url.host}${path}`]
}

function attribute(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;')
}
