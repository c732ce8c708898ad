/** Negative where the first comes before the second, positive where it comes after it. */
type Order<T> = (one: T, other: T) => number

/** Joins sorted lists into one sorted list. Of each it reads only as far as its own reader does, and one item further. */
export function joinSorted<T>(lists: readonly Iterable<T>[], order: Order<T>): Iterable<T> {
  const half = lists.length >> 1
  if (half === 0) return lists[0] ?? []
  return joinTwo(joinSorted(lists.slice(0, half), order), joinSorted(lists.slice(half), order), order)
}

function* joinTwo<T>(these: Iterable<T>, those: Iterable<T>, order: Order<T>): Iterable<T> {
  const [ones, others] = [these[Symbol.iterator](), those[Symbol.iterator]()]
  let [one, other] = [ones.next(), others.next()]
  while (!one.done || !other.done) {
    if (other.done || (!one.done && order(one.value, other.value) <= 0)) {
      if (!one.done) yield one.value
      one = ones.next()
    } else {
      yield other.value
      other = others.next()
    }
  }
}
