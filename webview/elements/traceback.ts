import { LitElement, html, nothing } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { TracebackFrame } from '../../broker-bridge/protocol/index.ts'
import { excerpt, tracebackParts } from '../feed/tracebackParts.ts'
import type { Relation, TracebackPart } from '../feed/tracebackParts.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import { plural } from '../text/numbers.ts'
import { tracebackStyles } from './traceback.styles.ts'

/** Parts shown at first, and with every wish for more. A traceback may have a hundred thousand lines. */
const portion = 240
const mostLibraryFrames = 200

const relationWords: Readonly<Record<Relation, string>> = {
  cause: 'The error above was the direct cause of the one below.',
  context: 'While the error above was being handled, the one below occurred.',
}

/** A Python traceback: own frames first in sight, library frames folded, chained errors set apart. In VS Code a frame opens its line. */
@customElement('warren-traceback')
export class Traceback extends LitElement {
  static override styles = [shared, tracebackStyles]

  @property() text = ''
  /** True where a frame can open its source. */
  @property({ type: Boolean }) opens = false
  @state() private full = false
  /** Runs of library frames that were opened by themselves. */
  @state() private opened: ReadonlySet<TracebackPart> = new Set()
  @state() private most = portion
  #parts: readonly TracebackPart[] = []

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('text')) return
    this.#parts = tracebackParts(this.text)
    this.opened = new Set()
    this.most = portion
  }

  protected override render(): TemplateResult {
    const { head, hidden, tail } = excerpt(this.#parts, this.most)
    return html`
      <div class="bar">
        ${this.#renderModes()}
        <span class="muted chain">${this.#chain()}</span>
        <button
          class="tool"
          aria-label="Copy the traceback"
          title="Copy the traceback"
          @click=${() => emit(this, 'warren-copy', { text: this.text, what: 'the traceback' })}
        >
          ${icon('copy', 'small')}
        </button>
      </div>
      <div class="parts">
        ${head.map((part) => this.#renderPart(part))} ${hidden > 0 ? this.#renderHidden(hidden) : nothing}
        ${tail.map((part) => this.#renderPart(part))}
      </div>
    `
  }

  #renderModes(): TemplateResult | typeof nothing {
    if (!this.#parts.some(({ kind }) => kind === 'library')) return nothing
    const mode = (full: boolean, name: string, title: string): TemplateResult =>
      html`<button class="mode" aria-pressed=${this.full === full} title=${title} @click=${() => this.#setMode(full)}>
        ${name}
      </button>`
    return html`<div class="modes" role="group" aria-label="Frames">
      ${mode(false, 'Clean', 'Frames of libraries are folded')} ${mode(true, 'Full', 'All frames are shown')}
    </div>`
  }

  #setMode(full: boolean): void {
    this.full = full
    this.opened = new Set()
  }

  #chain(): string {
    const errors = 1 + this.#parts.filter(({ kind }) => kind === 'relation').length
    return errors > 1 ? `${errors} errors; the last one is what was raised` : ''
  }

  #renderHidden(hidden: number): TemplateResult {
    return html`<button class="library" @click=${() => (this.most += portion)}>
      ${icon('chevron-down', 'small')} Show more (${plural(hidden, 'part')} not shown)
    </button>`
  }

  #renderPart(part: TracebackPart): TemplateResult {
    switch (part.kind) {
      case 'text':
      case 'error':
        return html`<pre class=${part.kind}>${visibleText(part.text, 20_000)}</pre>`
      case 'frame':
        return this.#renderFrame(part.frame)
      case 'library':
        return this.#renderLibrary(part, part.frames)
      case 'relation':
        return html`<p class="relation">${relationWords[part.relation]}</p>`
    }
  }

  #renderLibrary(part: TracebackPart, frames: readonly TracebackFrame[]): TemplateResult {
    const shown = this.full || this.opened.has(part)
    const rest = frames.length - mostLibraryFrames
    return html`${
      this.full
        ? nothing
        : html`<button class="library" aria-expanded=${shown} @click=${() => this.#turn(part)}>
            ${icon(shown ? 'chevron-down' : 'chevron-right', 'small')} ${plural(frames.length, 'library frame')}
          </button>`
    }
    ${
      shown
        ? html`<div class="unfolded">
            ${frames.slice(0, mostLibraryFrames).map((frame) => this.#renderFrame(frame))}
            ${rest > 0 ? html`<p class="relation">${plural(rest, 'more frame')}: copy the traceback to read them</p>` : nothing}
          </div>`
        : nothing
    }`
  }

  #turn(part: TracebackPart): void {
    const opened = new Set(this.opened)
    if (!opened.delete(part)) opened.add(part)
    this.opened = opened
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
  const parts = file.split(/[/\\]/)
  return visibleLine(parts.length > 4 ? `…/${parts.slice(-3).join('/')}` : file, 1_000)
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-traceback': Traceback
  }
}
