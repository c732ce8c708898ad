import { LitElement, css, html } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { TracebackFrame } from '../../broker-bridge/protocol/index.ts'
import { tracebackParts } from '../feed/tracebackParts.ts'
import type { TracebackPart } from '../feed/tracebackParts.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { plural } from '../text/numbers.ts'

/** A Python traceback: own frames first in sight, library frames folded. In VS Code a frame opens its line. */
@customElement('warren-traceback')
export class Traceback extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: block;
        border: 1px solid var(--w-line);
        border-radius: 4px;
        background: var(--w-code);
        overflow: hidden;
      }
      .bar {
        display: flex;
        align-items: center;
        gap: 12px;
        padding: 3px 6px 3px 10px;
        border-bottom: 1px solid var(--w-line);
      }
      .bar .button {
        min-height: 22px;
        padding: 0 8px;
      }
      .spacer {
        flex: 1;
      }
      .parts {
        padding: 4px 0;
        overflow-x: auto;
      }
      pre {
        margin: 0;
        padding: 3px 10px;
        font-family: var(--w-mono);
        font-size: var(--w-mono-size);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .text:last-child {
        color: var(--w-bad-text);
      }
      .frame {
        display: block;
        width: 100%;
        padding: 3px 10px;
        border: 0;
        background: none;
        color: var(--w-foreground);
        text-align: start;
        font-family: var(--w-mono);
        font-size: var(--w-mono-size);
      }
      button.frame:hover {
        background: var(--w-hover);
      }
      button.frame:hover .where {
        text-decoration: underline;
      }
      .place {
        overflow-wrap: anywhere;
        color: var(--w-muted);
      }
      .where {
        color: var(--w-link);
      }
      div.frame .where {
        color: var(--w-foreground);
      }
      .in {
        color: var(--w-strong);
      }
      .code {
        display: block;
        padding-inline-start: 2ch;
        color: var(--w-strong);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
      .library {
        display: inline-flex;
        align-items: center;
        gap: 4px;
        padding: 3px 10px;
        border: 0;
        background: none;
        color: var(--w-muted);
      }
      .library:hover {
        color: var(--w-strong);
      }
      .unfolded .place,
      .unfolded .where,
      .unfolded .in,
      .unfolded .code {
        opacity: 0.85;
      }
    `,
  ]

  @property() text = ''
  /** True where a frame can open its source. */
  @property({ type: Boolean }) opens = false
  @state() private all = false
  #parts: readonly TracebackPart[] = []

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('text')) this.#parts = tracebackParts(this.text)
  }

  protected override render(): TemplateResult {
    const folded = this.#parts.reduce((sum, part) => sum + (part.kind === 'library' ? part.frames.length : 0), 0)
    return html`
      <div class="bar">
        <span class="muted"
          >${folded === 0 ? 'All frames' : this.all ? 'All frames' : `${plural(folded, 'library frame')} folded`}</span
        >
        <span class="spacer"></span>
        ${
          folded === 0
            ? ''
            : html`<button class="link" aria-pressed=${this.all} @click=${() => (this.all = !this.all)}>
                ${this.all ? 'Fold library frames' : 'Show all'}
              </button>`
        }
        <button
          class="tool"
          aria-label="Copy the traceback"
          title="Copy the traceback"
          @click=${() => emit(this, 'warren-copy', { text: this.text, what: 'the traceback' })}
        >
          ${icon('copy', 'small')}
        </button>
      </div>
      <div class="parts">${this.#parts.map((part) => this.#renderPart(part))}</div>
    `
  }

  #renderPart(part: TracebackPart): TemplateResult {
    switch (part.kind) {
      case 'text':
        return html`<pre class="text">${visibleText(part.text, 20_000)}</pre>`
      case 'frame':
        return this.#renderFrame(part.frame)
      case 'library':
        return this.#renderLibrary(part.frames)
      case 'cut':
        return html`<pre class="muted">
… ${plural(part.parts, 'more part')} not shown; copy the traceback to read all of it …</pre>`
    }
  }

  #renderLibrary(frames: readonly TracebackFrame[]): TemplateResult {
    if (this.all) return html`<div class="unfolded">${frames.map((frame) => this.#renderFrame(frame))}</div>`
    return html`<button class="library" aria-expanded="false" @click=${() => (this.all = true)}>
      ${icon('chevron-right', 'small')} ${plural(frames.length, 'library frame')}
    </button>`
  }

  #renderFrame(frame: TracebackFrame): TemplateResult {
    const content = html`<span class="place"
        ><span class="where">${shortFile(frame.file)}:${frame.line}</span> in
        <span class="in">${visibleLine(frame.name, 120)}</span></span
      >${frame.code === null ? '' : html`<span class="code">${visibleLine(frame.code, 500)}</span>`}`
    const title = `${visibleLine(frame.file, 1_000)}:${frame.line}`
    if (!this.opens) return html`<div class="frame" title=${title}>${content}</div>`
    return html`<button
      class="frame"
      title=${`Open ${title}`}
      @click=${() => emit(this, 'warren-open-source', { file: frame.file, line: frame.line })}
    >
      ${content}
    </button>`
  }
}

/** The end of a long path: the part that tells files apart. */
function shortFile(file: string): string {
  const parts = visibleLine(file, 1_000).split(/[/\\]/)
  return parts.length > 4 ? `…/${parts.slice(-3).join('/')}` : parts.join('/')
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-traceback': Traceback
  }
}
