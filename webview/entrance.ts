import { messageOf } from '../broker-bridge/protocol/index.ts'
import { BrowserAccess } from './access.ts'
import { formatFragment, parseFragment } from './address.ts'
import type { PageModel } from './session/model.ts'

/**
 * How a browser tab gets in: the page's own address is the bridge's (nothing in the address may name another), and the secret
 * comes from a one-time code, from this tab's storage, or from the user's hand. Keeps the filters in the address.
 */
export class Entrance {
  readonly #access: BrowserAccess
  readonly #model: PageModel
  #written = ''

  constructor(model: PageModel, window: Window) {
    const { location, history, sessionStorage } = window
    this.#access = new BrowserAccess({ location, history, sessionStorage, fetch: (url, init) => window.fetch(url, init) })
    this.#model = model
    model.addEventListener('change', () => this.#follow())
    window.addEventListener('hashchange', () => void this.#take(parseFragment(location.hash)))
    window.document.addEventListener('warren-token', (event) => this.#takeToken(event))
  }

  /** Reads the address the page was opened with. */
  async enter(hash: string): Promise<void> {
    const fragment = parseFragment(hash)
    await this.#take(fragment)
    if (fragment.code !== null) return
    if (this.#access.token === null) this.#refuse('')
    else this.#use(this.#access.token)
  }

  async #take({ code, filter }: ReturnType<typeof parseFragment>): Promise<void> {
    if (filter) this.#model.setView({ ...filter, states: [...filter.states] })
    this.#writeAddress()
    if (code === null) return
    try {
      this.#use(await this.#access.trade(code))
    } catch (error) {
      // A used link opened again in the tab that used it is no reason to throw anybody out.
      if (this.#access.token === null) this.#refuse(messageOf(error))
      else if (this.#model.link.kind !== 'open') this.#use(this.#access.token)
    }
  }

  #takeToken(event: Event): void {
    if (!(event instanceof CustomEvent) || typeof event.detail !== 'string') return
    this.#access.keep(event.detail)
    this.#use(event.detail)
  }

  #use(token: string): void {
    this.#model.session.use({ url: new URL('.', location.href).href, token })
  }

  #refuse(message: string): void {
    this.#model.session.leave({ kind: 'refused', message })
  }

  #follow(): void {
    if (this.#model.link.kind === 'refused') this.#access.forget()
    // Compared with what was written, not with the address: that may hold a code which is about to be read.
    if (formatFragment(this.#model.view) !== this.#written) this.#writeAddress()
  }

  #writeAddress(): void {
    this.#written = formatFragment(this.#model.view)
    this.#access.writeFragment(this.#written)
  }
}
