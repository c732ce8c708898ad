import { PlaceNumbers } from './places.ts'
import type { Placed } from './places.ts'

/** Items in some order, each found by its rank. */
export interface TaskOrder<T> {
  readonly size: number
  has(item: T): boolean
  /** Puts an item where it belongs now, whether or not it was there. */
  put(item: T): void
  /** Takes in items into an empty order, oldest activity first. */
  fill(items: readonly T[]): void
  remove(item: T): void
  /** Items from the given rank on; the first has rank 0. */
  window(first: number, count: number): T[]
}

/**
 * Items in the order of their newest activity. Every activity puts the item into a fresh slot at the end; a
 * Fenwick tree counts the slots in use, so that moving an item and finding the n-th newest both cost O(log n).
 */
export class ActivityOrder<T extends Placed> implements TaskOrder<T> {
  #slots: (T | null)[] = []
  #counts = new Int32Array(64)
  readonly #slotOf = new PlaceNumbers()
  #size = 0

  get size(): number {
    return this.#size
  }

  has({ place }: T): boolean {
    return this.#slotOf.get(place) >= 0
  }

  fill(items: readonly T[]): void {
    for (const item of items) this.put(item)
  }

  /** Makes this item the newest, whether or not it was there. */
  put(item: T): void {
    this.remove(item)
    if (this.#slots.length + 1 >= this.#counts.length) this.#compact()
    this.#slotOf.set(item.place, this.#slots.length)
    this.#add(this.#slots.length, 1)
    this.#slots.push(item)
    this.#size++
  }

  remove({ place }: T): void {
    const slot = this.#slotOf.get(place)
    if (slot < 0) return
    this.#slotOf.delete(place)
    this.#slots[slot] = null
    this.#add(slot, -1)
    this.#size--
  }

  /** Newest first. */
  window(first: number, count: number): T[] {
    const items: T[] = []
    for (let rank = first; rank < Math.min(first + count, this.size); rank++) {
      const item = this.#slots[this.#select(this.size - rank)]
      if (item !== null && item !== undefined) items.push(item)
    }
    return items
  }

  /** Drops the empty slots; amortised over the moves that made them. */
  #compact(): void {
    this.#slots = this.#slots.filter((item) => item !== null)
    this.#counts = new Int32Array(Math.max(64, 2 ** Math.ceil(Math.log2(this.#slots.length * 2 + 2))))
    this.#slots.forEach((item, slot) => {
      if (item !== null) this.#slotOf.set(item.place, slot)
    })
    this.#count()
  }

  #count(): void {
    for (let place = 1; place < this.#counts.length; place++) {
      this.#counts[place] = (this.#counts[place] ?? 0) + (place <= this.#slots.length ? 1 : 0)
      const next = place + (place & -place)
      if (next < this.#counts.length) this.#counts[next] = (this.#counts[next] ?? 0) + (this.#counts[place] ?? 0)
    }
  }

  #add(slot: number, change: number): void {
    for (let place = slot + 1; place < this.#counts.length; place += place & -place) {
      this.#counts[place] = (this.#counts[place] ?? 0) + change
    }
  }

  /** The slot of the n-th item from the oldest, n from 1. */
  #select(nth: number): number {
    let place = 0
    let left = nth
    for (let step = this.#counts.length >> 1; step > 0; step >>= 1) {
      const next = this.#counts[place + step]
      if (next !== undefined && place + step < this.#counts.length && next < left) {
        place += step
        left -= next
      }
    }
    return place
  }
}
