import { visibleLine } from '../protocol/index.ts'
import type { Capability, OtherNames } from '../protocol/index.ts'
import type { BrokerLayout } from './layout.ts'

/** Seconds between two looks for exchanges under other names. */
const pause = 30

/** Where no events come because their exchange is not there: looks whether workers use another one. */
export class NamesSought {
  readonly #layout: BrokerLayout | undefined
  readonly #used: OtherNames
  readonly #changed: () => void
  #lookedAt = 0
  #found: OtherNames | null = null

  constructor(layout: BrokerLayout | undefined, used: OtherNames, changed: () => void) {
    this.#layout = layout
    this.#used = used
    this.#changed = changed
  }

  /** Exchanges that workers use in place of those this connection was told. */
  get found(): OtherNames | null {
    return this.#found
  }

  /** Why no events come, with where they are sent instead. */
  explain(events: Capability): Capability {
    if (events.available || !this.#found) return events
    return { ...events, reason: `${events.reason} ${otherNamesText(this.#found)}` }
  }

  /** @param wanted whether events are missing @param now epoch seconds */
  look(wanted: boolean, now: number): void {
    if (!wanted) this.#found = null
    if (!wanted || !this.#layout || now - this.#lookedAt < pause) return
    this.#lookedAt = now
    void this.#ask(this.#layout)
  }

  async #ask(layout: BrokerLayout): Promise<void> {
    const found = await layout.namesInUse().catch(() => null)
    const other =
      found?.eventExchange != null && found.eventExchange !== this.#used.eventExchange
        ? { eventExchange: found.eventExchange, controlExchange: found.controlExchange ?? this.#used.controlExchange }
        : null
    if (JSON.stringify(other) === JSON.stringify(this.#found)) return
    this.#found = other
    this.#changed()
  }
}

/** What to do about exchanges of other names, as a sentence. */
function otherNamesText({ eventExchange, controlExchange }: OtherNames): string {
  const query = `?event_exchange=${encodeURIComponent(eventExchange)}&control_exchange=${encodeURIComponent(controlExchange)}`
  return (
    `Workers here send events to the exchange “${visibleLine(eventExchange, 200)}” and take commands from “${visibleLine(controlExchange, 200)}.pidbox”: ` +
    `add ${query} to the address of the broker, or start the monitor with --event-exchange and --control-exchange.`
  )
}
