import * as vscode from 'vscode'
import { commandIds } from '../contributions.ts'
import type { StatusPicture } from './statusText.ts'

/** The status bar item; `show` draws a picture if it differs from the one before. */
export class StatusBar implements vscode.Disposable {
  readonly #item: vscode.StatusBarItem
  #shown = ''

  constructor() {
    this.#item = vscode.window.createStatusBarItem('warren.status', vscode.StatusBarAlignment.Left, 0)
    this.#item.name = 'Warren'
    this.#item.command = commandIds.showActions
  }

  show(picture: StatusPicture): void {
    const text = JSON.stringify(picture)
    if (text === this.#shown) return
    this.#shown = text
    this.#item.text = picture.text
    this.#item.tooltip = picture.tooltip
    this.#item.accessibilityInformation = { label: picture.accessibility }
    this.#item.backgroundColor =
      picture.background === undefined ? undefined : new vscode.ThemeColor(`statusBarItem.${picture.background}Background`)
    this.#item.show()
  }

  dispose(): void {
    this.#item.dispose()
  }
}
