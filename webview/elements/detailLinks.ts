import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { TaskDetail } from '../../broker-bridge/protocol/index.ts'
import { plural } from '../text/numbers.ts'

const mostChildren = 50

/** The tasks this one belongs to. Choosing one selects it. */
export function detailLinks(task: TaskDetail, choose: (id: string) => void): TemplateResult | typeof nothing {
  const groups = relations(task).filter(([, ids]) => ids.length > 0)
  if (groups.length === 0) return nothing
  return html`<h3>Related tasks</h3>
    <dl>
      ${groups.map(
        ([title, ids]) =>
          html`<div>
            <dt>${title}</dt>
            <dd>${ids.slice(0, mostChildren).map((id) => link(id, choose))}${rest(ids.length)}</dd>
          </div>`,
      )}
    </dl>`
}

function relations(task: TaskDetail): [string, readonly string[]][] {
  const other = (id: string | null): string[] => (id === null || id === task.id ? [] : [id])
  return [
    ['Retry of', other(task.retryOf)],
    ['Retried as', task.retriedAs],
    ['Parent', other(task.parent)],
    // A first-level child names its parent as its root too; once is enough.
    ['Root', task.root === task.parent ? [] : other(task.root)],
    ['Children', task.children],
  ]
}

function link(id: string, choose: (id: string) => void): TemplateResult {
  return html`<button class="link mono related" @click=${() => choose(id)}>${visibleLine(id, 80)}</button>`
}

function rest(count: number): TemplateResult | typeof nothing {
  return count > mostChildren ? html`<span class="muted">and ${plural(count - mostChildren, 'more')}</span>` : nothing
}
