import type { ReactiveController, ReactiveControllerHost } from 'lit'

const systemLooks = ['(prefers-color-scheme: dark)', '(forced-colors: active)']

/** Tells when colours may have changed: VS Code writes its themes into the page, a browser asks the system. */
export class ThemeWatch implements ReactiveController {
  readonly #changed: () => void
  readonly #observer: MutationObserver
  readonly #queries = systemLooks.map((look) => matchMedia(look))

  constructor(host: ReactiveControllerHost, changed: () => void) {
    this.#changed = changed
    this.#observer = new MutationObserver(changed)
    host.addController(this)
  }

  hostConnected(): void {
    const attributes = { attributes: true, attributeFilter: ['class', 'style'] }
    this.#observer.observe(document.body, attributes)
    this.#observer.observe(document.documentElement, attributes)
    for (const query of this.#queries) query.addEventListener('change', this.#changed)
  }

  hostDisconnected(): void {
    this.#observer.disconnect()
    for (const query of this.#queries) query.removeEventListener('change', this.#changed)
  }
}
