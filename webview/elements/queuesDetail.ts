import { LitElement, css, html, nothing } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { messageOf, oldestReason, visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { Binding, NamedText, QueueConsumer, QueueDetail } from '../../broker-bridge/protocol/index.ts'
import { deadLetterText, oldestText, rateText, warningText } from '../feed/queues.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import type { Session } from '../session/session.ts'
import { formatCount, plural } from '../text/numbers.ts'
import { messagesButton } from './queuesRows.ts'

/** Milliseconds between two looks: the broker's own counts are as old as that. */
const pace = 5_000

/** Everything about one queue, asked for while it is shown. */
@customElement('warren-queue-detail')
export class QueuePane extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: block;
        overflow: auto;
        padding: 10px 14px 20px;
      }
      header {
        display: flex;
        align-items: start;
        gap: 8px;
      }
      h2 {
        flex: 1;
        margin: 0;
        font-size: 1.08em;
        color: var(--w-strong);
        overflow-wrap: anywhere;
        white-space: pre-wrap;
      }
      h3 {
        margin: 16px 0 4px;
        font-size: 1em;
        color: var(--w-strong);
      }
      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 3px 14px;
        margin: 8px 0 0;
      }
      dt {
        color: var(--w-muted);
      }
      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }
      ul {
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        padding: 3px 0;
        overflow-wrap: anywhere;
        border-bottom: 1px solid color-mix(in srgb, var(--w-line) 45%, transparent);
      }
      .warning {
        display: flex;
        gap: 6px;
        color: var(--w-again);
      }
      .note {
        color: var(--w-muted);
        margin: 8px 0 0;
      }
    `,
  ]

  @property({ attribute: false }) session: Session | null = null
  @property({ attribute: false }) queue: { readonly connection: string; readonly queue: string } | null = null
  @property({ type: Number }) now = 0
  @state() private told: QueueDetail | string | null = null

  #timer: number | undefined
  #asked = ''

  override connectedCallback(): void {
    super.connectedCallback()
    this.#timer = window.setInterval(() => void this.#ask(), pace)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    window.clearInterval(this.#timer)
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('queue')) return
    this.told = null
    this.#asked = ''
    void this.#ask()
  }

  protected override render(): TemplateResult {
    const { told, queue } = this
    return html`<header>
        <h2>${visibleLine(queue?.queue ?? '')}</h2>
        <button
          class="tool"
          title="Close (Escape)"
          aria-label="Close"
          @click=${() => this.dispatchEvent(new CustomEvent('warren-leave-queue'))}
        >
          ${icon('close')}
        </button>
      </header>
      ${
        told === null
          ? html`<p class="note">${icon('loading', 'spin small')} Asking the broker…</p>`
          : typeof told === 'string'
            ? html`<p class="note" role="alert">${visibleText(told, 1_000)}</p>`
            : this.#renderDetail(told)
      }`
  }

  #renderDetail(detail: QueueDetail): TemplateResult {
    const warning = warningText(detail)
    return html`
      ${warning === '' ? nothing : html`<p class="warning">${icon('warning', 'small')} ${warning}</p>`}
      <p class="note">${messagesButton(detail)}</p>
      <dl>
        ${facts(detail, this.now).map(
          ([name, value]) =>
            html`<dt>${name}</dt>
              <dd class="numbers">${value}</dd>`,
        )}
      </dl>
      ${detail.limits === null ? nothing : html`<p class="note">${icon('info', 'small')} ${visibleText(detail.limits, 1_500)}</p>`}
      ${section('Arguments', detail.arguments, namedLine)} ${section('Set by the policy', detail.policyDefinition, namedLine)}
      ${section('Bindings', detail.bindings, bindingLine)} ${section('Consumers', detail.consumerList, consumerLine)}
    `
  }

  /** One question at a time; what is told of a queue that is no longer shown is let go. */
  async #ask(): Promise<void> {
    const { queue, session } = this
    const mark = JSON.stringify(queue)
    if (!queue || !session || document.hidden || this.#asked === mark) return
    this.#asked = mark
    const told = await session.request('getQueue', queue).catch(messageOf)
    if (mark !== JSON.stringify(this.queue)) return
    this.#asked = ''
    this.told = told
  }
}

function facts(detail: QueueDetail, now: number): readonly (readonly [string, string])[] {
  const lines: readonly (readonly [string, string | null])[] = [
    ['Virtual host', visibleLine(detail.virtualHost)],
    ['Type', shown(detail.type)],
    ['State', shown(detail.state)],
    ['Ready', formatCount(detail.ready)],
    ['Unacked', formatCount(detail.unacked)],
    ['Consumers', formatCount(detail.consumers)],
    ['In, out', `${rateText(detail.inRate)}, ${rateText(detail.outRate)}`],
    ['Oldest message', oldest(detail, now)],
    ['Size of bodies', detail.bytes === null ? '–' : sizeText(detail.bytes)],
    ['Dead letters', deadLetters(detail)],
    ['Policy', shown(detail.policy)],
    ['Lasts', durability(detail)],
    ['Node', shown(detail.node)],
    ['Members', detail.members.length === 0 ? null : visibleLine(detail.members.join(', '), 500)],
  ]
  return lines.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]))
}

/** With the reason where it is not known. */
function oldest(detail: QueueDetail, now: number): string {
  const reason = oldestReason(detail)
  return reason === null ? oldestText(detail, now) : `– ${reason}`
}

function shown(value: string | null): string {
  return value === null ? '–' : visibleLine(value)
}

function sizeText(bytes: number): string {
  return bytes < 1_000 ? plural(bytes, 'byte') : bytes < 1e6 ? `${formatCount(bytes / 1e3)} kB` : `${formatCount(bytes / 1e6)} MB`
}

function deadLetters({ deadLetter, deadLetterQueues, limits }: QueueDetail): string {
  if (deadLetter === null) return limits === null ? 'are dropped: no dead-letter exchange is set' : '–'
  const queues = deadLetterQueues === null || deadLetterQueues.length === 0 ? null : deadLetterQueues.slice(0, 10).join(', ')
  const target = visibleLine(deadLetterText(deadLetter))
  if (deadLetterQueues?.length === 0) return `${target}, to which no queue is bound for them: they are lost`
  return queues === null || queues === target ? target : `${target}; bound there: ${visibleLine(queues, 500)}`
}

function durability({ durable, exclusive, autoDelete }: QueueDetail): string {
  if (durable === null) return '–'
  const parts = [durable ? 'durable' : 'gone when the broker stops']
  if (exclusive === true) parts.push('exclusive to one connection')
  if (autoDelete === true) parts.push('gone with its last consumer')
  return parts.join(', ')
}

function section<T>(title: string, list: readonly T[] | null, line: (one: T) => TemplateResult): TemplateResult {
  const count =
    list === null || list.length === 0 ? nothing : html`<span class="muted numbers">${formatCount(list.length)}</span>`
  return html`<h3>${title} ${count}</h3>
    ${
      list === null
        ? html`<p class="note">–</p>`
        : list.length === 0
          ? html`<p class="note">none</p>`
          : html`<ul>
              ${list.slice(0, 200).map((one) => html`<li>${line(one)}</li>`)}
            </ul>`
    }`
}

function namedLine({ name, text }: NamedText): TemplateResult {
  return html`<span class="muted">${visibleLine(name)}</span> ${visibleLine(text, 500)}`
}

/** A way in: from which exchange, with which key. */
function bindingLine({ source, key, arguments: named }: Binding): TemplateResult {
  const from = source === '' ? 'default exchange' : visibleLine(source)
  const more = named.map(({ name, text }) => `${name}=${text}`).join(', ')
  return html`<span class="muted">from</span> ${from}
    <span class="muted">with key</span> ${key === '' ? '(empty)' : visibleLine(key)}
    ${more === '' ? nothing : html`<span class="muted">${visibleLine(more, 300)}</span>`}`
}

function consumerLine({ tag, from, prefetch, acknowledges, active }: QueueConsumer): TemplateResult {
  const words = [
    `prefetch ${prefetch === null ? '–' : prefetch === 0 ? 'unlimited' : formatCount(prefetch)}`,
    ...(acknowledges ? [] : ['without acknowledging']),
    ...(active ? [] : ['waiting for its turn']),
  ]
  return html`${visibleLine(from, 200)} <span class="muted">${visibleLine(tag, 100)}, ${words.join(', ')}</span>`
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-queue-detail': QueuePane
  }
}
