import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ActivityOrder } from '../../broker-bridge/tasks/order.ts'
import type { Placed } from '../../broker-bridge/tasks/places.ts'

/** The same thing, written so simply that it must be right. */
class PlainOrder {
  items: number[] = []
  toTop(item: number) {
    this.remove(item)
    this.items.unshift(item)
  }
  remove(item: number) {
    this.items = this.items.filter((other) => other !== item)
  }
}

const items = Array.from({ length: 151 }, (_, place): Placed => ({ place }))
const at = (place: number) => items[place] ?? { place }

test('any mixture of moves and removals gives the windows of a plain list', () => {
  const step = fc.record({ item: fc.integer({ min: 0, max: 150 }), remove: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 600 }), fc.nat(200), fc.nat(50), (steps, first, count) => {
      const order = new ActivityOrder<Placed>()
      const plain = new PlainOrder()
      for (const { item, remove } of steps) {
        if (remove && item % 3 === 0) {
          order.remove(at(item))
          plain.remove(item)
        } else {
          order.put(at(item))
          plain.toTop(item)
        }
      }
      assert.equal(order.size, plain.items.length)
      assert.deepEqual(
        order.window(first, count).map(({ place }) => place),
        plain.items.slice(first, first + count),
      )
    }),
  )
})
