import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { until } from '../support/childProcess.ts'
import { startChromium } from '../support/chromium.ts'
import { startCodeServer, vsix, type CodeServer } from '../support/codeServer.ts'
import { openWorkbench, type Workbench } from '../support/workbench.ts'

/** What the tests in VS Code stand on: when one of these fails, look here first. */
describe('the packaged extension', () => {
  let server: CodeServer
  let browser: Browser
  let workbench: Workbench
  before(async () => {
    server = await startCodeServer()
    browser = await startChromium()
    workbench = await openWorkbench(browser, server)
  })
  after(async () => {
    await browser.close()
    await server[Symbol.asyncDispose]()
  })

  it('is smaller than 1 MB and installs what the package names', async () => {
    assert.ok(statSync(vsix).size < 1_000_000)
    const [folder = ''] = (await readdir(join(server.folder, 'extensions'))).filter((name) => name.startsWith('warren.'))
    const files = await readdir(join(server.folder, 'extensions', folder), { recursive: true })
    const programs = ['bridge', 'history', 'lookups', 'payloads', 'watchdog', 'mcp', 'extension'].map(
      (name) => `dist/${name}.cjs`,
    )
    const python = ['debug_task', 'run_worker'].map((name) => `extension/programs/${name}.py`)
    for (const wanted of [...programs, ...python, 'dist/page/webview.js']) assert.ok(files.includes(wanted), wanted)
    assert.deepEqual(
      files.filter((name) => /\.(ts|map|py)$|node_modules|^test/.test(name) && !python.includes(name)),
      [],
    )
  })

  it('shows its container with its three trees, and starts without an error', async () => {
    await workbench.openContainer('Warren')
    for (const title of ['Connections', 'Tasks', 'Workers']) await workbench.view(title).waitFor()
    await until('the extension host has logged the activation and is done', 20_000, async () => {
      const done = !(await workbench.statusBar()).some((text) => text.includes('Activating'))
      return done && (await extensionHostLog(server)).includes('ExtensionService#_doActivateExtension warren.warren')
    })
    await workbench.screenshot('vscode-welcome')
    assert.deepEqual(await workbench.notifications(), [])
    assert.doesNotMatch(await extensionHostLog(server), /Activating extension warren\.warren failed|\[warren\.warren\].*[Ee]rror/)
  })
})

async function extensionHostLog(server: CodeServer): Promise<string> {
  const files = await readdir(join(server.folder, 'user', 'logs'), { recursive: true })
  const [log] = files.filter((name) => name.endsWith('remoteexthost.log'))
  return log === undefined ? '' : readFile(join(server.folder, 'user', 'logs', log), 'utf8')
}
