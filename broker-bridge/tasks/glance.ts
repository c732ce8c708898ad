import type { TaskState } from '../protocol/index.ts'
import type { Lives } from './life.ts'
import { resultOf } from './picture.ts'
import type { TaskRecord } from './record.ts'

/** What a search or an order reads of a task, taken from its record when it is read: a glance at a task builds nothing. */
export class Glance {
  readonly #task: TaskRecord
  readonly #lives: Lives

  constructor(task: TaskRecord, lives: Lives) {
    this.#task = task
    this.#lives = lives
  }

  get connection(): string {
    return this.#task.connection
  }

  get id(): string {
    return this.#task.id
  }

  get name(): string | null {
    return this.#task.name
  }

  get state(): TaskState {
    return this.#task.state
  }

  get worker(): string | null {
    return this.#task.worker
  }

  get args(): string | null {
    return this.#task.args
  }

  get kwargs(): string | null {
    return this.#task.kwargs
  }

  get result(): string | null {
    return resultOf(this.#task)
  }

  get receivedAt(): number | null {
    return this.#lives.newest(this.#task, 'RECEIVED')
  }

  get startedAt(): number | null {
    return this.#lives.newest(this.#task, 'STARTED')
  }
}
