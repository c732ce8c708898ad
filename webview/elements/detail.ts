import { LitElement, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { keyed } from 'lit/directives/keyed.js'
import { endedStates, isLibraryFrame, parseTraceback, visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { BackendReply, BlindSpot, TaskDetail, TaskKey, TracebackFrame } from '../../broker-bridge/protocol/index.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import type { Followed } from '../session/taskWatch.ts'
import { filterFor } from '../text/filterFor.ts'
import type { ShownText } from '../text/shortened.ts'
import { lookOf } from '../text/taskStates.ts'
import './backend.ts'
import { backendLine } from './backendLine.ts'
import './detailAttempts.ts'
import './detailCopyMenu.ts'
import './detailLog.ts'
import { detailStyles, sectionStyles } from './detail.styles.ts'
import { detailFacts } from './detailFacts.ts'
import { detailLinks } from './detailLinks.ts'
import { detailProgress } from './detailProgress.ts'
import './recordedMessage.ts'
import type { FindRecorded } from './recordedMessage.ts'
import './detailValue.ts'
import { taskName } from './taskRow.ts'
import './timeline.ts'
import './traceback.ts'

/** Everything known of one task, and what can be done with it. */
@customElement('warren-detail')
export class Detail extends LitElement {
  static override styles = [shared, sectionStyles, detailStyles]

  @property({ attribute: false }) followed: Followed = { kind: 'none' }
  @property({ attribute: false }) findRecorded: FindRecorded | null = null
  @property({ attribute: false }) askBackend: ((task: TaskKey) => Promise<BackendReply | null>) | null = null
  @property({ type: Number }) now = 0
  @property({ type: Boolean }) inVsCode = false
  /** What cannot be known of a task of this connection. */
  @property({ attribute: false }) blindSpots: readonly BlindSpot[] = []
  /** Why the task cannot be run again on its connection, or null when it can. */
  @property() refusal: string | null = null

  /** What workers that VS Code started logged of this task. */
  @property({ attribute: false }) logLines: readonly string[] = []

  #hadFocus = false

  /** Puts the keyboard into the pane. */
  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('section')?.focus()
  }

  protected override willUpdate(): void {
    this.#hadFocus = this.shadowRoot?.activeElement != null
  }

  protected override updated(): void {
    // The button that was pressed may be gone with its task; the keyboard stays in the pane.
    if (this.#hadFocus && this.shadowRoot?.activeElement == null) this.focus()
  }

  protected override render(): TemplateResult {
    return html`<section tabindex="-1" aria-label="Task" @keydown=${this.#onKey}><slot></slot>${this.#renderFollowed()}</section>`
  }

  #renderFollowed(): TemplateResult {
    const { followed } = this
    switch (followed.kind) {
      case 'none':
        return html`${this.#renderClose()}
          <p class="quiet">Choose a task to see what happened to it.</p>`
      case 'loading':
        return html`${this.#renderClose()}
          <p class="quiet">${icon('loading', 'spin')} Loading…</p>`
      case 'missing':
        return html`${this.#renderClose()}
          <p class="quiet">${visibleText(followed.message, 1_000)}</p>
          <p class="quiet mono">${visibleLine(followed.key.id)}</p>`
      case 'held':
        return this.#renderTask(followed.task)
    }
  }

  #renderTask(task: TaskDetail): TemplateResult {
    const look = lookOf(task.state)
    const narrow = (text: string): void => emit(this, 'warren-filter-query', text)
    const choose = (id: string): void => emit(this, 'warren-select', { connection: task.connection, id })
    return html`
      ${this.#renderClose()}
      <h2 title=${visibleLine(task.name ?? task.id)}>${taskName(task.name)}</h2>
      <div class="under">
        <span class="state">${icon(look.icon, `tone-${look.tone}`)} ${look.label}</span>
        <button class="id mono" title="Copy the id" @click=${() => this.#copy(task.id, 'the id')}>
          ${visibleLine(task.id)} ${icon('copy', 'small')}
        </button>
        ${nameLink(task.name, narrow)}
      </div>
      ${this.#renderActions(task)} ${orphanOf(task)} ${backendLine(task, this.now)} ${detailProgress(task)} ${errorOf(task)}
      ${detailFacts(task, this.now, narrow, this.blindSpots)} ${keyed(`${task.connection} ${task.id}`, this.#renderHistory(task))}
      ${detailLinks(task, { choose, narrow })}
    `
  }

  /** What keeps its own openness, for this one task. */
  #renderHistory(task: TaskDetail): TemplateResult {
    return html`
      ${valueOf('Arguments', 'args', task.args)}
      ${task.kwargs === '{}' && task.args !== null ? nothing : valueOf('Keyword arguments', 'kwargs', task.kwargs)}
      <warren-recorded-message .task=${task} .find=${this.findRecorded}></warren-recorded-message>
      ${
        task.traceback === null
          ? nothing
          : html`<h3>Traceback</h3>
              <warren-traceback .text=${task.traceback} ?opens=${this.inVsCode}></warren-traceback>`
      }
      ${valueOf('Result', 'result', task.result)} ${valueOf('More from its events', null, task.custom)}
      ${
        showsAttempts(task)
          ? html`<h3>Attempts</h3>
              <warren-attempts .attempts=${task.attempts} ?opens=${this.inVsCode}></warren-attempts>`
          : nothing
      }
      ${this.logLines.length === 0 ? nothing : html`<warren-task-log .lines=${this.logLines}></warren-task-log>`}
      <h3>Timeline</h3>
      <warren-timeline .moments=${task.timeline} .now=${this.now}></warren-timeline>
      <warren-backend
        .ask=${() => this.askBackend?.({ connection: task.connection, id: task.id }) ?? Promise.resolve(null)}
        .unasked=${task.backend ?? null}
        .now=${this.now}
        ?opens=${this.inVsCode}
      ></warren-backend>
    `
  }

  #renderActions(task: TaskDetail): TemplateResult {
    const key = { connection: task.connection, id: task.id }
    const frame = this.inVsCode && task.traceback !== null ? raisingFrame(task.traceback) : undefined
    return html`<div class="actions">
        <button
          class="button ${endedStates.has(task.state) ? 'main' : ''}"
          aria-disabled=${this.refusal !== null}
          title=${this.refusal ?? 'Sends this task again, with a new id. Warren shows what it will send first.'}
          @click=${() => this.refusal === null && emit(this, 'warren-retry', key)}
        >
          ${icon('debug-restart', 'small')} Retry…
        </button>
        ${endedStates.has(task.state) ? nothing : this.#renderRevoke(key)}
        ${
          frame
            ? html`<button
                class="button"
                @click=${() => emit(this, 'warren-open-source', { file: frame.file, line: frame.line })}
              >
                ${icon('go-to-file', 'small')} Show Source
              </button>`
            : nothing
        }
        ${this.inVsCode && task.traceback !== null ? this.#renderOpenTraceback(key) : nothing}
        ${this.inVsCode ? this.#renderDebug(key) : nothing}
        <warren-copy-menu .task=${task}></warren-copy-menu>
      </div>
      ${this.refusal === null ? nothing : html`<p class="reason">${this.refusal}</p>`}`
  }

  #renderDebug(key: TaskKey): TemplateResult {
    return html`<button
      class="button"
      title="Runs this task’s code here, under a debugger. Nothing is sent to the broker."
      @click=${() => emit(this, 'warren-debug', key)}
    >
      ${icon('debug-alt', 'small')} Debug Locally
    </button>`
  }

  #renderRevoke({ connection, id }: TaskKey): TemplateResult {
    const revoke = (terminate: boolean) => () =>
      this.refusal === null && emit(this, 'warren-revoke', { connection, target: { by: 'ids', ids: [id] }, terminate })
    const off = this.refusal !== null
    return html`<button
        class="button"
        aria-disabled=${off}
        title=${this.refusal ?? 'Workers drop this task when they would start it. Warren asks first.'}
        @click=${revoke(false)}
      >
        ${icon('circle-slash', 'small')} Revoke…
      </button>
      <button
        class="button"
        aria-disabled=${off}
        title=${this.refusal ?? 'Ends the process that runs this task. Warren asks first.'}
        @click=${revoke(true)}
      >
        Terminate…
      </button>`
  }

  #renderOpenTraceback(key: TaskKey): TemplateResult {
    return html`<button class="button" @click=${() => emit(this, 'warren-show-traceback', key)}>Open Traceback</button>`
  }

  #renderClose(): TemplateResult {
    return html`<button
      class="tool close"
      aria-label="Close the task"
      title="Close (Escape in the list)"
      @click=${() => emit(this, 'warren-close-detail', null)}
    >
      ${icon('close')}
    </button>`
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    emit(this, 'warren-leave-detail', null)
  }

  #copy(text: string, what: string): void {
    emit(this, 'warren-copy', { text, what })
  }
}

/** The innermost frame of the user's own code: the last error's, where a chain has several. */
function raisingFrame(traceback: string): TracebackFrame | undefined {
  const frames = parseTraceback(traceback)
  return frames.findLast((frame) => !isLibraryFrame(frame.file)) ?? frames.at(-1)
}

function errorOf(task: TaskDetail): TemplateResult | typeof nothing {
  if (task.exception === null) return nothing
  return html`<div class="error">
    ${icon('error', task.state === 'RETRY' ? 'tone-again' : 'tone-bad')}
    <span class="mono">${visibleText(task.exception, 4_000)}</span>
  </div>`
}

function orphanOf({ orphaned }: TaskDetail): TemplateResult | typeof nothing {
  if (orphaned === undefined) return nothing
  return html`<p class="orphan">${icon('warning', 'tone-again')} <span>${orphaned}</span></p>`
}

function nameLink(name: string | null, narrow: (text: string) => void): TemplateResult | typeof nothing {
  const text = name === null ? null : filterFor('name', name)
  if (text === null) return nothing
  return html`<button class="link" @click=${() => narrow(text)}>Show all of this name</button>`
}

function valueOf(heading: string, of: ShownText | null, text: string | null): TemplateResult | typeof nothing {
  return text === null ? nothing : html`<warren-value .heading=${heading} .of=${of} .text=${text}></warren-value>`
}

/** One attempt is what the whole pane is about, unless it was not the first. */
function showsAttempts({ attempts }: TaskDetail): boolean {
  return attempts.length > 1 || (attempts[0]?.number ?? 1) > 1
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-detail': Detail
  }
}
