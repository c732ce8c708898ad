import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { QueueDetail, QueueLine } from '../../broker-bridge/protocol/index.ts'
import { plumbingNodes, queueDetailNodes, queueNode } from '../../extension/views/queueNodes.ts'
import { queueLine } from '../support/scriptedQueues.ts'

const now = 1_795_000_000
const row = { connection: 'shop', virtualHost: '/', name: 'orders', type: 'quorum', plumbing: false }
const orders = queueLine(
  { ...row, ready: 7, unacked: null, consumers: 0 },
  { warnings: ['unconsumed', 'growing'], policy: 'short', deadLetter: { exchange: '', routingKey: 'orders.dead' }, inRate: 2.5 },
)

test('a queue of the tree says in its tooltip what the line has no room for', () => {
  const { tooltip, accessibility, description } = queueNode(orders, false, now)
  assert.equal(description, '7 ready · – unacked · 0 consumers · nothing consumes it · growing')
  assert.match(accessibility, /unknown unacked.*nothing consumes it/)
  for (const part of ['type quorum', 'In 2.5/s, out –', 'Policy short', 'the queue orders.dead', 'nothing is consuming them'])
    assert.ok(tooltip?.includes(part), `${part} in ${tooltip}`)
})

test('the tooltip tells how long the oldest message waits, or why nobody knows', () => {
  const lineOf = (more: Partial<QueueLine>): string =>
    queueNode({ ...orders, unacked: 0, type: 'classic', ...more }, false, now)
      .tooltip?.split('\n')
      .find((one) => one.startsWith('Oldest')) ?? ''
  assert.match(lineOf({ oldest: now - 90 }), /^Oldest message: since \d\d:\d\d:\d\d$/)
  assert.match(lineOf({}), /–.*carries no time/)
  assert.match(lineOf({ ready: 0 }), /–.*No message waits/)
  assert.match(lineOf({ unacked: null }), /–.*management plug-in/)
  for (const type of ['quorum', 'stream']) assert.match(lineOf({ type }), new RegExp(`–.*does not tell this of a ${type}`))
})

test('what is inside a queue stands below it, each line once, and hostile text stays text', () => {
  const detail: QueueDetail = {
    ...orders,
    ...{ durable: true, exclusive: false, autoDelete: false, node: 'rabbit@a', members: [], bytes: 1 },
    arguments: [{ name: 'x-max-length', text: '5' }],
    policyDefinition: [{ name: 'expires', text: '10' }],
    deadLetterQueues: ['orders.dead'],
    bindings: [
      { source: '', destination: 'orders', destinationType: 'queue', key: 'orders', arguments: [] },
      { source: 'shop\n$(alert)', destination: 'orders', destinationType: 'queue', key: '#', arguments: [] },
    ],
    consumerList: [{ tag: 't', from: '10.0.0.1:5', prefetch: 4, acknowledges: true, active: true }],
    limits: null,
  }
  const nodes = queueDetailNodes(detail)
  assert.equal(new Set(nodes.map(({ id }) => id)).size, nodes.length)
  const lines = nodes.map(({ label, description }) => `${label}: ${description ?? ''}`)
  for (const line of [
    'x-max-length: 5',
    'expires (policy): 10',
    'Binding: default exchange with key orders',
    'Consumer: 10.0.0.1:5, prefetch 4',
  ])
    assert.ok(lines.includes(line), `${line} among ${lines.join('; ')}`)
  assert.ok(lines.every((line) => !line.includes('\n')))
})

test('plumbing has its own lines, which nothing is done to', () => {
  const nodes = plumbingNodes([orders, { ...orders, name: 'celeryev.1', plumbing: true }], now)
  assert.deepEqual(
    nodes.map(({ label, contextValue, expand }) => [label, contextValue, expand]),
    [['celeryev.1', 'plumbingQueue', 'none']],
  )
})

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly contributes: {
    readonly menus: { readonly 'view/item/context': readonly { readonly command: string; readonly when: string }[] }
  }
}

/** Commands that the manifest offers in the menu of a line of the tree Connections. */
function offered(contextValue: string): string[] {
  const items = manifest.contributes.menus['view/item/context'].filter(({ when }) => {
    const words = /viewItem =~ \/(.*)\//.exec(when)?.[1]
    return when.startsWith('view == warren.connections') && words !== undefined && new RegExp(words).test(contextValue)
  })
  return [...new Set(items.map(({ command }) => command.replace('warren.', '')))].sort()
}

test('the menu of a queue offers what changes something only where something may be changed', () => {
  const reading = ['openMessage', 'showMessages']
  const acting = ['enqueueTask', 'moveMessages', 'publishMessage', 'purgeQueue', 'returnDeadLetters']
  assert.deepEqual(offered(queueNode(orders, false, now).contextValue), [...acting, ...reading].sort())
  assert.deepEqual(offered(queueNode(orders, true, now).contextValue), reading)
  const stream = { ...orders, type: 'stream' }
  assert.deepEqual(offered(queueNode(stream, false, now).contextValue), ['openMessage', 'publishMessage', 'showMessages'])
  assert.deepEqual(offered(queueNode(stream, true, now).contextValue), reading)
})
