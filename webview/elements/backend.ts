import { LitElement, css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { messageOf, visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { BackendAnswer, BackendReply } from '../../broker-bridge/protocol/index.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { lookOf } from '../text/taskStates.ts'
import { formatMoment, formatRelative } from '../text/times.ts'
import { sectionStyles } from './detail.styles.ts'
import './detailValue.ts'
import './traceback.ts'

/** Asks the result backend for the task; null when the user did not want it. */
export type AskBackend = () => Promise<BackendReply | null>

type Told =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'told'; readonly reply: BackendReply }

/**
 * What the result backend says of one task, once somebody asked, or Warren by itself because the task seems stuck: beside what
 * events told, never in its place.
 */
@customElement('warren-backend')
export class Backend extends LitElement {
  static override styles = [
    shared,
    sectionStyles,
    css`
      p {
        margin: 6px 0;
        overflow-wrap: anywhere;
      }
      .state {
        display: flex;
        align-items: center;
        gap: 6px;
      }
      .source {
        color: var(--w-muted);
      }
    `,
  ]

  @property({ attribute: false }) ask: AskBackend | null = null
  @property({ type: Boolean }) opens = false
  /** What was told without anybody asking; null where nothing was. */
  @property({ attribute: false }) unasked: BackendReply | null = null
  /** Epoch seconds. */
  @property({ type: Number }) now = 0
  @state() private told: Told = { kind: 'nothing' }

  protected override render(): TemplateResult {
    return html`<h3>Result backend</h3>
      <button class="button" ?disabled=${this.told.kind === 'asking'} @click=${() => void this.#ask()}>
        ${this.told.kind === 'asking' ? icon('loading', 'spin small') : icon('search', 'small')} Ask the Result Backend
      </button>
      <div role="status">${this.#renderTold()}</div>`
  }

  #renderTold(): TemplateResult | typeof nothing {
    switch (this.told.kind) {
      case 'nothing':
      case 'asking':
        return this.unasked ? this.#renderReply(this.unasked, true) : nothing
      case 'refused':
        return html`<p>${visibleText(this.told.message, 2_000)}</p>`
      case 'told':
        return this.#renderNewest(this.told.reply)
    }
  }

  #renderNewest(asked: BackendReply): TemplateResult {
    const { unasked } = this
    return unasked && unasked.askedAt > asked.askedAt ? this.#renderReply(unasked, true) : this.#renderReply(asked, false)
  }

  #renderReply({ file, answers, askedAt }: BackendReply, byItself: boolean): TemplateResult {
    const why = byItself ? ' by Warren itself, because nothing was heard of the task for long' : ''
    return html`<p class="source">Asked ${formatRelative(Math.min(askedAt, this.now), this.now)}${why}.</p>
      ${
        answers.length === 0
          ? html`<p>
              ${visibleLine(file)} does not have this task: it is there once it ended, or once it started where
              <code>task_track_started</code> is on, and until its result expires.
              ${
                file.startsWith('Redis')
                  ? html`Where keys have a prefix (<code>global_keyprefix</code>), the backend's address has to name it.`
                  : nothing
              }
            </p>`
          : answers.map((answer) => this.#renderAnswer(answer))
      }`
  }

  #renderAnswer(answer: BackendAnswer): TemplateResult {
    const value = (heading: string, text: string | null): TemplateResult | typeof nothing =>
      text === null ? nothing : html`<warren-value .heading=${heading} .of=${null} .text=${text}></warren-value>`
    return html`${stateOf(answer)} ${answer.inert === null ? nothing : html`<p>Result: ${visibleText(answer.inert, 1_000)}</p>`}
    ${value('Result', answer.result)} ${value('Arguments', answer.args)} ${value('Keyword arguments', answer.kwargs)}
    ${
      answer.traceback === null
        ? nothing
        : html`<h3>Traceback</h3>
            <warren-traceback .text=${answer.traceback} ?opens=${this.opens}></warren-traceback>`
    }`
  }

  async #ask(): Promise<void> {
    if (!this.ask) return
    this.told = { kind: 'asking' }
    try {
      const reply = await this.ask()
      this.told = reply === null ? { kind: 'nothing' } : { kind: 'told', reply }
    } catch (error) {
      this.told = { kind: 'refused', message: messageOf(error) }
    }
    await this.updateComplete
    // The button stands at the end of the pane: its answer would come below the edge.
    this.renderRoot.querySelector('[role=status]')?.scrollIntoView({ block: 'nearest' })
  }
}

function stateOf({ state, source, at }: BackendAnswer): TemplateResult {
  if (state === null) return html`<p class="source">${visibleLine(source)} has this task, in a form of its own.</p>`
  const look = lookOf(state)
  return html`<p class="state">
    ${icon(look.icon, `tone-${look.tone}`)} <span>${look.label}</span>
    <span class="source">says ${visibleLine(source)}, ${at === null ? 'without a time' : formatMoment(at)}</span>
  </p>`
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-backend': Backend
  }
}
