import { RequestError } from '../protocol/index.ts'
import type { QueueSnapshot, QueueViewParams } from '../protocol/index.ts'
import type { Core, LiveQueueView } from './core.ts'
import type { Pace } from './pace.ts'

const mostViews = 40

/** How a viewer sends pictures. */
export interface QueueTeller {
  /** Something that calls `show` at the viewer's pace. */
  pace(show: () => void): Pace
  tell(snapshot: QueueSnapshot): void
}

interface Open {
  readonly live: LiveQueueView
  readonly pace: Pace
}

/** The windows one viewer has on queues. */
export class QueueViews {
  readonly #core: Core
  readonly #teller: QueueTeller
  readonly #open = new Map<string, Open>()

  constructor(core: Core, teller: QueueTeller) {
    this.#core = core
    this.#teller = teller
  }

  /** @throws RequestError `refused` for too many views */
  set(params: QueueViewParams): null {
    const known = this.#open.get(params.view)
    known?.live.move(params)
    const { pace } = known ?? this.#begin(params)
    pace.soon()
    return null
  }

  close(view: string): null {
    const open = this.#open.get(view)
    open?.pace.dispose()
    open?.live.close()
    this.#open.delete(view)
    return null
  }

  /** The queues may be others than before. */
  mark(): void {
    for (const { pace } of this.#open.values()) pace.mark()
  }

  dispose(): void {
    for (const view of [...this.#open.keys()]) this.close(view)
  }

  #begin(params: QueueViewParams): Open {
    if (this.#open.size >= mostViews) {
      throw new RequestError('refused', `One client can have ${mostViews} views of queues at a time; close one of them first.`)
    }
    const live = this.#core.openQueueView(params)
    const open = { live, pace: this.#teller.pace(() => this.#teller.tell(live.snapshot())) }
    this.#open.set(params.view, open)
    return open
  }
}
