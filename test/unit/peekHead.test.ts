import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { QueueState } from '../../broker-bridge/sources/messages/queues.ts'
import type { ShortConnection } from '../../broker-bridge/sources/rabbitmq/messageQueueConnection.ts'
import { takeAndReturn } from '../../broker-bridge/sources/rabbitmq/peek.ts'

/** Milliseconds that this broker takes for each message, below those after which a look takes a queue for silent. */
const pace = 300

/** A quorum queue that hands out one message after the other, slowly; the first is so large that the others are taken one by one. */
class SlowBroker extends EventEmitter {
  #sent = 0
  #wanted = 0
  createChannel = () => Promise.resolve(this)
  prefetch = (count: number) => Promise.resolve((this.#wanted = count))
  checkQueue = () => Promise.resolve({ messageCount: 100 })
  close = () => Promise.resolve()

  async consume(_queue: string, hear: (message: object) => void): Promise<void> {
    for (let left = this.#wanted; left > 0; left--) {
      await sleep(pace)
      const content = Buffer.alloc(this.#sent++ === 0 ? 3 * 2 ** 20 : 1)
      hear({ content, properties: { headers: {} }, fields: { exchange: '', routingKey: 'q', redelivered: false } })
    }
  }
}

const state: QueueState = {
  ...{ virtualHost: '/', queue: 'q', version: '3.10.8', type: 'quorum', ready: 100, consumers: 0, exclusive: false },
  ...{ settings: {}, deliveryLimit: null },
}

test('a look holds messages for two seconds in all, however often it asks for more', async () => {
  const model = new SlowBroker()
  const connection = { model, explain: String } as unknown as ShortConnection
  const { messages, limits } = await takeAndReturn(connection, state, { count: 50, offset: 'first' })
  assert.match(limits ?? '', /ended after two seconds/)
  assert.ok(messages.length > 0 && messages.length <= 2_000 / pace + 1, String(messages.length))
})
