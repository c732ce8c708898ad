import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { TaskDetail } from '../../broker-bridge/protocol/index.ts'
import { filterFor } from '../text/filterFor.ts'
import { plural } from '../text/numbers.ts'

const mostChildren = 50

/** What a link to other tasks does. */
export interface LinkActs {
  readonly choose: (id: string) => void
  /** Sets the list's filter. */
  readonly narrow: (text: string) => void
}

/** The tasks this one belongs to. Choosing one selects it. */
export function detailLinks(task: TaskDetail, { choose, narrow }: LinkActs): TemplateResult | typeof nothing {
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
    </dl>
    ${workflowLink(task, narrow)}`
}

function workflowLink({ root }: TaskDetail, narrow: (text: string) => void): TemplateResult | typeof nothing {
  const text = root === null ? null : filterFor('root', root)
  if (text === null) return nothing
  return html`<button class="link" @click=${() => narrow(text)}>Show all tasks of this workflow</button>`
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
