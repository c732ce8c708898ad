import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadPage } from '../../broker-bridge/server/page.ts'
import { serve } from '../support/bridgeServer.ts'

const names = ['index.html', 'webview.js', 'codicon.css', 'codicon.ttf']

test('the page is read once and served from memory, each file with its type', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'warren-page-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of names) writeFileSync(join(folder, name), `content of ${name}`)
  writeFileSync(join(folder, 'other.txt'), 'not part of the page')
  const { server } = await serve(context, { page: loadPage(folder) })
  rmSync(folder, { recursive: true })
  const served = await Promise.all(
    ['', ...names, 'other.txt'].map(async (name) => {
      const answer = await fetch(new URL(`${name}?v=1`, server.url))
      return [answer.status, answer.headers.get('content-type'), await answer.text()]
    }),
  )
  assert.deepEqual(served, [
    [200, 'text/html; charset=utf-8', 'content of index.html'],
    [200, 'text/html; charset=utf-8', 'content of index.html'],
    [200, 'text/javascript; charset=utf-8', 'content of webview.js'],
    [200, 'text/css; charset=utf-8', 'content of codicon.css'],
    [200, 'font/ttf', 'content of codicon.ttf'],
    [404, null, ''],
  ])
  const head = await fetch(new URL('webview.js', server.url), { method: 'HEAD' })
  assert.deepEqual([head.status, head.headers.get('content-length'), await head.text()], [200, '21', ''])
})

test('a page that was not built is named in one sentence', () => {
  assert.throws(
    () => loadPage(join(tmpdir(), 'warren-no-such-folder')),
    /The page's file .*index\.html is missing; build it with: npm run build$/,
  )
})
