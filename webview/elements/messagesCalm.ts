import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { PeekPlan, StreamPlace } from '../../broker-bridge/protocol/index.ts'
import { lookCount } from '../feed/messages.ts'
import { nothingThere } from '../feed/streamPlace.ts'
import { icon } from '../look/icons.ts'
import type { IconName } from '../look/icons.ts'
import type { Stage } from '../session/messages.ts'
import { formatCount, plural } from '../text/numbers.ts'
import './messagesStream.ts'

/** How far a look is that has brought nothing to see yet. */
export function stagePanel(
  stage: Exclude<Stage, { kind: 'looked' }>,
  act: { readonly look: (place?: StreamPlace) => void; readonly again: () => void },
  stream: boolean,
): TemplateResult {
  switch (stage.kind) {
    case 'planning':
      return calm('loading', 'Asking the broker about this queue…', 'Nothing is taken out of it.', true)
    case 'planned':
      return planPanel(stage.plan, act.look)
    case 'looking':
      return lookingPanel(stream)
    case 'failed':
      return failedPanel(stage.message, act.again)
  }
}

function lookingPanel(stream: boolean): TemplateResult {
  return stream
    ? calm('loading', 'Reading the stream…', 'That may take a few seconds.', true)
    : calm('loading', 'Looking at the first messages…', 'They are put back at once.', true)
}

/** What stands where there is no list of messages: what a look would do, or why there is none. */
function calm(sign: IconName, title: string, content: TemplateResult | string, spin = false): TemplateResult {
  return html`<div class="calm">
    <section tabindex="-1" aria-label=${title}>
      <h3>${icon(sign, spin ? 'spin' : '')} ${title}</h3>
      ${typeof content === 'string' ? html`<p>${content}</p>` : content}
    </section>
  </div>`
}

/** Before the first look: how Warren would do it, what that does to this queue, and one button. */
function planPanel(plan: PeekPlan, look: (place?: StreamPlace) => void): TemplateResult {
  if (plan.refused !== null) return calm('circle-slash', 'These messages cannot be looked at', visibleText(plan.refused, 2_000))
  if (plan.ready === 0 && plan.method !== 'read') return emptyPanel(plan, look)
  if (plan.method === 'read') return streamPanel(look)
  return calm(
    'search',
    'Looking at what waits here',
    html`<p>${methodText(plan)}</p>
      ${plan.effects.length === 0 ? html`<p>It does nothing to the queue.</p>` : effects(plan)}
      <button class="button main" @click=${() => look()}>${icon('search', 'small')} Look at up to ${lookCount} messages</button>`,
  )
}

function streamPanel(look: (place: StreamPlace) => void): TemplateResult {
  return calm(
    'search',
    'Looking into this stream',
    html`<p>A stream keeps its messages. Warren reads some of them as a reader of its own, which does nothing to the stream.</p>
      <warren-stream-place .read=${look}></warren-stream-place>`,
  )
}

function emptyPanel({ consumers }: PeekPlan, look: () => void): TemplateResult {
  const taken = consumers > 0 ? ` ${plural(consumers, 'consumer')} ${consumers === 1 ? 'takes' : 'take'} what comes.` : ''
  return calm(
    'inbox',
    'No message waits in this queue',
    html`<p>
        Nothing was ready when Warren asked.${taken} Messages that a consumer holds and has not acknowledged cannot be looked at.
      </p>
      <button class="button" @click=${() => look()}>${icon('search', 'small')} Look anyway</button>`,
  )
}

function methodText({ type, ready, consumers }: PeekPlan): string {
  const kind = type === null ? 'queue' : `${visibleLine(type, 40)} queue`
  const waiting = `About ${plural(ready, 'message')} ${ready === 1 ? 'waits' : 'wait'} in this ${kind}`
  const taken =
    consumers === 0 ? 'nobody consumes it' : `${plural(consumers, 'consumer')} ${consumers === 1 ? 'takes' : 'take'} from it`
  return `${waiting}, and ${taken}. Warren takes the first ones and puts them back at once, in their order.`
}

function effects({ effects: said }: PeekPlan): TemplateResult {
  return html`<p>What that does to the queue:</p>
    <ul>
      ${said.map((effect) => html`<li>${visibleText(effect, 1_000)}</li>`)}
    </ul>`
}

/** A look that did not come to an end, with a way to try again. */
function failedPanel(message: string, again: () => void): TemplateResult {
  return calm(
    'error',
    'Warren could not look',
    html`<p>${visibleText(message, 2_000)}</p>
      <button class="button main" @click=${again}>${icon('debug-restart', 'small')} Try Again</button>`,
  )
}

/** A place of a stream where nothing is. */
export function nothingThereText(place: StreamPlace): TemplateResult {
  return calm('inbox', 'No message is there', nothingThere(place))
}

/** A look found nothing, or the search in what it found does not. */
export function nothingPanel(found: number, search: string): TemplateResult {
  if (found === 0) return calm('inbox', 'No message waits in this queue', 'Warren looked, and none was there to be taken.')
  return calm(
    'filter',
    'None of these messages holds that text',
    html`<p>
      ${formatCount(found)} were looked at. ${search === '' ? nothing : html`None holds “${visibleLine(search, 100)}”.`} The rest
      of the queue was not searched.
    </p>`,
  )
}
