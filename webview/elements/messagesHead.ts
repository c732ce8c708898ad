import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { ConnectionInfo, Operation } from '../../broker-bridge/protocol/index.ts'
import { changeRefusal, extentText } from '../feed/messages.ts'
import type { ShownQueue } from '../feed/messages.ts'
import { isStream } from '../feed/streamPlace.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'
import type { QueueMessages } from '../session/messages.ts'
import { formatRelative } from '../text/times.ts'
import { queueButtons } from './messagesBar.ts'
import type { MessageDeeds } from './messagesBar.ts'

interface Head {
  readonly queue: ShownQueue
  readonly connection: ConnectionInfo | undefined
  readonly messages: QueueMessages
  readonly operations: readonly Operation[]
  readonly now: number
  readonly inVsCode: boolean
  readonly deeds: MessageDeeds
}

/** The line about the queue: which it is, how much of it is shown and how old the picture is, and what can be done with it. */
export function messagesHead({ queue, connection, messages, operations, now, inVsCode, deeds }: Head): TemplateResult {
  const { peek, stage } = messages
  const about = [
    connection?.name,
    queue.virtualHost === undefined ? undefined : `virtual host ${queue.virtualHost}`,
    peek ? `${extentText(peek)}, ${formatRelative(peek.at, Math.max(now, peek.at))}` : undefined,
    stage.kind === 'looking' && peek ? 'looking again…' : undefined,
    peek && hasChanged(queue, operations, peek.at) ? 'changed since by Warren' : undefined,
  ]
  return html`<div class="head">
    ${inVsCode ? back('Tasks', (from) => emit(from, 'warren-tab', 'tasks')) : back('Queues', (from) => emit(from, 'warren-show-messages', null))}
    <h2>${icon('inbox')} ${visibleLine(queue.queue)}</h2>
    <span class="about numbers"
      >${about
        .filter((part) => part !== undefined)
        .map((part) => visibleLine(part, 200))
        .join(' · ')}</span
    >
    <div class="actions" role="group" aria-label="The queue">
      ${queueButtons(changeRefusal(connection), { canLook: peek !== null && stage.kind !== 'looking', stream: isStream(messages), deeds })}
    </div>
  </div>`
}

/** VS Code has the queues in a tree of its own. */
function back(label: string, go: (from: EventTarget) => void): TemplateResult {
  return html`<button class="button" @click=${(event: Event) => event.currentTarget && go(event.currentTarget)}>
    ${icon('arrow-left', 'small')} ${label}
  </button>`
}

/** Whether a piece of work of Warren changed this queue after a look. */
function hasChanged({ connection, queue }: ShownQueue, operations: readonly Operation[], at: number): boolean {
  return operations.some(
    (each) => each.connection === connection && each.queue === queue && each.done > 0 && (each.endedAt ?? at + 1) > at,
  )
}

/** What became of an action. */
export interface Said {
  readonly text: string
  readonly failed: boolean
}

export function saidNote(said: Said | null, putAway: () => void): TemplateResult {
  return html`<div role="status">${said === null ? nothing : note(said, putAway)}</div>`
}

function note({ text, failed }: Said, putAway: () => void): TemplateResult {
  return html`<p class="note ${failed ? 'failed' : ''}">
    ${icon(failed ? 'error' : 'info', 'small')} <span>${visibleText(text, 2_000)}</span>
    <button class="tool" aria-label="Put this note away" @click=${putAway}>${icon('close', 'small')}</button>
  </p>`
}

/** Above the picture of an earlier look, when the next one failed. */
export function lostNote(message: string): TemplateResult {
  return html`<p class="note failed" role="alert">
    ${icon('error', 'small')}
    <span>${visibleText(message, 1_000)} What you see is from the look before.</span>
  </p>`
}
