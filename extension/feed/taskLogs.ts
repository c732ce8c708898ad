import type { LocalWorkers } from '../localWorkers/localWorkers.ts'
import { DisposableStore } from '../lifecycle.ts'

/** Milliseconds between two looks at most: a worker may write thousands of lines a second. */
const pace = 250
/** Characters of a task's lines that are handed to the page, the newest. */
const mostText = 200_000

/** Tells the page what the window's own workers logged of the task it shows, now and whenever there is more. */
export class TaskLogs {
  readonly #workers: LocalWorkers
  readonly #tell: (task: string, lines: string[]) => void
  readonly #store = new DisposableStore()
  #task: string | null = null
  #told = ''
  #timer: NodeJS.Timeout | undefined

  constructor(workers: LocalWorkers, tell: (task: string, lines: string[]) => void) {
    this.#workers = workers
    this.#tell = tell
    this.#store.add(workers.onDidLog(() => this.#soon()))
    this.#store.defer(() => clearTimeout(this.#timer))
  }

  /** @param task its id; null for none */
  watch(task: string | null): void {
    this.#task = task
    this.#told = ''
    this.#look()
  }

  dispose(): void {
    this.#store.dispose()
  }

  #soon(): void {
    if (this.#task === null) return
    this.#timer ??= setTimeout(() => this.#look(), pace)
  }

  #look(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#task === null) return
    const lines = newest(this.#workers.linesOf(this.#task))
    const text = lines.join('\n')
    if (text !== this.#told) this.#tell(this.#task, lines)
    this.#told = text
  }
}

function newest(lines: readonly string[]): string[] {
  let left = mostText
  let first = lines.length
  while (first > 0 && (left -= lines[first - 1]?.length ?? 0) >= 0) first -= 1
  return lines.slice(first)
}
