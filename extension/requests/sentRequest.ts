import { endedStates } from '../../broker-bridge/protocol/index.ts'
import type { Client, TaskDetail } from '../../broker-bridge/protocol/index.ts'
import { Emitter } from '../lifecycle.ts'
import type { Disposable } from '../lifecycle.ts'
import { durationText } from '../shownText.ts'
import { stateWord } from '../views/taskState.ts'

/** Milliseconds between two looks, and tasks looked at each time: what was sent a thousand times is asked for in turns. */
const pause = 400
const atOnce = 20
/** Milliseconds after which nobody waits any more. */
const patience = 30 * 60_000

/** A task to follow: of a chain or chord the one whose result is that of all, and those that come before it. */
export interface Followed {
  readonly id: string
  readonly steps: readonly string[]
}

/** What was sent with one press, followed until all of it has ended. */
export class SentRequest implements Disposable {
  readonly title: string
  readonly connection: string
  readonly #ids: readonly string[]
  /** Of those that are followed, what comes before and is not known to have succeeded. */
  readonly #steps: Map<string, readonly string[]>
  readonly #changed = new Emitter<undefined>()
  readonly #tasks = new Map<string, TaskDetail>()
  readonly #until = Date.now() + patience
  readonly #client: () => Promise<Pick<Client, 'request'>>
  #timer: NodeJS.Timeout | undefined
  #next = 0
  #isFollowed = true

  constructor(title: string, connection: string, followed: readonly Followed[], client: () => Promise<Pick<Client, 'request'>>) {
    this.title = title
    this.connection = connection
    this.#ids = followed.map(({ id }) => id)
    this.#steps = new Map(followed.map(({ id, steps }) => [id, steps]))
    this.#client = client
    this.#lookLater(0)
  }

  get onDidChange(): Emitter<undefined>['event'] {
    return this.#changed.event
  }

  get count(): number {
    return this.#ids.length
  }

  /** The task to show when somebody asks for this one: one that failed before any other. */
  get shown(): string {
    const failed = this.#ids.find((id) => this.#tasks.get(id)?.state === 'FAILURE')
    return this.#tasks.get(failed ?? '')?.id ?? this.#ids[0] ?? ''
  }

  get hasEnded(): boolean {
    return this.#open.length === 0
  }

  /** Whether its tasks are still asked for: not after half an hour, nor once something else was sent from its place. */
  get isFollowed(): boolean {
    return this.#isFollowed
  }

  get hasFailed(): boolean {
    return [...this.#tasks.values()].some(({ state }) => endedStates.has(state) && state !== 'SUCCESS')
  }

  /** Share that has ended, or what a single task says of its own progress, from 0 to 100; null where nobody knows. */
  get percent(): number | null {
    if (this.#ids.length > 1) return (100 * (this.#ids.length - this.#open.length)) / this.#ids.length
    return this.#only?.progress?.percent ?? null
  }

  /** How it stands, in a few words; not escaped for any place. */
  get words(): string {
    return this.#ids.length === 1 ? taskWords(this.#only) : this.#countWords()
  }

  /** Follows it no more; who watches it is told. */
  dispose(): void {
    if (!this.#isFollowed) return
    this.#isFollowed = false
    clearTimeout(this.#timer)
    this.#changed.fire(undefined)
  }

  get #only(): TaskDetail | undefined {
    return this.#tasks.get(this.#ids[0] ?? '')
  }

  get #open(): string[] {
    return this.#ids.filter((id) => !endedStates.has(this.#tasks.get(id)?.state ?? ''))
  }

  #countWords(): string {
    const states = [...this.#tasks.values()].map(({ state }) => state)
    const succeeded = states.filter((state) => state === 'SUCCESS').length
    const failed = states.filter((state) => endedStates.has(state)).length - succeeded
    return `${succeeded} of ${this.#ids.length} succeeded${failed === 0 ? '' : `, ${failed} failed`}`
  }

  #lookLater(milliseconds: number): void {
    this.#timer = setTimeout(() => void this.#look(), milliseconds)
  }

  async #look(): Promise<void> {
    const open = this.#open
    const asked = Array.from(
      { length: Math.min(atOnce, open.length) },
      (_, index) => open[(this.#next + index) % open.length] ?? '',
    )
    this.#next += asked.length
    const before = this.words
    // What is not known yet, or cannot be asked at the moment, is asked for again.
    await Promise.allSettled(asked.map((id) => this.#ask(id)))
    if (!this.isFollowed) return
    if (this.words !== before || this.hasEnded) this.#changed.fire(undefined)
    if (this.hasEnded) return
    if (Date.now() < this.#until) this.#lookLater(pause)
    else this.dispose()
  }

  async #ask(id: string): Promise<void> {
    const task = await this.#get(id).catch(() => undefined)
    if (task) this.#tasks.set(id, task)
    else await this.#askBefore(id)
  }

  /** Nobody has heard of it yet: where a step before it failed, nobody ever will. */
  async #askBefore(id: string): Promise<void> {
    const [some, rest] = [(this.#steps.get(id) ?? []).slice(0, atOnce), (this.#steps.get(id) ?? []).slice(atOnce)]
    const tasks = await Promise.all(some.map((step) => this.#get(step).catch(() => undefined)))
    const failed = tasks.find((task) => task !== undefined && endedStates.has(task.state) && task.state !== 'SUCCESS')
    if (failed) this.#tasks.set(id, failed)
    this.#steps.set(id, [...rest, ...some.filter((_, index) => tasks[index]?.state !== 'SUCCESS')])
  }

  async #get(id: string): Promise<TaskDetail> {
    const client = await this.#client()
    return client.request('getTask', { connection: this.connection, id })
  }
}

function taskWords(task: TaskDetail | undefined): string {
  if (task === undefined) return 'sent'
  const { state, runtime, exception, progress, result } = task
  if (state === 'SUCCESS') {
    const took = runtime === null ? '' : ` in ${durationText(runtime)}`
    return `succeeded${took}${result === null ? '' : `: ${result}`}`
  }
  if (exception !== null) return `${stateWord(state)}: ${exception}`
  return progress?.percent == null ? stateWord(state) : `${stateWord(state)}, ${Math.round(progress.percent)} %`
}
