import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { QueueState } from '../../broker-bridge/sources/messages/queues.ts'
import { obstacleOf } from '../../broker-bridge/sources/rabbitmq/movingObstacles.ts'
import { planLook } from '../../broker-bridge/sources/rabbitmq/peekPlan.ts'

const single: QueueState = {
  ...{ virtualHost: '/', queue: 'one', version: '3.10.8', type: 'classic', ready: 5, consumers: 0, exclusive: false },
  settings: { 'single-active-consumer': true },
  deliveryLimit: null,
}

test('of a queue with a single active consumer all is taken or nothing, and nothing while another consumes it', () => {
  assert.equal(obstacleOf(single, { leaves: false }), null)
  assert.match(obstacleOf(single, { leaves: true }) ?? '', /Safe is to take all messages/)
  for (const leaves of [true, false])
    assert.match(obstacleOf({ ...single, consumers: 1 }, { leaves }) ?? '', /Stop its consumers first/)
  assert.equal(planLook({ ...single, consumers: 1 }).refused, null)
  assert.match(planLook({ ...single, type: 'quorum' }).refused ?? '', /single active consumer/)
})
