import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { problemOf } from '../feed/messages.ts'
import type { Which } from '../feed/messages.ts'
import { formatCount, plural } from '../text/numbers.ts'

/** Fields that say which messages are meant: those that were selected, or all that match. */
export function whichFields(
  which: Which,
  { selected, ready }: { readonly selected: number; readonly ready: number | null },
  change: (which: Which) => void,
): TemplateResult {
  const problem = problemOf(which)
  const all =
    ready === null ? 'All messages of the queue' : `All ${plural(ready, 'message')} that ${ready === 1 ? 'waits' : 'wait'}`
  return html`<fieldset>
      <legend class="label">Which messages?</legend>
      ${selected === 0 ? nothing : choice(which, 'selected', selected === 1 ? 'The selected message' : `The ${formatCount(selected)} selected`, change)}
      ${choice(which, 'matching', all, change)}
    </fieldset>
    ${
      which.scope === 'selected'
        ? nothing
        : html`<p class="hint">Only those for which all of this holds; what is left empty is not asked.</p>
            <div class="pair">
              ${field(which, 'name', 'Task name', 'shop.tasks.*', change)}
              ${field(which, 'text', 'Text in arguments or body', '', change)}
              ${field(which, 'olderThan', 'Older than, in minutes', '', change)}
              ${field(which, 'first', 'At most, from the head', '', change)}
            </div>
            <p class="problem" role="status">${problem ?? ''}</p>`
    }`
}

function choice(which: Which, scope: Which['scope'], label: string, change: (which: Which) => void): TemplateResult {
  return html`<label class="check"
    ><input
      type="radio"
      name="scope"
      value=${scope}
      .checked=${which.scope === scope}
      @change=${() => change({ ...which, scope })}
    />
    ${label}</label
  >`
}

function field(
  which: Which,
  part: 'name' | 'text' | 'olderThan' | 'first',
  label: string,
  example: string,
  change: (which: Which) => void,
): TemplateResult {
  const numeric = part === 'olderThan' || part === 'first'
  return html`<div class="field">
    <label for=${part}>${label}</label>
    <input
      id=${part}
      class=${numeric ? 'numbers' : 'mono'}
      inputmode=${numeric ? 'numeric' : 'text'}
      maxlength=${numeric ? 9 : 1_000}
      spellcheck="false"
      autocomplete="off"
      placeholder=${example}
      .value=${which[part]}
      @input=${(event: Event) => change({ ...which, [part]: event.target instanceof HTMLInputElement ? event.target.value : '' })}
    />
  </div>`
}
