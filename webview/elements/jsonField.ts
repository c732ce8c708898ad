import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { visibleText } from '../../broker-bridge/protocol/index.ts'
import { checkJson } from '../text/jsonText.ts'

/** A JSON text as somebody edits it. */
export interface JsonField {
  readonly id: string
  readonly label: string
  readonly kind: 'array' | 'object'
  readonly text: string
  /** What an event showed of it, to copy from; null where that says nothing more. */
  readonly shown: string | null
}

/** A field for JSON that says at every key what is still wrong with it. */
export function jsonField(field: JsonField, change: (text: string) => void): TemplateResult {
  const problem = checkJson(field.text, field.kind)
  // What is still to be written is asked for, not complained about.
  const isWrong = problem !== null && field.text.trim() !== ''
  const rows = Math.min(12, Math.max(2, field.text.split('\n').length))
  return html`<div class="field">
    <label for=${field.id}>${field.label} <span class="muted">(JSON ${field.kind})</span></label>
    <textarea
      id=${field.id}
      rows=${rows}
      spellcheck="false"
      autocomplete="off"
      aria-invalid=${isWrong}
      aria-describedby="${field.id}-problem"
      .value=${field.text}
      @input=${(event: Event) => change(event.target instanceof HTMLTextAreaElement ? event.target.value : '')}
    ></textarea>
    <p class=${isWrong ? 'problem' : 'hint'} id="${field.id}-problem">${problem ?? ''}</p>
    ${
      field.shown === null
        ? nothing
        : html`<p class="hint">The events showed: <code>${visibleText(field.shown, 4_000)}</code></p>`
    }
  </div>`
}
