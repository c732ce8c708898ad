import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readTopology, topologyFileName, topologyText } from '../../broker-bridge/protocol/index.ts'
import type { Topology } from '../../broker-bridge/protocol/index.ts'

const queue = (name: string, own: Record<string, unknown> = {}) => ({ name, durable: true, auto_delete: false, arguments: own })
const binding = (source: string, destination: string, key = '') => ({
  ...{ source, destination, destination_type: 'queue', routing_key: key, arguments: {} },
})
const topology: Topology = {
  queues: [queue('b', { 'x-max-length': 5, 'x-dead-letter-exchange': 'dead' }), queue('a')],
  exchanges: [{ name: 'shop', type: 'topic', durable: true, auto_delete: false, internal: false, arguments: {} }],
  bindings: [binding('shop', 'b', 'two'), binding('shop', 'b', 'one'), binding('shop', 'a')],
  policies: [{ name: 'p', pattern: '^a', 'apply-to': 'queues', priority: 1, definition: { 'max-length': 3 } }],
}

describe('the text of a topology', () => {
  test('is the same whatever order it came in', () => {
    const turned: Topology = {
      policies: topology.policies,
      bindings: [...topology.bindings].reverse(),
      exchanges: topology.exchanges,
      queues: [queue('a'), queue('b', { 'x-dead-letter-exchange': 'dead', 'x-max-length': 5 })],
    }
    assert.equal(topologyText(turned), topologyText(topology))
    assert.deepEqual(
      (JSON.parse(topologyText(topology)) as Topology).bindings.map(({ destination, routing_key }) => [destination, routing_key]),
      [
        ['a', ''],
        ['b', 'one'],
        ['b', 'two'],
      ],
    )
  })

  test('says names first, so that a difference is read with what it is about', () => {
    assert.match(topologyText(topology), /"queues": \[\n {4}\{\n {6}"name": "a"/)
  })

  test('is read back as it was', () => {
    assert.equal(topologyText(readTopology(topologyText(topology)) as Topology), topologyText(topology))
  })

  test('of a whole definitions file holds no users and no secrets', () => {
    const file = JSON.stringify({
      rabbit_version: '3.10.8',
      users: [{ name: 'guest', password_hash: 'c2VjcmV0' }],
      parameters: [{ name: 'shovel', value: { 'src-uri': 'amqp://u:secret@h' } }],
      ...topology,
      queues: topology.queues.map((one) => ({ ...one, vhost: '/', type: 'classic' })),
    })
    const read = readTopology(`\uFEFF${file}`)
    assert.ok(!('problem' in read))
    assert.equal(topologyText(read), topologyText(topology))
    assert.doesNotMatch(topologyText(read), /secret|c2VjcmV0|guest/)
  })
})

test('what is no definitions file is refused in a sentence', () => {
  for (const [text, reason] of [
    ['not json', /not JSON/],
    ['[]', /definitions file|No queue/],
    ['{}', /nothing to compare/],
    ['{"queues":[{"name":1}]}', /queues\.0\.name/],
  ] as const) {
    const read = readTopology(text)
    assert.ok('problem' in read && reason.test(read.problem), JSON.stringify(read))
  }
})

test('the name of its file holds nothing a folder could', () => {
  assert.equal(topologyFileName('/'), 'topology')
  assert.equal(topologyFileName('shop/../../etc'), 'topology-shop-..-..-etc')
  assert.equal(topologyFileName('läden'), 'topology-läden')
})
