import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseAddress } from '../../broker-bridge/protocol/address.ts'
import { chosenNames } from '../../broker-bridge/sources/celery/chosenNames.ts'
import { draftLines, draftOf } from '../../extension/connections/draft.ts'
import { withExchanges, withVirtualHost } from '../../extension/connections/otherAddress.ts'

const base = { id: 'c', name: 'c', readOnly: false, keepEventsOn: false }

test('another virtual host of the same broker keeps user, password, hosts and parameters', () => {
  for (const [address, host, expected] of [
    ['amqp://u:p%2Fw@h:5672//', 'shop', 'amqp://u:p%2Fw@h:5672/shop'],
    ['amqp://u:p@h', 'a/b', 'amqp://u:p@h/a%2Fb'],
    ['amqps://u:p@h/old?heartbeat=5', '/', 'amqps://u:p@h/%2F?heartbeat=5'],
    ['amqp://u:p@a//;amqp://u:p@b//', 'x', 'amqp://u:p@a/x;amqp://u:p@b/x'],
  ] as const) {
    const other = withVirtualHost(address, host)
    assert.equal(other, expected)
    const read = parseAddress(other)
    assert.ok(!('problem' in read))
    assert.deepEqual([read.virtualHost, read.username], [host, 'u'])
  }
})

test('names of exchanges are put into the address once and read back', () => {
  const names = { eventExchange: 'shop events', controlExchange: 'shop&control' }
  const once = withExchanges('amqp://u:p@h/v?heartbeat=5', names)
  assert.equal(withExchanges(once, names), once)
  const { eventExchange, commandExchange, replyExchange } = chosenNames({ ...base, address: once })
  assert.deepEqual(
    [eventExchange, commandExchange, replyExchange],
    ['shop events', 'shop&control.pidbox', 'reply.shop&control.pidbox'],
  )
})

test('names that are emptied leave the address, and the review says which are used', () => {
  const address = withExchanges('amqp://u:p@h/v?heartbeat=5', {
    eventExchange: 'shop',
    controlExchange: '',
    eventQueuePrefix: 'q',
  })
  assert.equal(address, 'amqp://u:p@h/v?heartbeat=5&event_exchange=shop&event_queue_prefix=q')
  assert.equal(chosenNames({ ...base, address }).eventQueuePrefix, 'q')
  const lineOf = (text: string): string | undefined =>
    draftLines(draftOf('1', text)).find(({ member }) => member === 'exchanges')?.value
  assert.equal(lineOf(address), 'events on shop, control by celery, queues q.*')
  const usual = withExchanges(address, { eventExchange: '', controlExchange: '', eventQueuePrefix: '' })
  assert.equal(usual, 'amqp://u:p@h/v?heartbeat=5')
  assert.equal(withExchanges('amqp://h/?event_exchange=a', { eventExchange: '' }), 'amqp://h/')
  assert.equal(lineOf(usual), 'Celery’s usual ones')
})

test('the connection’s own names win over those of the address, and without any they are Celery’s', () => {
  const address = 'amqp://h/?event_exchange=in-address'
  assert.equal(chosenNames({ ...base, address, eventExchange: 'own' }).eventExchange, 'own')
  assert.equal(chosenNames({ ...base, address }).eventExchange, 'in-address')
  assert.equal(chosenNames({ ...base, address: 'amqp://h/' }).commandExchange, 'celery.pidbox')
  const wrong = parseAddress('amqp://h/?event_exchange=')
  assert.ok('problem' in wrong && wrong.problem.includes('event_exchange'))
})
