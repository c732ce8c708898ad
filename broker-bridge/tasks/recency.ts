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

/** Items by their last activity, as a chain through the items themselves: moving one to the front costs two handshakes. */
export class Recency<T extends Linked<T>> {
  #newest: T | null = null
  #oldest: T | null = null

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
    if (item.newer) item.newer.older = item.older
    else if (this.#newest === item) this.#newest = item.older
    if (item.older) item.older.newer = item.newer
    else if (this.#oldest === item) this.#oldest = item.newer
    item.newer = item.older = null
  }

  /** Newest first. */
  *[Symbol.iterator](): Iterator<T> {
    for (let item = this.#newest; item !== null; item = item.older) yield item
  }
}
