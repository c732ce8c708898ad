import { LitElement, html, nothing, svg } from 'lit'
import type { PropertyValues, TemplateResult } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { endedStates, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { TaskKey, Workflow, WorkflowNode } from '../../broker-bridge/protocol/index.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import type { IconName } from '../look/icons.ts'
import { place } from '../look/place.ts'
import { shared } from '../look/shared.ts'
import { DrawingBoard } from '../workflow/drawing.ts'
import type { Drawing } from '../workflow/drawing.ts'
import { pathOf } from '../workflow/layout.ts'
import type { Layout, Point } from '../workflow/layout.ts'
import { walk } from '../workflow/walk.ts'
import { groupQuery, summaryOf } from '../workflow/words.ts'
import { dragToScroll } from './workflowDrag.ts'
import { workflowNode } from './workflowNode.ts'
import { workflowNotes } from './workflowNotes.ts'
import { workflowStyles } from './workflow.styles.ts'

const zooms = { least: 0.4, most: 2, step: 1.25 } as const

/** The workflow of the task in the pane as a graph that can be walked, or as one line where it is folded away. */
@customElement('warren-workflow')
export class WorkflowGraph extends LitElement {
  static override styles = [shared, workflowStyles]

  /** Null while none is known. */
  @property({ attribute: false }) workflow: Workflow | null = null
  @property({ attribute: false }) selected: TaskKey | null = null
  @property({ type: Boolean }) open = false
  /** Why nothing can be run again on its connection, or null when it can. */
  @property() refusal: string | null = null
  /** Runs what failed again, and says what came of it. */
  @property({ attribute: false }) retry: (task: TaskKey) => Promise<string> = () => Promise.resolve('')
  @state() private outcome = ''
  @state() private zoom = 1
  @state() private cursor: string | null = null
  @query('.view') private readonly view!: HTMLElement | null

  readonly #board = new DrawingBoard(() => performance.now())
  #drawing: Drawing | null = null
  #timer: ReturnType<typeof setTimeout> | undefined

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#timer)
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    clearTimeout(this.#timer)
    if (changed.has('selected')) this.outcome = ''
    this.#drawing = null
    if (!this.open || this.workflow === null) return
    const { drawing, wait } = this.#board.draw(this.workflow)
    this.#drawing = drawing
    if (wait > 0) this.#timer = setTimeout(() => this.requestUpdate(), wait)
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('selected') || changed.has('open') || (changed.has('workflow') && changed.get('workflow') === null)) {
      this.cursor = null
      this.#scrollTo(this.#nodeElement(this.#currentNode))
    }
  }

  protected override render(): TemplateResult {
    const { workflow } = this
    return html`<section aria-label="Workflow">
      <header>
        <button class="toggle" aria-expanded=${this.open} @click=${() => emit(this, 'warren-workflow', !this.open)}>
          ${icon(this.open ? 'chevron-down' : 'chevron-right', 'small')} Workflow
        </button>
        <span class="summary numbers">${workflow === null ? '' : summaryOf(workflow)}</span>
        ${this.#drawing ? this.#renderTools() : nothing}
      </header>
      <p class="note" role="status" ?hidden=${this.outcome === ''}>${visibleText(this.outcome, 2_000)}</p>
      ${this.#drawing ? this.#renderDrawing(this.#drawing) : nothing}
    </section>`
  }

  #renderTools(): TemplateResult {
    return html`${this.#renderTool('zoom-out', 'Smaller', () => this.#setZoom(this.zoom / zooms.step))}
    ${this.#renderTool('zoom-in', 'Larger', () => this.#setZoom(this.zoom * zooms.step))}
    ${this.#renderTool('screen-full', 'Fit the whole workflow', () => this.#fit())}`
  }

  #renderTool(name: IconName, label: string, act: () => void): TemplateResult {
    return html`<button class="tool" aria-label=${label} title=${label} @click=${act}>${icon(name)}</button>`
  }

  #renderRetry(): TemplateResult {
    const says =
      'Runs the failed tasks of this workflow again, each under a new id. Warren asks first, and says which ones can be run. What was to follow them does not run.'
    return html`<button
      class="button"
      aria-disabled=${this.refusal !== null}
      title=${this.refusal ?? says}
      @click=${() => void this.#retry()}
    >
      ${icon('debug-restart', 'small')} Retry Failed…
    </button>`
  }

  #renderRevoke({ states }: Workflow): TemplateResult | typeof nothing {
    const { selected, refusal } = this
    const open = Object.entries(states).some(([state, count]) => !endedStates.has(state) && count > 0)
    if (!open || selected === null) return nothing
    const target = { by: 'workflow', id: selected.id } as const
    return html`<button
      class="button"
      aria-disabled=${refusal !== null}
      title=${refusal ?? 'Takes back the tasks of this workflow that have not ended. Warren asks first, with their number.'}
      @click=${() => refusal === null && emit(this, 'warren-revoke', { connection: selected.connection, target, terminate: false })}
    >
      ${icon('circle-slash', 'small')} Revoke the Rest…
    </button>`
  }

  #renderDrawing({ workflow, layout, outline }: Drawing): TemplateResult {
    const size = { width: `${layout.width}em`, height: `${layout.height}em`, 'font-size': `${this.zoom * 100}%` }
    return html`<div class="view" @pointerdown=${dragToScroll}>
        <div
          class="graph"
          role="tree"
          aria-label="Tasks of this workflow"
          @keydown=${this.#onKey}
          @click=${this.#onClick}
          @focusin=${this.#onFocus}
          ${place(size)}
        >
          ${this.#renderEdges(workflow, layout)}
          ${outline.map((line) => workflowNode(line, { at: placeOf(layout, line.node), ...this.#marks(line.node) }))}
        </div>
      </div>
      ${workflowNotes(workflow, this.#renderRetry(), this.#renderRevoke(workflow), (text) => emit(this, 'warren-filter-query', text))}`
  }

  #marks({ id }: WorkflowNode): { current: boolean; cursor: boolean } {
    return { current: id === this.#currentNode, cursor: id === (this.cursor ?? this.#currentNode) }
  }

  #renderEdges({ edges }: Workflow, layout: Layout): TemplateResult {
    const { width, height } = layout
    return html`<svg aria-hidden="true" width="${width}em" height="${height}em" viewBox="0 0 ${width} ${height}">
      ${edges.map(({ kind }, index) => {
        const points = layout.edges[index] ?? []
        return svg`<path class=${kind} d=${pathOf(points)}></path><path class="tip" d=${tipAt(points.at(-1))}></path>`
      })}
    </svg>`
  }

  get #currentNode(): string | null {
    const { workflow, selected } = this
    if (!workflow || !selected) return null
    // A node was chosen; the picture around it is on its way.
    const chosen = workflow.asked === selected.id ? workflow.askedNode : selected.id
    return this.#drawing?.layout.nodes.has(chosen) ? chosen : workflow.askedNode
  }

  async #retry(): Promise<void> {
    if (this.refusal !== null || this.selected === null) return
    this.outcome = ''
    this.outcome = await this.retry(this.selected)
  }

  #onKey(event: KeyboardEvent): void {
    const from = nodeOf(event)
    if (!this.#drawing || from === undefined || event.altKey || event.ctrlKey || event.metaKey) return
    if (event.key === 'Enter' || event.key === ' ') this.#choose(from)
    else if (!this.#moveTo(walk(this.#drawing.workflow, this.#drawing.layout, from, event.key))) return
    event.preventDefault()
    event.stopPropagation()
  }

  #moveTo(id: string | undefined): boolean {
    const element = id === undefined ? undefined : this.#nodeElement(id)
    element?.focus({ preventScroll: true })
    element?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    return element !== undefined
  }

  /** Within the graph only: what the pane shows of a task stays where it is. */
  #scrollTo(node: HTMLElement | undefined): void {
    const { view } = this
    if (!view || !node) return
    const [left, top] = [node.offsetLeft - view.clientWidth / 2, node.offsetTop - view.clientHeight / 2]
    view.scrollTo(left + node.offsetWidth / 2, top + node.offsetHeight / 2)
  }

  #onClick(event: Event): void {
    const id = nodeOf(event)
    if (id !== undefined) this.#choose(id)
  }

  #onFocus(event: Event): void {
    this.cursor = nodeOf(event) ?? this.cursor
  }

  #choose(id: string): void {
    const workflow = this.#drawing?.workflow
    const node = workflow?.nodes.find((candidate) => candidate.id === id)
    if (!workflow || !node) return
    if (node.kind !== 'group') return emit(this, 'warren-select', { connection: workflow.connection, id })
    const text = groupQuery(node, workflow.root)
    if (text !== null) emit(this, 'warren-filter-query', text)
  }

  #nodeElement(id: string | null): HTMLElement | undefined {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('.node')].find(({ dataset }) => dataset['node'] === id)
  }

  #setZoom(zoom: number): void {
    this.zoom = Math.min(zooms.most, Math.max(zooms.least, zoom))
  }

  #fit(): void {
    const { view } = this
    const graph = view?.firstElementChild
    if (!view || !graph || !this.#drawing) return
    const em = parseFloat(getComputedStyle(view).fontSize)
    const { width, height } = this.#drawing.layout
    const room = parseFloat(getComputedStyle(view).maxHeight) || view.clientHeight
    this.#setZoom(Math.min(1, view.clientWidth / (width * em), room / (height * em)))
  }
}

function placeOf(layout: Layout, { id }: WorkflowNode): Point {
  return layout.nodes.get(id) ?? { x: 0, y: 0 }
}

function tipAt(point: Point | undefined): string {
  return point ? `M${point.x},${point.y}l-0.7,-0.35v0.7z` : ''
}

function nodeOf(event: Event): string | undefined {
  const [target] = event.composedPath()
  return target instanceof Element ? target.closest<HTMLElement>('.node')?.dataset['node'] : undefined
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-workflow': WorkflowGraph
  }
}
