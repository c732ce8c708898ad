import assert from 'node:assert/strict'
import { after, afterEach, before } from 'node:test'
import type { Browser, BrowserContextOptions } from 'playwright-core'
import { startChromium } from './chromium.ts'
import { openInPlayedVsCode, openPage, type OpenedPage, type PlayedHost } from './openPage.ts'
import { ScriptedBridge, type Script } from './scriptedBridge.ts'

/** What a file of tests of the page stands on: one browser, and for each test a scripted bridge with pages that end with the test. */
export class Stage {
  #browser: Browser | undefined
  #bridge: ScriptedBridge | undefined
  readonly #opened: OpenedPage[] = []
  readonly #quiet: boolean

  /** @param quiet whether a test fails when one of its pages complained */
  constructor({ quiet }: { quiet: boolean }) {
    this.#quiet = quiet
    before(async () => void (this.#browser = await startChromium()))
    after(() => this.#browser?.close())
    afterEach(() => this.#clear())
  }

  get bridge(): ScriptedBridge {
    return this.#bridge ?? assert.fail('The test has started no bridge yet.')
  }

  async start(script: Partial<Script> = {}): Promise<ScriptedBridge> {
    return (this.#bridge = await ScriptedBridge.start(script))
  }

  /** Opens a page in a browser; with a link that signs it in unless said otherwise. */
  async open(url = this.bridge.link(), options: BrowserContextOptions = {}): Promise<OpenedPage> {
    return this.#keep(await openPage(this.#chromium, url, options))
  }

  /** Opens the page as VS Code shows it, played by the test. */
  async openInVsCode(theme?: string, variables?: string): Promise<PlayedHost> {
    return this.#keep(await openInPlayedVsCode(this.#chromium, this.bridge, theme, variables))
  }

  get #chromium(): Browser {
    return this.#browser ?? assert.fail('The browser starts before the first test.')
  }

  #keep<T extends OpenedPage>(opened: T): T {
    this.#opened.push(opened)
    return opened
  }

  /** A page that was left open would try for ever to reach its bridge again. */
  async #clear(): Promise<void> {
    const opened = this.#opened.splice(0)
    await Promise.all(opened.map(({ page }) => page.context().close()))
    await this.#bridge?.stop()
    this.#bridge = undefined
    const complaints = opened.flatMap((each) => each.complaints)
    if (this.#quiet) assert.deepEqual(complaints, [], 'The page complained.')
  }
}
