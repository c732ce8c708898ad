import { LitElement, css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'

/** What a browser shows that has no session: why, and the two ways to get one. */
@customElement('warren-sign-in')
export class SignIn extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        place-items: center;
        height: 100%;
        padding: 24px;
        overflow: auto;
      }
      main {
        width: min(440px, 100%);
      }
      h1 {
        display: flex;
        align-items: center;
        gap: 10px;
        margin: 0 0 6px;
        font-size: 1.5em;
        font-weight: 600;
        color: var(--w-strong);
      }
      h1 .icon {
        font-size: 22px;
        color: var(--w-focus);
      }
      p {
        margin: 0 0 10px;
      }
      .message {
        padding: 6px 10px;
        border: 1px solid var(--w-warning-line);
        border-radius: 4px;
        background: var(--w-warning-back);
        color: var(--w-strong);
      }
      h2 {
        margin: 20px 0 4px;
        font-size: 1em;
        font-weight: 600;
        color: var(--w-strong);
      }
      .entry {
        display: flex;
        gap: 8px;
      }
      input {
        flex: 1;
        min-height: 28px;
        font-family: var(--w-mono);
      }
      .button {
        min-height: 28px;
      }
    `,
  ]

  @property() message: string | null = null
  @query('input') private readonly input!: HTMLInputElement | null

  protected override render(): TemplateResult {
    return html`<main>
      <h1>${icon('key')} Sign in to Warren</h1>
      ${this.message === null ? nothing : html`<p class="message" role="alert">${this.message}</p>`}
      <p>This page shows a broker’s tasks, so it opens only for whoever started it.</p>
      <h2>With a link</h2>
      <p>
        Open the newest address in the terminal where Warren runs. Each signs in one browser, once; as soon as one is used, Warren
        prints the next.
      </p>
      <h2><label for="token">With the token</label></h2>
      <p>
        Started with <span class="mono">--json</span>, Warren prints its token on the first line. It is kept for this tab only.
      </p>
      <div class="entry">
        <input
          id="token"
          type="password"
          autocomplete="off"
          spellcheck="false"
          placeholder="Token"
          maxlength="200"
          @keydown=${this.#onKey}
        />
        <button class="button main" @click=${this.#submit}>Sign In</button>
      </div>
    </main>`
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === 'Enter') this.#submit()
  }

  #submit(): void {
    const token = this.input?.value.trim() ?? ''
    if (token === '') this.input?.focus()
    else emit(this, 'warren-token', token)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-sign-in': SignIn
  }
}
