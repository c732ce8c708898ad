import type { ReactiveControllerHost } from 'lit'
import type { PageModel } from '../session/model.ts'
import { spokenSummary } from '../text/summary.ts'

/** Seconds between two spoken summaries: often enough to follow, seldom enough to bear. */
const pace = 15

/** What a screen reader hears: answers to the user's own doing at once, a summary of the feed now and then. */
export class Announcer {
  readonly #host: Pick<ReactiveControllerHost, 'requestUpdate'>
  #saidAt = 0
  text = ''

  constructor(host: Pick<ReactiveControllerHost, 'requestUpdate'>) {
    this.#host = host
  }

  say(text: string): void {
    this.text = text
    this.#host.requestUpdate()
  }

  summarise({ activity, connections, view, now }: PageModel): void {
    if (now - this.#saidAt < pace) return
    this.#saidAt = now
    this.text = spokenSummary(activity, connections, view.paused)
  }
}
