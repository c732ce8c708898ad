import * as v from 'valibot'

/** The parts of a browser's window that signing in touches; a test brings its own. */
export interface AccessWindow {
  readonly location: { readonly pathname: string; readonly search: string; readonly hash: string }
  readonly history: { replaceState(data: unknown, unused: string, url: string): void }
  readonly sessionStorage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>
  fetch(url: string, init: RequestInit): Promise<Pick<Response, 'ok' | 'status' | 'json'>>
}

const Session = v.object({ token: v.pipe(v.string(), v.minLength(1), v.maxLength(200)) })

/** How a browser gets and keeps the bridge's secret: for this tab only, never in the address, never in a cookie. */
export class BrowserAccess {
  readonly #window: AccessWindow
  readonly #key: string

  constructor(window: AccessWindow) {
    this.#window = window
    this.#key = `warren.token:${window.location.pathname}`
  }

  get token(): string | null {
    return this.#window.sessionStorage.getItem(this.#key)
  }

  keep(token: string): void {
    this.#window.sessionStorage.setItem(this.#key, token)
  }

  forget(): void {
    this.#window.sessionStorage.removeItem(this.#key)
  }

  /** Replaces the fragment, so that neither history nor a copied address holds what was there. */
  writeFragment(fragment: string): void {
    const { pathname, search } = this.#window.location
    this.#window.history.replaceState(null, '', `${pathname}${search}${fragment === '' ? '' : `#${fragment}`}`)
  }

  /**
   * Trades the one-time code of a link for the secret and keeps it.
   * @throws Error with a whole sentence for the user
   */
  async trade(code: string): Promise<string> {
    const answer = await this.#window.fetch('api/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    })
    if (!answer.ok) throw new Error('This link was already used, or it is too old. Each link signs in once.')
    const session = v.safeParse(Session, await answer.json())
    if (!session.success) throw new Error('The server answered something else than a session. Is this address really Warren’s?')
    this.keep(session.output.token)
    return session.output.token
  }
}
