import { html } from 'lit'
import type { TemplateResult } from 'lit'
import type { ShownQueue } from '../feed/messages.ts'
import type { Session } from '../session/session.ts'

/** Names of queues to offer. They are help, not a condition: without them the name is typed. */
export async function loadQueueNames(session: Session | null, queue: ShownQueue | null): Promise<readonly string[]> {
  if (!session || !queue) return []
  const { connection } = queue
  return session.request('listQueueNames', { connection }).then(
    ({ queues }) => queues.filter((name) => name !== queue.queue),
    () => [],
  )
}

/** A field for the name of a queue. */
export function queueField(
  label: string,
  value: string,
  queues: readonly string[],
  change: (text: string) => void,
): TemplateResult {
  return html`<div class="field">
    <label for="queue">${label}</label>
    <input
      id="queue"
      class="mono"
      list="queues"
      maxlength="255"
      spellcheck="false"
      autocomplete="off"
      autofocus
      .value=${value}
      @input=${(event: Event) => change(event.target instanceof HTMLInputElement ? event.target.value : '')}
    />
    <datalist id="queues">${queues.map((name) => html`<option value=${name}></option>`)}</datalist>
  </div>`
}
