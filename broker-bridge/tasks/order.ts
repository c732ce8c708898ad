import { PlaceNumbers } from './places.ts'
import type { Placed } from './places.ts'

/** Items in some order, each found by its rank. */
export interface TaskOrder<T> {
  readonly size: number
  has(item: T): boolean
  /** Puts an item where it belongs now, whether or not it was there. */
  put(item: T): void
  /** Takes in an item that is not there and whose activity is older than that of all others. */
  putOldest(item: T): void
  remove(item: T): void
  /** Items from the given rank on; the first has rank 0. */
  window(first: number, count: number): T[]
}

/**
 * Items in the order of their newest activity: those that were put since, each in its turn, and those that were found behind them,
 * older and older.
 */
export class ActivityOrder<T extends Placed> implements TaskOrder<T> {
  readonly #newer = new Lane<T>()
  readonly #older: Lane<T>

  /** @param room for how many items found from the newest to the oldest there shall be room without moving any */
  constructor(room = 0) {
    this.#older = new Lane(room)
  }

  get size(): number {
    return this.#newer.size + this.#older.size
  }

  has(item: T): boolean {
    return this.#newer.has(item) || this.#older.has(item)
  }

  /** Makes this item the newest, whether or not it was there. */
  put(item: T): void {
    this.#older.remove(item)
    this.#newer.put(item)
  }

  putOldest(item: T): void {
    this.#older.put(item)
  }

  remove(item: T): void {
    this.#newer.remove(item)
    this.#older.remove(item)
  }

  /** Newest first. */
  window(first: number, count: number): T[] {
    const items: T[] = []
    for (let rank = first; rank < Math.min(first + count, this.size); rank++) {
      const behind = rank - this.#newer.size
      const item = behind < 0 ? this.#newer.at(-behind) : this.#older.at(behind + 1)
      if (item !== undefined) items.push(item)
    }
    return items
  }
}

const leastRoom = 62

/**
 * Items in the order in which they were put. Each goes into a fresh slot at the end; a Fenwick tree counts the slots in use, so that
 * moving an item and finding the n-th both cost O(log n).
 */
class Lane<T extends Placed> {
  #slots: (T | null)[] = []
  #counts: Int32Array
  readonly #slotOf = new PlaceNumbers()
  #size = 0

  constructor(room = 0) {
    this.#counts = newCounts(room)
  }

  get size(): number {
    return this.#size
  }

  has({ place }: T): boolean {
    return this.#slotOf.get(place) >= 0
  }

  /** Makes this item the last, whether or not it was there. */
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

  /** The n-th item from the first, n from 1. */
  at(nth: number): T | undefined {
    return this.#slots[this.#select(nth)] ?? undefined
  }

  /** Drops the empty slots; amortised over the moves that made them. */
  #compact(): void {
    this.#slots = this.#slots.filter((item) => item !== null)
    this.#counts = newCounts(this.#slots.length * 2)
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

  /** The slot of the n-th item. */
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

/** A Fenwick tree has a power of two of places, the first of which stays empty. */
function newCounts(room: number): Int32Array {
  return new Int32Array(2 ** Math.ceil(Math.log2(Math.max(leastRoom, room) + 2)))
}
