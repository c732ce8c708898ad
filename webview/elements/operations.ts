import { LitElement, css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import { messageOf, visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { Operation } from '../../broker-bridge/protocol/index.ts'
import { EndedWork, progressText, shareDone, shownOperations } from '../feed/operations.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import type { IconName } from '../look/icons.ts'
import { place } from '../look/place.ts'
import { shared } from '../look/shared.ts'
import type { Session } from '../session/session.ts'

const signs: Readonly<Record<Operation['state'], readonly [IconName, string]>> = {
  running: ['loading', 'spin'],
  stopping: ['loading', 'spin'],
  done: ['pass', 'tone-good'],
  cancelled: ['circle-slash', 'tone-idle'],
  failed: ['error', 'tone-bad'],
}

/** A line for each longer piece of work on a queue: how far it is, a way to stop it, and at its end what became of it. */
@customElement('warren-operations')
export class Operations extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: block;
      }
      .operation {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 10px;
        padding: 5px 12px;
        border-bottom: 1px solid var(--w-line);
        background: var(--w-info-back);
        color: var(--w-strong);
      }
      .operation.failed {
        background: var(--w-error-back);
      }
      .operation .icon {
        font-size: 14px;
      }
      .title,
      .report {
        min-width: 0;
        overflow-wrap: anywhere;
        unicode-bidi: isolate;
      }
      .report {
        flex: 1 1 240px;
      }
      .bar {
        flex: 1 1 120px;
        max-width: 320px;
        height: 4px;
        border-radius: 2px;
        background: var(--w-track);
        outline: 1px solid var(--vscode-contrastBorder, transparent);
        overflow: hidden;
      }
      .share {
        display: block;
        height: 100%;
        background: var(--w-running);
      }
      .end {
        margin-inline-start: auto;
      }
      .button {
        min-height: 22px;
      }
      @media (forced-colors: active) {
        .share {
          background: Highlight;
          forced-color-adjust: none;
        }
      }
    `,
  ]

  @property({ attribute: false }) session: Session | null = null
  @property({ attribute: false }) operations: readonly Operation[] = []
  @property({ attribute: false }) ended = new EndedWork()
  @state() private problem: string | null = null

  protected override render(): TemplateResult {
    const shown = shownOperations(this.operations, this.ended.since, this.ended.away)
    return html`${repeat(
        shown,
        ({ id }) => id,
        (operation) => (operation.endedAt === null ? this.#renderRunning(operation) : this.#renderEnded(operation)),
      )}
      ${this.problem === null ? nothing : html`<p class="operation failed" role="alert">${visibleText(this.problem, 500)}</p>`}
      <div class="sr" role="status">${shown.map(({ report }) => report ?? '').join(' ')}</div>`
  }

  #renderRunning(operation: Operation): TemplateResult {
    const title = visibleLine(operation.title)
    return html`<div class="operation">
      ${sign(operation)} <span class="title">${title}</span> ${bar(operation, title)}
      <span class="numbers">${progressText(operation)}</span>
      <button
        class="button end"
        aria-label="Cancel: ${title}"
        aria-disabled=${operation.state === 'stopping'}
        @click=${() => operation.state === 'running' && void this.#cancel(operation)}
      >
        Cancel
      </button>
    </div>`
  }

  #renderEnded(operation: Operation): TemplateResult {
    return html`<div class="operation ${operation.state}">
      ${sign(operation)} <span class="title">${visibleLine(operation.title)}</span>
      <span class="report">${visibleText(operation.report ?? progressText(operation), 2_000)}</span>
      ${operation.what === 'retry' ? html`<button class="button end" @click=${() => emit(this, 'warren-retry-report', operation)}>Report…</button>` : nothing}
      <button
        class="tool ${operation.what === 'retry' ? '' : 'end'}"
        aria-label="Put this report away"
        title="Put this report away"
        @click=${() => this.#putAway(operation)}
      >
        ${icon('close', 'small')}
      </button>
    </div>`
  }

  #putAway({ id }: Operation): void {
    this.ended.away.add(id)
    this.requestUpdate()
  }

  async #cancel({ id }: Operation): Promise<void> {
    try {
      this.problem = null
      await this.session?.request('cancelOperation', { operation: id })
    } catch (error) {
      this.problem = messageOf(error)
    }
  }
}

function sign({ state: of }: Operation): TemplateResult {
  const [name, looks] = signs[of]
  return icon(name, looks)
}

function bar(operation: Operation, title: string): TemplateResult | typeof nothing {
  const share = shareDone(operation)
  if (share === null) return nothing
  const percent = Math.round(share * 100)
  return html`<span
    class="bar"
    role="progressbar"
    aria-label=${title}
    aria-valuemin="0"
    aria-valuemax="100"
    aria-valuenow=${percent}
    ><span class="share" ${place({ width: `${percent}%` })}></span
  ></span>`
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-operations': Operations
  }
}
