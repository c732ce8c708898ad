/** A member of one recency list; the list alone writes these. */
export interface Linked<T> {
  newer: T | null
  older: T | null
}

/** Stands for an item in a chain that is not the item's first. */
export class Link<T> implements Linked<Link<T>> {
  readonly item: T
  newer: Link<T> | null = null
  older: Link<T> | null = null

  constructor(item: T) {
    this.item = item
  }
}

/** A place in a chain that stays true while items come, move and go: an item that leaves hands it on to the next older one. */
export interface ChainWalk<T> {
  /** Null at the end. */
  next: T | null
}

/** Items by their last activity, as a chain through the items themselves: moving one to the front costs two handshakes. */
export class Recency<T extends Linked<T>> {
  #newest: T | null = null
  #oldest: T | null = null
  /** Those that are on their way: mostly none. */
  #walks: ChainWalk<T>[] = []

  get oldest(): T | null {
    return this.#oldest
  }

  /** Puts an item in front, whether or not it was in the chain. */
  toFront(item: T): void {
    if (this.#newest === item) return
    this.remove(item)
    item.older = this.#newest
    if (this.#newest) this.#newest.newer = item
    else this.#oldest = item
    this.#newest = item
  }

  /** Puts an item that is not in the chain behind all others. */
  toBack(item: T): void {
    item.newer = this.#oldest
    if (this.#oldest) this.#oldest.older = item
    else this.#newest = item
    this.#oldest = item
  }

  remove(item: T): void {
    if (this.#walks.length > 0) this.#handOn(item)
    if (item.newer) item.newer.older = item.older
    else if (this.#newest === item) this.#newest = item.older
    if (item.older) item.older.newer = item.newer
    else if (this.#oldest === item) this.#oldest = item.newer
    item.newer = item.older = null
  }

  /** Begins at the newest item. To be ended. */
  walk(): ChainWalk<T> {
    return this.#begin(this.#newest)
  }

  /** Begins at the newest of the items at the end of which all are wanted: costs a look at each of those. To be ended. */
  walkLast(isWanted: (item: T) => boolean): ChainWalk<T> {
    let first: T | null = null
    for (let item = this.#oldest; item !== null && isWanted(item); item = item.newer) first = item
    return this.#begin(first)
  }

  endWalk(walk: ChainWalk<T>): void {
    this.#walks = this.#walks.filter((one) => one !== walk)
  }

  #begin(next: T | null): ChainWalk<T> {
    const walk = { next }
    this.#walks.push(walk)
    return walk
  }

  #handOn(item: T): void {
    for (const walk of this.#walks) if (walk.next === item) walk.next = item.older
  }

  /** Newest first. */
  *[Symbol.iterator](): Iterator<T> {
    for (let item = this.#newest; item !== null; item = item.older) yield item
  }
}
