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
        margin: 0;
        padding: 6px 10px;
        max-height: 320px;
        overflow: auto;
        list-style: none;
        border: 1px solid var(--w-line);
        border-radius: 4px;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        color: var(--w-strong);
      }
      ol:focus-visible {
        outline: 1px solid var(--w-focus);
      }
      li.further {
        color: var(--w-muted);
      }
      .time {
        color: var(--w-muted);
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

/** Celery's own lines begin with when and by whom; the rest is what was said. */
function renderLine(line: string): TemplateResult {
  const [, head, level, said] = /^(\[[^\]]{10,40}: ([A-Z]+)\/[^\]]{1,100}\]) (.*)$/.exec(line) ?? []
  if (head === undefined) return html`<li class="further">${visibleLine(line, 2_000)}</li>`
  const wrong = level === 'ERROR' || level === 'CRITICAL'
  return html`<li>
    <span class="time">${visibleLine(head)}</span> <span class=${wrong ? 'wrong' : ''}>${visibleLine(said ?? '', 2_000)}</span>
  </li>`
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-task-log': TaskLog
  }
}
