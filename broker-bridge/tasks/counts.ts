/** Counts by key that forget keys nobody has any more. */
export class Counts {
  // A count in a box of its own is changed without a second look into the map.
  readonly #counts = new Map<string, { value: number }>()

  add(key: string, change: number): void {
    const count = this.#counts.get(key)
    if (count === undefined) this.#counts.set(key, { value: change })
    else if ((count.value += change) === 0) this.#counts.delete(key)
  }

  /** As a plain object without a prototype, because keys may be hostile. */
  toRecord(): Record<string, number> {
    const record = Object.create(null) as Record<string, number>
    for (const [key, { value }] of this.#counts) record[key] = value
    return record
  }
}
