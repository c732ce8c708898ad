import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readQuery } from '../../broker-bridge/protocol/index.ts'
import { nothingThere, placeOf, placeProblem } from '../../extension/commands/openMessagePlace.ts'
import { carryChoices } from '../../extension/commands/retryMatchingText.ts'
import { filterOfNames, oneConnection, selectedTargets, selectedTasks } from '../../extension/commands/selected.ts'
import { runNodes, taskNameNodes } from '../../extension/views/taskNodes.ts'
import { TreeLine } from '../../extension/views/treeLines.ts'
import { connected, shopTask } from '../support/scriptedTasks.ts'

const list = { matched: 4, named: true }
const tasks = [shopTask(1), shopTask(2), shopTask(3), { ...shopTask(4), connection: 'other' }]
const lines = (parent: string): TreeLine[] =>
  runNodes({ ...list, parent, tasks }, [connected()], 1).map((node) => new TreeLine(node))
const [first, second, third, elsewhere] = lines('name')
const [again] = lines('failed')
const summary = { connection: 'local', name: 'shop.pay', total: 1, failed: 0, running: 0, revision: 1, failedRevision: 1 }
const name = taskNameNodes([summary], [connected()])
  .map((node) => new TreeLine(node))
  .at(-1)
const ids = tasks.map(({ id }) => id)

describe('a command on several lines of a tree', () => {
  test('is about all that are selected, each task once, and lines of another kind are none of it', () => {
    assert.deepEqual(selectedTasks(first, [first, name, again, second]), { connection: 'local', ids: ids.slice(0, 2) })
    assert.deepEqual(selectedTargets('taskName', name, [first, name]), [name?.target])
  })

  test('is about the line alone where that is not selected, or nothing else is', () => {
    assert.equal(selectedTasks(third, [first, second]), undefined)
    assert.equal(selectedTasks(first, undefined), undefined)
    assert.equal(selectedTasks(first, [first, again]), undefined)
    assert.deepEqual(selectedTargets('task', third, [first, second]), [third?.target])
  })

  test('of the palette or of the feed is about none', () => {
    assert.deepEqual(selectedTargets('task', undefined, undefined), [])
    assert.deepEqual(selectedTargets('task', { connection: 'local', id: 'x' }, undefined), [])
    assert.deepEqual(selectedTargets('task', name, [name, first]), [])
  })

  test('is refused in one sentence where they belong to several connections', () => {
    assert.throws(() => selectedTasks(first, [first, elsewhere]), /several connections/)
    assert.equal(oneConnection([{ connection: 'a' }, { connection: 'a' }]), 'a')
  })

  test('finds the tasks of several names and of no other', () => {
    assert.deepEqual(filterOfNames(['shop.pay']), { name: 'shop.pay' })
    const { query = '' } = filterOfNames(['shop.pay', 'Shop*."x" OR name:*'])
    assert.deepEqual(readQuery(query, 0), {
      ok: true,
      query: {
        kind: 'or',
        parts: ['shop.pay', 'shop*."x" or name:*'].map((text) => ({ kind: 'text', field: 'name', pattern: { parts: [text] } })),
      },
    })
  })
})

test('what was to follow tasks is carried only if chosen', () => {
  const [alone, carried] = carryChoices({ withCanvas: 2 })
  assert.deepEqual([alone?.carry, carried?.carry], [false, true])
  assert.match(alone?.detail ?? '', /^2 of these tasks have callbacks, a chain or a chord; nothing follows/)
  assert.match(carryChoices({ withCanvas: 1 })[1]?.detail ?? '', /^1 of these tasks has /)
})

describe('a place in a stream, as it is typed', () => {
  test('is an offset, or a local time with or without its seconds, or one with a zone', () => {
    assert.equal(placeOf('offset', ' 42 '), 42)
    const noon = new Date(2026, 10, 21, 12, 0, 0).getTime() / 1_000
    for (const text of ['2026-11-21 12:00:00', '2026-11-21T12:00', '2026-11-21 12:00'])
      assert.deepEqual(placeOf('time', text), { time: noon }, text)
    assert.deepEqual(placeOf('time', '2026-11-21'), { time: noon - 43_200 })
    assert.deepEqual(placeOf('time', '2026-11-21T12:00:00+02:00'), { time: Date.UTC(2026, 10, 21, 10) / 1_000 })
  })

  test('is refused with what to write where it is none', () => {
    for (const text of ['', '-1', '1.5', 'x', '9'.repeat(16)]) assert.match(placeProblem('offset', text) ?? '', /whole number/)
    for (const text of ['', '5', 'yesterday', '2026-13-45', '1900-01-01 00:00'])
      assert.match(placeProblem('time', text) ?? '', /such as/)
    assert.equal(placeProblem('offset', '0'), undefined)
  })

  test('that has nothing says so', () => {
    assert.equal(nothingThere('orders', null), 'No message waits in the queue orders.')
    assert.equal(nothingThere('orders', 'last'), 'The stream orders keeps no message.')
    assert.equal(nothingThere('orders', 7), 'The stream orders ends before offset 7.')
    assert.match(nothingThere('orders', { time: 0 }), /^Nothing was written to the stream orders since 19/)
  })
})
