import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { visibleText } from '../../broker-bridge/protocol/index.ts'
import type { RetryKept, RetryParams } from '../../broker-bridge/protocol/index.ts'
import { checkJson } from '../text/jsonText.ts'

/** What stands beside a retry's arguments, as somebody edits it; empty for none. */
export interface RetryOptions {
  readonly priority: string
  readonly eta: string
  readonly expires: string
  readonly headers: string
}
const names = ['priority', 'eta', 'expires', 'headers'] as const
type Name = (typeof names)[number]

export function optionsOf(kept: RetryKept | undefined): RetryOptions {
  return {
    priority: kept?.priority == null ? '' : String(kept.priority),
    eta: '',
    expires: kept?.expires ?? '',
    headers: kept?.headers ?? '',
  }
}

/** What is wrong with one of them, as one sentence; empty when nothing is. */
export function optionProblem(name: Name, text: string): string {
  if (text.trim() === '') return ''
  if (name === 'headers') return checkJson(text, 'object') ?? ''
  if (name === 'priority')
    return /^\d{1,3}$/.test(text.trim()) && Number(text) <= 255 ? '' : 'Write a whole number from 0 to 255.'
  const isTime = /(?:Z|[+-]\d\d:\d\d)$/.test(text.trim()) && !Number.isNaN(Date.parse(text))
  return isTime ? '' : 'Write a time with its zone, such as 2026-11-21T12:00:00+00:00.'
}

/** Only what was changed is sent: the bridge has the rest exactly. */
export function changedOptions(
  planned: RetryOptions,
  edited: RetryOptions,
): Partial<Pick<RetryParams, 'priority' | 'eta' | 'expires' | 'headers'>> {
  const value = (name: Name): string | null => (edited[name].trim() === '' ? null : edited[name].trim())
  const priority = value('priority')
  return {
    ...(edited.priority === planned.priority ? {} : { priority: priority === null ? null : Number(priority) }),
    ...(edited.eta === planned.eta ? {} : { eta: value('eta') }),
    ...(edited.expires === planned.expires ? {} : { expires: value('expires') }),
    ...(edited.headers === planned.headers ? {} : { headers: value('headers') }),
  }
}

const labels: Readonly<Record<Name, readonly [string, string]>> = {
  priority: ['Priority', '0 to 255; empty for none'],
  eta: ['Start at', 'At once; or a time with its zone'],
  expires: ['Expires', 'Never; or a time with its zone'],
  headers: ['Headers of its own', 'A JSON object; empty for none'],
}

/** What the new run keeps of the old one, and fields to change it. */
export function renderOptions(
  kept: RetryKept | undefined,
  edited: RetryOptions,
  change: (edited: RetryOptions) => void,
): TemplateResult {
  const planned = optionsOf(kept)
  // What the task itself brought along and nobody could send is not hidden; nor does the fold close while somebody mends it.
  return html`<details ?open=${names.some((name) => optionProblem(name, planned[name]) !== '')}>
    <summary>Priority, times and headers</summary>
    ${kept ? html`<p class="hint">${visibleText(kept.sentences.join(' '), 1_500)}</p>` : nothing}
    ${names.map((name) => renderField(name, edited, change))}
  </details>`
}

function renderField(name: Name, edited: RetryOptions, change: (edited: RetryOptions) => void): TemplateResult {
  const [label, placeholder] = labels[name]
  const problem = optionProblem(name, edited[name])
  return html`<div class="field">
    <label for=${name}>${label}</label>
    <input
      id=${name}
      spellcheck="false"
      autocomplete="off"
      placeholder=${placeholder}
      aria-invalid=${problem !== ''}
      aria-describedby="${name}-problem"
      .value=${edited[name]}
      @input=${(event: Event) => event.target instanceof HTMLInputElement && change({ ...edited, [name]: event.target.value })}
    />
    <p class="problem" id="${name}-problem">${problem}</p>
  </div>`
}
