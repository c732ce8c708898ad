import type { TaskOrder } from './order.ts'
import { PlaceItems, PlaceNumbers } from './places.ts'
import type { Placed } from './places.ts'

const none = -1

/**
 * Items in the order of a key that changes with them: a treap whose nodes are the items' places, so that taking in a change and
 * finding the n-th item both cost O(log n) and a node costs three numbers. A place's weight is a mixture of its own bits.
 */
export class SortedOrder<T extends Placed, K> implements TaskOrder<T> {
  readonly #keyOf: (item: T) => K
  readonly #compare: (one: T, oneKey: K, other: T, otherKey: K) => number
  readonly #items = new PlaceItems<T>()
  /** As they were when the item was put: an item is found again by the key it stands at. */
  readonly #keys = new PlaceItems<K>()
  readonly #before = new PlaceNumbers()
  readonly #after = new PlaceNumbers()
  readonly #sizes = new PlaceNumbers()
  #root = none

  /** @param compare never 0 for two different items */
  constructor(keyOf: (item: T) => K, compare: (one: T, oneKey: K, other: T, otherKey: K) => number) {
    this.#keyOf = keyOf
    this.#compare = compare
  }

  get size(): number {
    return this.#sizeOf(this.#root)
  }

  has({ place }: T): boolean {
    return this.#items.get(place) !== undefined
  }

  put(item: T): void {
    const key = this.#keyOf(item)
    if (this.#items.get(item.place) === item && this.#keys.get(item.place) === key) return
    this.remove(item)
    const place = this.#enter(item, key)
    const [before, after] = this.#split(this.#root, place)
    this.#root = this.#join(this.#join(before, place), after)
  }

  putOldest(item: T): void {
    this.put(item)
  }

  remove({ place }: T): void {
    if (this.#items.get(place) === undefined) return
    this.#root = this.#without(this.#root, place)
    this.#items.set(place, undefined)
    this.#keys.set(place, undefined)
  }

  window(first: number, count: number): T[] {
    const items: T[] = []
    for (let rank = first; rank < Math.min(first + count, this.size); rank++) {
      const item = this.#items.get(this.#at(rank))
      if (item !== undefined) items.push(item)
    }
    return items
  }

  #enter(item: T, key: K): number {
    this.#items.set(item.place, item)
    this.#keys.set(item.place, key)
    this.#hang(item.place, none, none)
    return item.place
  }

  #compareAt(one: number, other: number): number {
    return this.#compare(
      this.#items.get(one) as T,
      this.#keys.get(one) as K,
      this.#items.get(other) as T,
      this.#keys.get(other) as K,
    )
  }

  #sizeOf(node: number): number {
    return node < 0 ? 0 : this.#sizes.get(node)
  }

  #hang(node: number, before: number, after: number): number {
    this.#before.set(node, before)
    this.#after.set(node, after)
    this.#sizes.set(node, this.#sizeOf(before) + 1 + this.#sizeOf(after))
    return node
  }

  /** Two trees: of what stands before a place, and of what stands behind it. */
  #split(node: number, place: number): [number, number] {
    if (node < 0) return [none, none]
    const [before, after] = [this.#before.get(node), this.#after.get(node)]
    if (this.#compareAt(node, place) < 0) {
      const [near, far] = this.#split(after, place)
      return [this.#hang(node, before, near), far]
    }
    const [near, far] = this.#split(before, place)
    return [near, this.#hang(node, far, after)]
  }

  /** One tree of two, all of the first before all of the second. */
  #join(one: number, other: number): number {
    if (one < 0 || other < 0) return Math.max(one, other)
    if (weight(one) > weight(other)) return this.#hang(one, this.#before.get(one), this.#join(this.#after.get(one), other))
    return this.#hang(other, this.#join(one, this.#before.get(other)), this.#after.get(other))
  }

  #without(node: number, place: number): number {
    const [before, after] = [this.#before.get(node), this.#after.get(node)]
    if (node === place) return this.#join(before, after)
    if (this.#compareAt(node, place) < 0) return this.#hang(node, before, this.#without(after, place))
    return this.#hang(node, this.#without(before, place), after)
  }

  #at(rank: number): number {
    let node = this.#root
    for (let left = rank; node >= 0;) {
      const before = this.#sizeOf(this.#before.get(node))
      if (left === before) break
      node = left < before ? this.#before.get(node) : this.#after.get(node)
      if (left > before) left -= before + 1
    }
    return node
  }
}

/** Looks random and differs for any two places: what keeps a treap flat. */
function weight(place: number): number {
  let mixed = Math.imul(place ^ (place >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
