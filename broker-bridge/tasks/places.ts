/** What has a place in arrays while somebody holds it: looking something up by it costs less than in a map. */
export interface Placed {
  /** A small number no other item has meanwhile; -1 before the store has seen the item and after it let it go. */
  readonly place: number
}

/** Hands out small numbers, each again once it was given back. */
export class Places {
  readonly #free: number[] = []
  #next = 0

  take(): number {
    return this.#free.pop() ?? this.#next++
  }

  giveBack(place: number): void {
    this.#free.push(place)
  }
}

const none = -1

/** A number, 0 or more, for each of many places. */
export class PlaceNumbers {
  #numbers = new Int32Array(64).fill(none)

  /** -1 where there is none. */
  get(place: number): number {
    return this.#numbers[place] ?? none
  }

  set(place: number, number: number): void {
    if (place >= this.#numbers.length) this.#widen(place)
    this.#numbers[place] = number
  }

  delete(place: number): void {
    this.set(place, none)
  }

  #widen(place: number): void {
    const wide = new Int32Array(2 * place).fill(none)
    wide.set(this.#numbers)
    this.#numbers = wide
  }
}

const [pageBits, pageSize] = [12, 4_096]

/**
 * An item for each of many places, in pages: an array in which only high places are set becomes a hash table, and a large one takes
 * long to make and to look through for what is new in it.
 */
export class PlaceItems<T> {
  readonly #pages: (T | undefined)[][] = []

  get(place: number): T | undefined {
    return place < 0 ? undefined : this.#pages[place >> pageBits]?.[place % pageSize]
  }

  set(place: number, item: T | undefined): void {
    const at = place >> pageBits
    while (this.#pages.length <= at) this.#pages.push(nothing)
    if (this.#pages[at] === nothing) this.#pages[at] = new Array<T | undefined>(pageSize).fill(undefined)
    const page = this.#pages[at]
    if (page) page[place % pageSize] = item
  }
}

/** Stands for a page on which there is no item. */
const nothing: never[] = []
