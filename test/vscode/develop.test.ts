import assert from 'node:assert/strict'
import { appendFile, cp, mkdtemp, readFile, rm, symlink, truncate, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, relative, resolve } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Browser, Locator } from 'playwright-core'
import { until } from '../support/childProcess.ts'
import { startChromium } from '../support/chromium.ts'
import { startCodeServer, type CodeServer } from '../support/codeServer.ts'
import { watchFolder } from '../support/leftovers.ts'
import { openWorkbench, Workbench } from '../support/workbench.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const made = new Set(['.git', '.cache', 'dist', 'node_modules', join('test', 'artefacts')])
/** A VS Code in the browser loads an extension from its sources only as VS Code's own tests run it. */
const env = { VSCODE_OPTIONS: 'enable-smoke-test-driver' }

/** What .vscode/ promises to who opens the project's folder, nothing of which has been built. */
describe('the project opened in VS Code', () => {
  let clone: string
  let server: CodeServer
  let browser: Browser
  let workbench: Workbench
  before(async () => {
    clone = await mkdtemp(join(tmpdir(), 'warren-clone-'))
    watchFolder(clone)
    await cp(root, clone, { recursive: true, filter: (path) => !made.has(relative(root, path)) })
    await symlink(join(root, 'node_modules'), join(clone, 'node_modules'))
    server = await startCodeServer({ workspace: clone, extensions: [], env })
    browser = await startChromium()
    workbench = await openWorkbench(browser, server)
  })
  after(async () => {
    await browser.close()
    await server[Symbol.asyncDispose]()
    await rm(clone, { recursive: true, force: true, maxRetries: 5 })
  })

  // Without the debugger, which in a browser cannot be relied on to attach: it tries ::1 too, and takes its refusal for an answer.
  it('builds Warren and runs it in a window of its own', async () => {
    const opened = workbench.page.context().waitForEvent('page', { timeout: 120_000 })
    // VS Code takes the key only when it has found its debuggers, and then not again while it builds.
    await until('the watch task runs', 60_000, async () => {
      await workbench.page.keyboard.press('Control+F5')
      return appears(workbench.page.locator('[id="status.runningTasks"]'))
    })
    const page = await opened
    page.setDefaultTimeout(60_000)
    const developed = new Workbench(page)
    await page.locator('.command-center').filter({ hasText: '[Extension Development Host] demo' }).waitFor()
    await page.locator('.activitybar a[aria-label^="Warren"]').waitFor()
    await developed.openContainer('Warren')
    await developed.view('Connections').getByText('Connect to Broker…').waitFor()
    await developed.runCommand('Warren: Connect to Broker…')
    await developed.quickInput.waitFor()
    await developed.screenshot('vscode-development-host')
  })

  it('maps what it built to its sources, for breakpoints', async () => {
    for (const [built, source] of [
      ['extension.cjs', 'extension/extension.ts'],
      ['bridge.cjs', 'broker-bridge/main.ts'],
      ['page/webview.js', 'webview/main.ts'],
    ] as const) {
      const file = join(clone, 'dist', built)
      assert.match(await readFile(file, 'utf8'), new RegExp(`//# sourceMappingURL=${basename(file)}\\.map\\s*$`))
      const { sources } = JSON.parse(await readFile(`${file}.map`, 'utf8')) as { sources: readonly string[] }
      assert.ok(sources.map((path) => resolve(file, '..', path)).includes(join(clone, source)), built)
    }
  })

  it('shows a mistake as a problem as long as it is there, also while other parts are built', async () => {
    const source = join(clone, 'broker-bridge', 'main.ts')
    const { size } = await stat(source)
    await appendFile(source, "import './missing.ts'\n")
    await problems('Errors: 1')
    const page = join(clone, 'dist', 'page', 'webview.js')
    const before = await stat(page)
    await appendFile(join(clone, 'webview', 'main.ts'), 'document.title += document.title\n')
    await until('the page is built anew', 60_000, async () => (await stat(page)).mtimeMs > before.mtimeMs)
    await problems('Errors: 1')
    await truncate(source, size)
    await problems('No Problems')
  })

  async function problems(expected: string): Promise<void> {
    const item = workbench.page.locator(
      `[id="status.problems"] [aria-label="${expected}"], [id="status.problems"][aria-label="${expected}"]`,
    )
    await item.first().waitFor({ timeout: 60_000 })
  }
})

function appears(item: Locator): Promise<boolean> {
  return item.waitFor({ timeout: 2_000 }).then(
    () => true,
    () => false,
  )
}
