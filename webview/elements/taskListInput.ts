/** What clicks and keys can ask of the list. */
export interface ListDeeds {
  readonly scroller: HTMLElement | null
  focusGrid(): void
  /** Moves the cursor there and shows the task. */
  moveTo(index: number): void
  /** Selects one more, or no longer; without a line, the one under the cursor. */
  flip(index?: number): void
  extendTo(index: number): void
  selectAll(): void
  /** Goes to the task under the cursor. */
  openAtCursor(): void
  /** Goes to the task that was clicked. */
  open(): void
  leave(): void
  /** Where a key leads, or undefined for keys that do not move the cursor. */
  targetOf(key: string): number | undefined
}

/** Reads mouse and keyboard over the rows. */
export class ListInput {
  readonly #list: ListDeeds

  constructor(list: ListDeeds) {
    this.#list = list
  }

  /** With Shift a browser would mark text from the last click to here. */
  readonly press = (event: MouseEvent): void => {
    if (!event.shiftKey || !rowOf(event)) return
    event.preventDefault()
    this.#list.focusGrid()
  }

  readonly click = (event: MouseEvent): void => {
    const line = rowOf(event)
    if (!line) return
    const index = Number(line.dataset['index'])
    if (event.shiftKey) this.#list.extendTo(index)
    else if (event.ctrlKey || event.metaKey) this.#list.flip(index)
    else this.#list.moveTo(index)
  }

  readonly doubleClick = (event: MouseEvent): void => {
    if (event.shiftKey || event.ctrlKey || event.metaKey) return
    if (rowOf(event)) this.#list.open()
  }

  readonly key = (event: KeyboardEvent): void => {
    // The heading has keys of its own; only Escape leads from it into the list.
    if (event.target !== this.#list.scroller && event.key !== 'Escape') return
    if (event.altKey) return
    const command = event.ctrlKey || event.metaKey
    if (command ? this.#command(event.key) : this.#act(event.key, event.shiftKey)) event.preventDefault()
  }

  #command(key: string): boolean {
    if (key.toLowerCase() !== 'a') return false
    this.#list.selectAll()
    return true
  }

  #act(key: string, extend: boolean): boolean {
    const deed = { Escape: () => this.#list.leave(), Enter: () => this.#list.openAtCursor(), ' ': () => this.#list.flip() }[key]
    if (deed) deed()
    return deed !== undefined || this.#move(key, extend)
  }

  #move(key: string, extend: boolean): boolean {
    const target = this.#list.targetOf(key)
    if (target === undefined) return false
    if (extend) this.#list.extendTo(target)
    else this.#list.moveTo(target)
    return true
  }
}

function rowOf({ target }: Event): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('[data-index]') : null
}
