import { LitElement, css, html } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement } from 'lit/decorators.js'
import { emit } from '../look/events.ts'
import { shared } from '../look/shared.ts'
import './dialog.ts'

const keys = [
  ['/', 'Find tasks; ↓ ↑ and Enter or Tab take a proposal, Escape closes them'],
  ['↑ ↓, k j', 'Move through the list'],
  ['Page Up, Page Down, Home, End', 'Move further'],
  ['Enter', 'Show the task and go to it'],
  ['Ctrl+click, Space', 'Select one more task, or no longer'],
  ['Shift+click, Shift+↑ ↓, Ctrl+A', 'Select all up to there; the whole list'],
  ['Escape', 'Back to the list; in the list: select nothing, then close the task and go on live'],
  ['← → ↑ ↓ in a workflow', 'Along its lines; Enter opens a task, or lists a group'],
  ['Space, Shift+↑ ↓, Ctrl+A', 'In the messages of a queue: select several'],
  ['← →, Enter', 'In the heading: to another column, sort by it'],
  ['Alt+← →, Alt+Shift+← →', 'In the heading: width and place of a column'],
  ['Shift+← →, Enter', 'In the chart: choose a time and show its tasks; Escape shows all'],
  ['p', 'Pause or resume'],
  ['n', 'Go to the newest'],
  ['?', 'This list'],
] as const

const examples = [
  ['card "no funds"', 'a word and a phrase, anywhere in the task'],
  ['state:failed name:shop.*', 'fields; * stands for any characters'],
  ['exception:TimeoutError', 'type of an error of any attempt'],
  ['kwargs.email:*@x.org', 'one argument, by name; args.0 by place'],
  ['runtime:>2s received:<10m', 'took longer than, came less than ten minutes ago'],
  ['received:>2026-11-20T10:00', 'after a moment; a date alone means that day'],
  ['a OR (b -c)', 'either, both, not; AND and NOT as words, too'],
] as const

/** The keys of the page, and what can be searched for. */
@customElement('warren-keys')
export class KeyList extends LitElement {
  static override styles = [
    shared,
    css`
      dl {
        display: grid;
        grid-template-columns: max-content 1fr;
        gap: 6px 16px;
        margin: 4px 0;
      }
      dt {
        font-family: var(--w-mono);
        font-size: var(--w-mono-size);
        color: var(--w-strong);
      }
      dd {
        margin: 0;
      }
      h3 {
        margin: 16px 0 6px;
        font-size: 1em;
        font-weight: 600;
        color: var(--w-strong);
      }
    `,
  ]

  protected override render(): TemplateResult {
    return html`<warren-dialog heading="Keyboard Keys" reading>
      ${list(keys)}
      <h3>Finding Tasks</h3>
      ${list(examples)}
      <button slot="actions" class="button main" autofocus @click=${() => emit(this, 'warren-close', null)}>Close</button>
    </warren-dialog>`
  }
}

function list(entries: readonly (readonly [string, string])[]): TemplateResult {
  return html`<dl>
    ${entries.map(
      ([term, meaning]) =>
        html`<dt>${term}</dt>
          <dd>${meaning}</dd>`,
    )}
  </dl>`
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-keys': KeyList
  }
}
