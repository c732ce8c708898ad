import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import type { Workflow } from '../../broker-bridge/protocol/index.ts'
import { plural } from '../text/numbers.ts'
import { workflowQuery } from '../workflow/words.ts'

/** What a graph cannot show: what is too far away, what was concluded, and what never ran. */
export function workflowNotes(
  { leftOut, states, root, edges }: Workflow,
  retry: TemplateResult,
  revoke: TemplateResult | typeof nothing,
  narrow: (text: string) => void,
): TemplateResult {
  return html`
    ${leftOut > 0 ? farAway(leftOut, workflowQuery(root), narrow) : nothing}
    ${
      edges.some(({ kind }) => kind === 'awaited')
        ? html`<p class="note">Dashed: a chord. Events do not name its members; they are taken from their number.</p>`
        : nothing
    }
    ${
      (states['FAILURE'] ?? 0) > 0
        ? html`<p class="note">
              What was to follow a failed task has not been sent: steps that never ran are in no event, so they are not drawn.
            </p>
            ${retry}`
        : nothing
    }
    ${revoke}
  `
}

function farAway(count: number, all: string | null, narrow: (text: string) => void): TemplateResult {
  return html`<p class="note">
    ${plural(count, 'node')} farther away ${count === 1 ? 'is' : 'are'} not drawn.
    ${all === null ? nothing : html`<button class="link" @click=${() => narrow(all)}>Show all tasks of this workflow</button>`}
  </p>`
}
