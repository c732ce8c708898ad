import { messageOf } from '../../broker-bridge/protocol/index.ts'
import type { TaskDetail, TaskKey } from '../../broker-bridge/protocol/index.ts'
import { sameKey } from '../feed/viewState.ts'
import type { Session } from './session.ts'

/** What is known of the task in the detail pane. `missing` holds for a task that the bridge does not hold (any more). */
export type Followed =
  | { readonly kind: 'none' }
  | { readonly kind: 'loading'; readonly key: TaskKey }
  | { readonly kind: 'held'; readonly key: TaskKey; readonly task: TaskDetail }
  | { readonly kind: 'missing'; readonly key: TaskKey; readonly message: string }

/** Follows one task. While the same one is asked for again, the last picture of it stays. */
export class TaskWatch {
  readonly #session: Session
  readonly #changed: () => void
  #key: TaskKey | null = null
  followed: Followed = { kind: 'none' }

  /** @param changed called when `followed` is another one */
  constructor(session: Session, changed: () => void) {
    this.#session = session
    this.#changed = changed
  }

  /** Follows another task, or none; after a reconnect the same one again. */
  async follow(key: TaskKey | null): Promise<void> {
    this.#key = key
    this.#set(key ? this.#stillLoading(key) : { kind: 'none' })
    try {
      const task = await this.#session.request('watchTask', { task: key })
      if (!key || !this.#isStill(key)) return
      if (task) return this.#set({ kind: 'held', key, task })
      const kept = await this.#session.request('getTask', key).catch(() => null)
      if (kept && this.#isStill(key) && this.followed.kind !== 'held') return this.#set({ kind: 'held', key, task: kept })
      this.#miss(key, 'Warren does not hold this task: it was let go, or it ran before Warren was watching.')
    } catch (error) {
      if (key && this.#session.link.kind === 'open') this.#miss(key, messageOf(error))
    }
  }

  /** A picture came; one of a task that is no longer looked at is dropped. */
  take(task: TaskDetail): void {
    const key = { connection: task.connection, id: task.id }
    if (this.#isStill(key)) this.#set({ kind: 'held', key, task })
  }

  #isStill(key: TaskKey): boolean {
    return sameKey(key, this.#key)
  }

  #stillLoading(key: TaskKey): Followed {
    return this.followed.kind === 'held' && sameKey(this.followed.key, key) ? this.followed : { kind: 'loading', key }
  }

  #miss(key: TaskKey, message: string): void {
    if (this.#isStill(key)) this.#set({ kind: 'missing', key, message })
  }

  #set(followed: Followed): void {
    this.followed = followed
    this.#changed()
  }
}
