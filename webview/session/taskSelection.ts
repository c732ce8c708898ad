import type { ViewRange } from '../../broker-bridge/protocol/index.ts'
import { byConnection, nothingSelected, withStates } from '../feed/selection.ts'
import type { Selection } from '../feed/selection.ts'
import type { Session } from './session.ts'

/** The page's window on the tasks. */
const view = 'feed'
/** Milliseconds between two looks at what became of the selected tasks, and so many more for each of them. */
const pace = { least: 1_000, task: 1, unanswered: 10_000 } as const

/** What is selected in the feed. While something is, the bridge is asked for its states, and what it holds no more is dropped. */
export class TaskSelection {
  readonly #session: Session
  readonly #changed: () => void
  #timer: ReturnType<typeof setTimeout> | undefined
  tasks: Selection = nothingSelected
  /** Tasks of the list beyond those that were selected as all of it. */
  more = 0
  /** Selected tasks that the bridge let go since. */
  letGo = 0

  constructor(session: Session, changed: () => void) {
    this.#session = session
    this.#changed = changed
  }

  choose(tasks: Selection, more = 0): void {
    this.tasks = tasks
    this.more = more
    this.letGo = 0
    this.#wait()
    this.#changed()
  }

  clear(): void {
    if (this.tasks.size > 0) this.choose(nothingSelected)
  }

  /** The tasks of rows of the list, also of those out of sight. @throws RequestError */
  readonly range = (first: number, count: number): Promise<ViewRange> =>
    this.#session.request('viewRange', { view, first, count })

  #wait(least: number = pace.least): void {
    clearTimeout(this.#timer)
    const { size } = this.tasks
    if (size > 0) this.#timer = setTimeout(() => void this.#look(), least + pace.task * size)
  }

  async #look(): Promise<void> {
    try {
      for (const [connection, tasks] of byConnection(this.tasks)) {
        const ids = tasks.map(({ id }) => id)
        const { states } = await this.#session.request('viewStates', { view, connection, ids })
        this.#take(connection, ids, states)
      }
    } catch {
      // No view is open while the page is hidden, shows the history, or has lost its bridge: what was known stays.
      return this.#wait(pace.unanswered)
    }
    this.#wait()
  }

  #take(connection: string, ids: readonly string[], states: readonly (string | null)[]): void {
    const before = this.tasks
    this.tasks = withStates(before, connection, ids, states)
    if (this.tasks === before) return
    this.letGo += before.size - this.tasks.size
    this.#changed()
  }
}
