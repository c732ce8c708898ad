import { LitElement, css, html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { payloadSize, visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { RecordedPayload, TaskDetail } from '../../broker-bridge/protocol/index.ts'
import { icon } from '../look/icons.ts'
import { shared } from '../look/shared.ts'
import type { PageModel } from '../session/model.ts'
import { formatMoment } from '../text/times.ts'
import { sectionStyles } from './detail.styles.ts'
import './detailValue.ts'

/** Looks for a task's recorded message; null where none is kept. */
export type FindRecorded = (task: TaskDetail) => Promise<RecordedPayload | null>

/** Asks the bridge, where something may be kept. */
export function findRecorded({ connections, session }: Pick<PageModel, 'connections' | 'session'>): FindRecorded {
  return async ({ connection, id }) => {
    const payloads = connections.find((one) => one.id === connection)?.payloads
    if (!payloads || (payloads.state === 'off' && payloads.messages === 0)) return null
    // Not recorded, or gone to make room: what events told is shown anyway.
    return session.request('recordedPayload', { connection, id, body: false }).catch(() => null)
  }
}

/** That a task's message is kept exactly as it was published, and what its arguments were. Nothing where it is not. */
@customElement('warren-recorded-message')
export class RecordedMessage extends LitElement {
  static override styles = [
    shared,
    sectionStyles,
    css`
      p {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        gap: 2px 8px;
        margin: 6px 0;
        overflow-wrap: anywhere;
      }
      .muted {
        color: var(--w-muted);
      }
    `,
  ]

  @property({ attribute: false }) task: TaskDetail | null = null
  @property({ attribute: false }) find: FindRecorded | null = null
  @state() private found: RecordedPayload | null = null
  #asked = ''

  protected override updated(): void {
    const { task, find } = this
    if (!task || !find) return
    // Each retry is a message of its own.
    const asking = JSON.stringify([task.connection, task.id, task.retries, task.state])
    if (asking === this.#asked) return
    this.#asked = asking
    void find(task).then((found) => {
      if (this.#asked === asking) this.found = found
    })
  }

  protected override render(): TemplateResult | typeof nothing {
    const { found } = this
    if (!found) return nothing
    const { args, kwargs, canvas } = found
    return html`<h3>Recorded message</h3>
      <p>
        ${icon('pass', 'small tone-good')} <span>Exact, recorded</span>
        <span class="muted numbers">${factsOf(found)}</span>
      </p>
      ${args === null || kwargs === null ? this.#renderUnread(found) : nothing} ${value('Exact arguments', args)}
      ${kwargs === '{}' ? nothing : value('Exact keyword arguments', kwargs)} ${value('What follows it', canvas)}`
  }

  #renderUnread({ serializer, contentType }: RecordedPayload): TemplateResult {
    const what = visibleLine(serializer ?? contentType ?? 'unknown', 60)
    return html`<p class="muted">Its body (${what}) is kept as bytes and never decoded; a retry sends it as it is.</p>`
  }
}

function factsOf({ at, attempt, attempts, bytes, serializer, queues }: RecordedPayload): string {
  return [
    ...(attempts.length > 1 ? [`attempt ${attempt} of ${attempts.length}`] : []),
    ...(serializer === null ? [] : [serializer]),
    payloadSize(bytes),
    ...(queues.length > 0 ? [`to ${queues.map((queue) => visibleLine(queue, 60)).join(', ')}`] : []),
    formatMoment(at),
  ].join(' · ')
}

function value(heading: string, text: string | null): TemplateResult | typeof nothing {
  return text === null ? nothing : html`<warren-value .heading=${heading} .of=${null} .text=${text}></warren-value>`
}

declare global {
  interface HTMLElementTagNameMap {
    'warren-recorded-message': RecordedMessage
  }
}
