import type { Browser, FrameLocator, Locator, Page } from 'playwright-core'
import { until } from './childProcess.ts'
import { screenshot } from './chromium.ts'
import type { CodeServer } from './codeServer.ts'

/** VS Code as a person sees it in the browser. Every wait ends with an error after 20 seconds at most. */
export class Workbench {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  /** Runs a command by its title, as it stands in the palette. */
  async runCommand(title: string): Promise<void> {
    await this.#choose('F1', `>${title}`, title)
  }

  /** Opens the box by a key and takes a row; opens it again where an editor that was still opening has closed it. */
  async #choose(key: string, text: string, label: string): Promise<void> {
    const row = this.quickInput.locator('.monaco-list-row').filter({ hasText: label }).first()
    for (let tries = 5; ; tries--) {
      await this.page.keyboard.press(key)
      try {
        await this.quickInput.locator('input').first().fill(text, { timeout: 4_000 })
        await row.click({ timeout: 4_000 })
        return
      } catch (error) {
        if (tries === 0) throw error
      }
    }
  }

  /** The box at the top in which VS Code asks for a choice or a text. */
  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible')
  }

  /** What the box says below or beside its field: the prompt, and a message about a wrong entry. */
  async quickInputMessage(): Promise<string> {
    return (await this.quickInput.locator('.quick-input-message').innerText()).trim()
  }

  /** Waits until the box asks this, also where one before it is still closing, and answers it. */
  async answer(prompt: string, text: string): Promise<void> {
    await until(`the box asks ${prompt}`, 20_000, async () => (await this.quickInput.innerText()).includes(prompt))
    await this.enter(text)
  }

  /** Types into the box that is open and confirms it. */
  async enter(text: string): Promise<void> {
    await this.quickInput.waitFor()
    await this.quickInput.locator('input').first().fill(text)
    await this.page.keyboard.press('Enter')
  }

  /** Opens a file of the workspace by its name. */
  async openFile(name: string): Promise<void> {
    await this.#choose('Control+p', name, name)
    await this.page.locator('.tab.active').filter({ hasText: name }).waitFor()
  }

  /** Chooses the row of the open box that holds the text. */
  async pick(label: string): Promise<void> {
    await this.quickInput.locator('.monaco-list-row').filter({ hasText: label }).first().click()
  }

  /** Texts of the rows of the open box. */
  async choices(): Promise<string[]> {
    await this.quickInput.locator('.monaco-list-row').first().waitFor()
    return this.quickInput
      .locator('.monaco-list-row')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label') ?? ''))
  }

  /** Answers a dialog for files, which is a box here, with a path. */
  async saveAs(path: string): Promise<void> {
    const field = this.quickInput.locator('input[type=text]').first()
    // The box before this one may still be there: a dialog for files begins with a path.
    await until('a file is asked for', 20_000, async () => (await field.inputValue().catch(() => '')).startsWith('/'))
    // It forgets what was typed before it has read the folder.
    await until('the file is taken', 20_000, async () => {
      if (!(await this.quickInput.isVisible())) return true
      if (await this.quickInput.locator('.monaco-progress-container.active').isVisible()) return false
      await field.fill(path, { timeout: 1_000 }).catch(() => undefined)
      await this.page.waitForTimeout(300)
      if ((await field.inputValue({ timeout: 1_000 }).catch(() => '')) === path) await this.page.keyboard.press('Enter')
      return false
    })
  }

  /** Opens a view container by its title in the activity bar. */
  async openContainer(title: string): Promise<void> {
    const tab = this.page.locator('.activitybar .action-item').filter({ has: this.page.locator(`a[aria-label^="${title}"]`) })
    // A click on the one that is open would close it.
    if (!(await tab.getAttribute('class'))?.split(' ').includes('checked')) await tab.click()
  }

  /** A view of the side bar by its title, with its header. */
  view(title: string): Locator {
    return this.page
      .locator('.split-view-view:has(> .pane)')
      .filter({ has: this.page.locator(`.pane-header[aria-label^="${title}"]`) })
  }

  /** Rows of a tree that are on the screen, by the title of their view. */
  rows(viewTitle: string): Locator {
    return this.view(viewTitle).locator('.monaco-list-row')
  }

  /** The texts that screen readers get for the rows of a tree. */
  async rowTexts(viewTitle: string): Promise<string[]> {
    return this.rows(viewTitle).evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label') ?? ''))
  }

  /** The row of a tree that holds the text; waits for it. */
  async row(viewTitle: string, text: string): Promise<Locator> {
    const row = this.rows(viewTitle).filter({ hasText: text }).first()
    await row.waitFor()
    return row
  }

  /** Opens the children of a row, if they are not open. */
  async expand(viewTitle: string, text: string): Promise<void> {
    const row = await this.row(viewTitle, text)
    if ((await row.getAttribute('aria-expanded')) === 'false') await row.locator('.monaco-tl-twistie').click()
  }

  /** Runs a command of a row's context menu. */
  async rowMenu(viewTitle: string, text: string, command: string): Promise<void> {
    await (await this.row(viewTitle, text)).click({ button: 'right' })
    const item = this.page.locator('.context-view .action-item').filter({ hasText: command }).first()
    // A menu takes no click in the first moment after it opened, lest the one that opened it chooses something too.
    for (let tries = 0; tries < 5; tries += 1) {
      await item.click()
      const gone = await item.waitFor({ state: 'hidden', timeout: 1_000 }).then(
        () => true,
        () => false,
      )
      if (gone) return
    }
  }

  /** The page inside a webview: it lies two frames deep. */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready:visible').frameLocator('#active-frame')
  }

  /** Texts of the notifications that are shown. */
  async notifications(): Promise<string[]> {
    return this.page.locator('.notifications-toasts .notification-list-item-message').allInnerTexts()
  }

  /** Presses a button of a notification. */
  async pressInNotification(label: string): Promise<void> {
    await this.page.locator('.notifications-toasts .monaco-button').filter({ hasText: label }).first().click()
  }

  /** Presses a button of a modal dialog. */
  async pressInDialog(label: string): Promise<void> {
    await this.page.locator('.monaco-dialog-box .monaco-button').filter({ hasText: label }).first().click()
  }

  /** Text of a modal dialog; waits for it. */
  async dialogText(): Promise<string> {
    return this.page.locator('.monaco-dialog-box .dialog-message-container').innerText()
  }

  /** The status bar items' texts, without their icons. */
  async statusBar(): Promise<string[]> {
    return this.page.locator('.statusbar-item').allInnerTexts()
  }

  /**
   * Waits until an item of the status bar shows this.
   * @param pattern source of a regular expression
   * @returns the time at which it did, as the page saw it: milliseconds since the epoch
   */
  async whenStatusBarShows(pattern: string): Promise<number> {
    const shows = (source: string): number | false => {
      const items = [...document.querySelectorAll('.statusbar-item')]
      return items.some(({ textContent }) => new RegExp(source).test(textContent)) && Date.now()
    }
    return Number(await (await this.page.waitForFunction(shows, pattern)).jsonValue())
  }

  /** Waits until keys reach the editor that is in front. */
  async editorHasFocus(): Promise<void> {
    await this.page.locator('.editor-instance .monaco-editor.focused').waitFor()
  }

  /**
   * Follows a link in an editor as a click with Control does. Under the pointer the editor draws a link anew, so that it is aimed at
   * by its place.
   */
  async followLink(link: Locator): Promise<void> {
    await link.hover()
    const box = await link.boundingBox()
    if (!box) throw new Error('The link is not on the screen.')
    const [x, y] = [box.x + Math.min(20, box.width / 2), box.y + box.height / 2]
    await this.page.keyboard.down('Control')
    try {
      await this.page.mouse.move(x - 1, y)
      await this.page.mouse.move(x, y)
      await this.page.locator('.detected-link-active').first().waitFor()
      await this.page.mouse.click(x, y)
    } finally {
      await this.page.keyboard.up('Control')
    }
  }

  /** Title of the editor that is in front. */
  async activeEditor(): Promise<string> {
    return (await this.page.locator('.tab.active .tab-label').first().getAttribute('aria-label')) ?? ''
  }

  /** Line of the cursor in the editor that is in front, as the status bar shows it. */
  async cursorLine(): Promise<number> {
    const text = await this.page.locator('#status\\.editor\\.selection').innerText()
    return Number(/Ln (\d+)/.exec(text)?.[1] ?? Number.NaN)
  }

  /** Keeps a picture in test/artefacts. */
  screenshot(name: string): Promise<string> {
    return screenshot(this.page, name)
  }
}

/** Opens VS Code in a new page and waits until its extensions have started. */
export async function openWorkbench(browser: Browser, server: CodeServer): Promise<Workbench> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  await page.goto(server.url, { timeout: 60_000 })
  await page.locator('.monaco-workbench').waitFor({ timeout: 60_000 })
  await page.locator('.activitybar .action-item').first().waitFor({ timeout: 60_000 })
  return new Workbench(page)
}
