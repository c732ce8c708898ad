/** Names of tasks that a search can be completed with, asked for anew whenever somebody begins to search. */
export class SearchNames {
  searching = false
  /** As they were when the search began; null until they were told. */
  #names: readonly string[] | null = null

  get names(): readonly string[] {
    return this.#names ?? []
  }

  /** Whether they are still to be told. */
  get areWanted(): boolean {
    return this.searching && this.#names === null
  }

  search(searching: boolean): void {
    if (searching) this.#names = null
    this.searching = searching
  }

  take(names: readonly string[]): void {
    this.#names = [...new Set(names.filter((name) => name !== ''))].sort()
  }
}
