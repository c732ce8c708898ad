import { messageOf } from '../../broker-bridge/protocol/index.ts'
import type { TaskFilter, ViewSnapshot } from '../../broker-bridge/protocol/index.ts'
import { extrasOf } from '../feed/columns.ts'
import type { ViewState } from '../feed/viewState.ts'
import type { RowWindow } from '../look/events.ts'
import { RemoteView } from './remoteView.ts'
import type { Session } from './session.ts'

const view = 'feed'

/** The page's window on the tasks: tells the bridge which rows are in sight, and holds what it said last. */
export class FeedWatch {
  readonly #session: Session
  readonly #changed: () => void
  readonly #remote: RemoteView
  #window: RowWindow = { first: 0, count: 80, resting: false }
  snapshot: ViewSnapshot | null = null
  /** Why the bridge refused the last view, for example a text that is too long. */
  refusal: string | null = null

  /** @param changed called when `snapshot` or `refusal` is another one */
  constructor(session: Session, changed: () => void) {
    this.#session = session
    this.#changed = changed
    this.#remote = new RemoteView((params) => session.request('setView', params))
    this.#remote.onRefused = (error) => {
      this.refusal = messageOf(error)
      changed()
    }
  }

  /** Whether rows keep their places. */
  get rests(): boolean {
    return this.#window.resting
  }

  move(window: RowWindow): void {
    this.#window = window
  }

  toTop(): void {
    this.#window = { ...this.#window, first: 0 }
  }

  /** Somebody looks at the tasks of this filter. */
  look({ sort, columns }: ViewState, filter: TaskFilter): void {
    const extra = extrasOf(columns)
    this.#remote.want({
      ...{ view, filter, ...this.#window },
      ...(sort === null ? {} : { sort }),
      ...(extra.length === 0 ? {} : { extra }),
    })
  }

  /** Nobody looks any more. */
  close(): void {
    // A bridge that is away holds no view to close.
    if (this.#remote.wanted) this.#session.request('closeView', { view }).catch(() => undefined)
    this.#remote.forget()
  }

  /** A fresh bridge knows of no view. */
  repeat(): void {
    this.#remote.repeat()
  }

  take(snapshot: ViewSnapshot): void {
    if (snapshot.view !== view) return
    this.snapshot = snapshot
    this.#changed()
  }
}
