/** Why a request is not let in, as an HTTP status: 400 for what cannot be read, 403 for what may not come in. */
export type Refusal = 400 | 403

/** What of a request says where it comes from. Values as they arrived, undefined where the header is absent. */
export interface Provenance {
  /** Every Host header: one is right, none or two are not. */
  readonly hosts: readonly string[]
  readonly origin: string | undefined
  /** The browser's own word on who asks, which a page cannot forge. */
  readonly fetchSite: string | undefined
  readonly fetchMode: string | undefined
}

const hostForm = /^(?:[a-z\d](?:[a-z\d.-]{0,251}[a-z\d.])?|\[[\da-f:.]{2,45}\])(?::(\d{1,5}))?$/i
const originForm = /^(?:null|[a-z][a-z\d+.-]*:\/\/([^\s/?#@]*))$/i
const webviewOrigin = /^vscode-webview:\/\/[\da-z-]{1,200}$/

/**
 * The names under which this server may be asked for, and the pages that may ask it. A page of a foreign site can send requests
 * to 127.0.0.1, and a foreign name can be made to resolve to it; both are refused here, before any secret is looked at.
 */
export class Authorities {
  readonly #hosts = new Set<string>()
  readonly #origins = new Set<string>()

  constructor(port: number) {
    for (const name of ['127.0.0.1', 'localhost', '[::1]']) {
      this.#hosts.add(`${name}:${port}`)
      this.#origins.add(`http://${name}:${port}`)
    }
  }

  /**
   * Allows the authority (`host` or `host:port`) under which a workbench or a proxy shows this server.
   * @returns false when it is not an authority
   */
  allow(authority: string): boolean {
    const name = authority.toLowerCase()
    if (!isAuthority(name)) return false
    this.#hosts.add(name)
    // Browsers leave the default port away.
    this.#origins.add(`http://${name.replace(/:80$/, '')}`).add(`https://${name.replace(/:443$/, '')}`)
    this.#hosts.add(name.replace(/:(80|443)$/, ''))
    return true
  }

  /** The refusal of a request, or undefined where it may come in as far as its origin is concerned. Never throws. */
  check({ hosts, origin, fetchSite, fetchMode }: Provenance): Refusal | undefined {
    const [host] = hosts
    if (host === undefined || hosts.length > 1 || !isAuthority(host)) return 400
    if (!this.#hosts.has(host)) return 403
    if (origin !== undefined) return isOrigin(origin) ? this.#checkOrigin(origin) : 400
    // Without an Origin only the person's own doing is right: an address typed, a link followed, our own page.
    const foreign = fetchSite === 'cross-site' || fetchSite === 'same-site'
    return foreign && fetchMode !== 'navigate' ? 403 : undefined
  }

  #checkOrigin(origin: string): Refusal | undefined {
    return this.#origins.has(origin) || webviewOrigin.test(origin) ? undefined : 403
  }
}

function isAuthority(text: string): boolean {
  const match = hostForm.exec(text)
  return match !== null && (match[1] === undefined || Number(match[1]) <= 65_535)
}

function isOrigin(text: string): boolean {
  const match = originForm.exec(text)
  return match !== null && (match[1] === undefined || match[1] === '' || isAuthority(match[1]))
}
