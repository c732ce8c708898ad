import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  keptEnqueueLimits,
  keptEnqueueText,
  keptOf,
  readKeptEnqueues,
  withoutEnqueue,
  withRecent,
  withRenamedEnqueue,
  withSavedEnqueue,
} from '../../broker-bridge/protocol/index.ts'
import type { KeptEnqueue, KeptEnqueues } from '../../broker-bridge/protocol/index.ts'

const none: KeptEnqueues = { recent: [], saved: [] }
const pay = (args: string): KeptEnqueue => ({ name: 'shop.pay', args, kwargs: '{}', queue: 'orders' })

test('what was sent last stands first, each once, and the oldest go', () => {
  let kept = none
  for (let n = 0; n < 20; n++) kept = withRecent(kept, pay(`[${n}]`))
  kept = withRecent(kept, pay('[15]'))
  assert.equal(kept.recent.length, keptEnqueueLimits.recent)
  assert.deepEqual(
    kept.recent.slice(0, 3).map(({ args }) => args),
    ['[15]', '[19]', '[18]'],
  )
})

test('a name is given, changed and taken away; what was sent last stays', () => {
  const sent = withRecent(none, pay('[1]'))
  const saved = withSavedEnqueue(withSavedEnqueue(sent, pay('[1]'), 'one euro'), pay('[2]'), 'a large sum')
  assert.deepEqual(
    saved.saved.map(({ label, args }) => [label, args]),
    [
      ['a large sum', '[2]'],
      ['one euro', '[1]'],
    ],
  )
  const [large, euro] = saved.saved
  assert.ok(large && euro)
  assert.deepEqual(
    withSavedEnqueue(saved, pay('[3]'), 'one euro').saved.map(({ args }) => args),
    ['[2]', '[3]'],
  )
  const renamed = withRenamedEnqueue(saved, large, 'two euro')
  assert.deepEqual(
    renamed.saved.map(({ label }) => label),
    ['one euro', 'two euro'],
  )
  assert.deepEqual(
    withoutEnqueue(renamed, euro).saved.map(({ label }) => label),
    ['two euro'],
  )
  assert.deepEqual(withoutEnqueue(renamed, pay('[1]')), { ...renamed, recent: [] })
  assert.equal(renamed.recent.length, 1)
})

test('arguments with a secret, or too many, are not kept', () => {
  const sent = { name: 'shop.pay', args: '["hunter2"]', kwargs: '{}', queue: 'orders' }
  assert.deepEqual(keptOf(sent, false), sent)
  assert.deepEqual(keptOf(sent, true), { ...sent, args: null, kwargs: null })
  assert.equal(keptOf({ ...sent, args: `["${'x'.repeat(30_000)}"]` }, false).args, null)
  assert.equal(keptEnqueueText(keptOf(sent, true)), 'arguments are not kept → orders')
  assert.equal(keptEnqueueText({ ...sent, kwargs: '{"a": 1}' }), '["hunter2"] {"a": 1} → orders')
})

test('whatever lies in the storage is read, or is nothing', () => {
  for (const stored of [undefined, 7, { recent: 'x' }, { recent: [{ name: '' }], saved: [] }])
    assert.deepEqual(readKeptEnqueues(stored), none)
  const kept = withSavedEnqueue(withRecent(none, pay('[1]')), pay('[1]'), 'one')
  assert.deepEqual(readKeptEnqueues(JSON.parse(JSON.stringify(kept))), kept)
})
