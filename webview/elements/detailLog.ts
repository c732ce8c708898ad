import { LitElement, css, html } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import { shared } from '../look/shared.ts'
import { sectionStyles } from './detail.styles.ts'

/** What workers that VS Code started logged of a task. */
@customElement('warren-task-log')
export class TaskLog extends LitElement {
  static override styles = [
    shared,
    sectionStyles,
    css`
      ol {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 1px 10px;
        margin: 0;
        padding: 6px 10px;
        max-height: 320px;
        overflow: auto;
        list-style: none;
        border: 1px solid var(--w-line);
        border-radius: 4px;
      }
      ol:focus-visible {
        outline: 1px solid var(--w-focus);
      }
      li {
        display: grid;
        grid-column: 1 / -1;
        grid-template-columns: subgrid;
      }
      .time {
        color: var(--w-muted);
      }
      .said {
        grid-column: 2;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        color: var(--w-strong);
      }
      .wrong {
        color: var(--w-bad-text);
      }
    `,
  ]

  @property({ attribute: false }) lines: readonly string[] = []

  protected override render(): TemplateResult {
    return html`<h3 id="heading">Log lines of this run</h3>
      <ol class="mono" tabindex="0" aria-labelledby="heading">
        ${this.lines.map(renderLine)}
      </ol>`
  }
}

/** Celery's own lines begin with when, how grave and by whom: the day and the process are in the title. What follows one stands below. */
function renderLine(line: string): TemplateResult {
  const [, head, time, level, said] = /^\[(\S{1,12} (\S{1,14}): ([A-Z]+)\/[^\]]{1,100})\] (.*)$/.exec(line) ?? []
  if (head === undefined) return html`<li><span class="said">${visibleLine(line, 2_000)}</span></li>`
  const wrong = level === 'ERROR' || level === 'CRITICAL'
  return html`<li title=${visibleLine(head)}>
    <span class="time">${visibleLine(time ?? '')}</span>
    <span class="said ${wrong ? 'wrong' : ''}">${visibleLine(said ?? '', 2_000)}</span>
  </li>`
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-task-log': TaskLog
  }
}
