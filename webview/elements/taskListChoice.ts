import { messageOf, selectionLimit } from '../../broker-bridge/protocol/index.ts'
import type { ListedTask, TaskKey, ViewRange, ViewSnapshot } from '../../broker-bridge/protocol/index.ts'
import { nothingSelected, withFlipped, withTasks } from '../feed/selection.ts'
import type { Selection } from '../feed/selection.ts'
import { sameKey } from '../feed/viewState.ts'
import { formatCount } from '../text/numbers.ts'
import { Cursor } from './cursor.ts'

/** What was selected; `more` tasks of the list could not be. */
export interface Choice {
  readonly tasks: Selection
  readonly more: number
}

/** What the choice needs of its list. */
export interface ChoiceList {
  readonly snapshot: ViewSnapshot | null
  readonly chosen: Selection
  /** The task in the detail pane. */
  readonly selected: TaskKey | null
  /** @throws RequestError */
  range(first: number, count: number): Promise<ViewRange>
  choose(choice: Choice): void
  say(text: string): void
}

/** Turns clicks and keys into what is selected. Rows out of sight are asked for; the answer to an older wish is let go. */
export class RowChoice {
  readonly #list: ChoiceList
  /** Where a stretch of rows begins; nowhere until the first of it is known. */
  readonly #anchor = new Cursor()
  /** What was selected besides the stretch. */
  #base: Selection = nothingSelected
  /** The task that a plain click or key showed last: who then adds another means both. */
  #shown: ListedTask | null = null
  #wish = 0
  #holds = false

  constructor(list: ChoiceList) {
    this.#list = list
  }

  /** Whether rows have to keep their places for what is being selected. */
  get holds(): boolean {
    return this.#holds && this.#list.chosen.size > 0
  }

  /** A plain click or key went to a row. */
  shows(row: ListedTask | undefined): void {
    this.#anchor.clear()
    this.#shown = row ?? null
  }

  /** Rows may move again; what is selected stays. */
  release(): void {
    this.#wish++
    this.#holds = false
    this.#anchor.clear()
  }

  clear(): void {
    this.release()
    this.#shown = null
    this.#list.choose({ tasks: nothingSelected, more: 0 })
  }

  follow(snapshot: ViewSnapshot): void {
    this.#anchor.follow(snapshot)
  }

  /** Selects one more, or no longer. A row that is still on its way cannot be. */
  flip(index: number): void {
    const row = this.#rowAt(index)
    if (!row) return
    const base = this.#begun(row)
    if (base.size >= selectionLimit && !base.has(`${row.connection}\n${row.id}`)) return this.#list.say(fullText)
    this.#base = withFlipped(base, row)
    this.#anchor.moveTo(index, row)
    this.#choose({ tasks: this.#base, more: 0 })
  }

  /** Selects from where the stretch began, or begins at `from`, to here. */
  async extend(from: number, to: number): Promise<void> {
    if (this.#anchor.index < 0) {
      this.#anchor.moveTo(from, this.#rowAt(from))
      this.#base = this.#list.chosen
    }
    const { index: start, key } = this.#anchor
    const room = Math.max(0, selectionLimit - this.#base.size)
    const count = Math.min(Math.abs(to - start) + 1, room)
    if (count === 0) return this.#list.say(fullText)
    const first = to >= start ? start : start - count + 1
    const found = await this.#tasks(first, count)
    if (!found) return
    if (key && !sameKey(found.tasks[start - first] ?? null, key)) return this.#list.say(movedText)
    this.#choose({ tasks: withTasks(this.#base, found.tasks), more: 0 })
    if (count <= Math.abs(to - start)) this.#list.say(fullText)
  }

  /** Selects the whole list, or as much of its beginning as can be. */
  async all(): Promise<void> {
    const found = await this.#tasks(0, Math.min(selectionLimit, Math.max(1, this.#list.snapshot?.matched ?? 0)))
    if (!found || found.tasks.length === 0) return
    this.#anchor.clear()
    this.#choose({ tasks: withTasks(nothingSelected, found.tasks), more: Math.max(0, found.matched - found.tasks.length) })
  }

  #begun(row: ListedTask): Selection {
    const { chosen, selected } = this.#list
    const shown = this.#shown
    return chosen.size === 0 && shown && sameKey(shown, selected) && !sameKey(shown, row) ? withTasks(chosen, [shown]) : chosen
  }

  #choose(choice: Choice): void {
    this.#wish++
    this.#holds = true
    this.#list.choose(choice)
  }

  /** @returns nothing where it could not be told, or something else is wished for by now */
  async #tasks(first: number, count: number): Promise<ViewRange | undefined> {
    const wish = ++this.#wish
    const here = this.#loaded(first, count)
    if (here) return here
    try {
      const found = await this.#list.range(first, count)
      return wish === this.#wish ? found : undefined
    } catch (error) {
      this.#list.say(messageOf(error))
      return undefined
    }
  }

  #loaded(first: number, count: number): ViewRange | undefined {
    const { snapshot } = this.#list
    if (!snapshot) return undefined
    const offset = first - snapshot.first
    const tasks = offset < 0 ? [] : snapshot.rows.slice(offset, offset + count)
    return tasks.length === count ? { tasks, matched: snapshot.matched } : undefined
  }

  #rowAt(index: number): ListedTask | undefined {
    const { snapshot } = this.#list
    return snapshot?.rows[index - snapshot.first]
  }
}

const fullText = `${formatCount(selectionLimit)} tasks are selected, the most at once.`
const movedText = 'The list has moved since: select the first task again.'
