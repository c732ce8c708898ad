import type { TaskKey } from '../protocol/index.ts'
import type { TaskRequest } from '../sources/taskSystem.ts'

const countLimit = 2_000
const charactersLimit = 16 * 2 ** 20

/** Warren's own record of what it sent: the one place where a finished task's arguments are exact. Bounded, oldest go first. */
export class SentTasks {
  readonly #tasks = new Map<string, TaskRequest>()
  #characters = 0

  add(connection: string, task: TaskRequest): void {
    const key = name({ connection, id: task.id })
    this.#characters += size(task) - size(this.#tasks.get(key))
    this.#tasks.set(key, task)
    for (const [oldestKey, oldest] of this.#tasks) {
      if (this.#tasks.size <= countLimit && this.#characters <= charactersLimit) break
      this.#tasks.delete(oldestKey)
      this.#characters -= size(oldest)
    }
  }

  get(key: TaskKey): TaskRequest | undefined {
    return this.#tasks.get(name(key))
  }
}

function name(key: TaskKey): string {
  return JSON.stringify([key.connection, key.id])
}

function size(task: TaskRequest | undefined): number {
  return task ? task.args.length + task.kwargs.length : 0
}
