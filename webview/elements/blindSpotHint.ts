import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import type { BlindField, BlindSpot, ConnectionInfo } from '../../broker-bridge/protocol/index.ts'
import { emit } from '../look/events.ts'
import { icon } from '../look/icons.ts'

/** The spot that leaves a field empty, of the connections that are looked at. */
export function blindSpotOf(
  connections: readonly ConnectionInfo[],
  chosen: string | null,
  field: BlindField,
): BlindSpot | undefined {
  const shown = connections.filter(({ id }) => chosen === null || chosen === id)
  return shown.flatMap(({ blindSpots }) => blindSpots ?? []).find(({ fields }) => fields.includes(field))
}

/** A mark beside a column's title or in the place of a value: says why it is empty, and leads to what would change that. */
export function blindSpotHint(spot: BlindSpot | undefined, label: string): TemplateResult | typeof nothing {
  if (spot === undefined) return nothing
  const tell = (event: Event): void => {
    // A list takes a click as one on its rows.
    event.stopPropagation()
    if (event.currentTarget) emit(event.currentTarget, 'warren-blind-spots', null)
  }
  return html`<button
    class="link why"
    title=${`Empty because ${spot.setting} is off. ${spot.effect}`}
    aria-label=${`Why is ${label} empty?`}
    @click=${tell}
    @keydown=${(event: Event) => event.stopPropagation()}
    @dblclick=${(event: Event) => event.stopPropagation()}
  >
    ${icon('question', 'small')}
  </button>`
}
