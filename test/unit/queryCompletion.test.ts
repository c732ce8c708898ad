import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { completeQuery } from '../../broker-bridge/protocol/index.ts'

const known = {
  names: ['shop.orders.charge', 'shop.orders.refund', 'mail.send', 'odd name'],
  workers: ['w1@host', 'w2@host'],
  queues: ['celery', 'mail'],
  states: ['SUCCESS', 'PROGRESS'],
  exceptions: ['TimeoutError', 'ValueError'],
}

/** The text as it is after the first proposal was taken; `|` is the caret. */
function completed(marked: string, label?: string): string | undefined {
  const caret = marked.indexOf('|')
  const text = marked.replace('|', '')
  const proposals = completeQuery(text, caret, known)
  const proposal = label === undefined ? proposals[0] : proposals.find((each) => each.label === label)
  return proposal && text.slice(0, proposal.from) + proposal.insert + text.slice(proposal.to)
}

const labels = (marked: string): string[] =>
  completeQuery(marked.replace('|', ''), marked.indexOf('|'), known).map(({ label }) => label)

test('an empty place proposes fields, a begun word those it may become', () => {
  assert.equal(labels('|')[0], 'state:')
  assert.equal(labels('state:failed |')[0], 'state:')
  assert.deepEqual(labels('exc|'), ['exception:', 'exchange:'])
  assert.equal(completed('a -na|'), 'a -name:')
  assert.equal(completed('a OR (wo| b)'), 'a OR (worker: b)')
  assert.equal(completed('wor|ker:x'), 'worker:x')
  assert.deepEqual(labels('"na|'), [])
  assert.deepEqual(labels('zzz|'), [])
})

test('a field proposes the values that are known, its states by word and by name', () => {
  assert.equal(completed('state:fa|'), 'state:failed ')
  assert.deepEqual(labels('state:prog|'), ['PROGRESS'])
  assert.deepEqual(labels('name:shop|'), ['shop.orders.*', 'shop.orders.charge', 'shop.orders.refund'])
  assert.equal(completed('name:ch|', 'shop.orders.charge'), 'name:shop.orders.charge ')
  assert.equal(completed('worker:w2| b'), 'worker:w2@host b')
  assert.equal(completed('exception:tim|'), 'exception:TimeoutError ')
  assert.deepEqual(labels('queue:|'), known.queues)
  assert.equal(labels('received:|')[0], '<1m')
  assert.equal(labels('eta:|')[0], '<1m')
  assert.equal(labels('runtime:|')[0], '>1s')
  assert.deepEqual(labels('args.x:|'), [])
})

test('what needs quotes gets them, and a begun quote is replaced', () => {
  assert.equal(completed('name:odd|'), 'name:"odd name" ')
  assert.equal(completed('name:"odd n|'), 'name:"odd name" ')
})

test('no text and no caret makes completion throw, and what is replaced lies around the caret', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(30), (text, place) => {
      const caret = Math.min(place, text.length)
      for (const { from, to } of completeQuery(text, caret, known)) assert.ok(from <= caret && caret <= to && to <= text.length)
    }),
  )
})
