import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { chosenOf, contentText, everything, extentText, isFound, problemOf, sizeText } from '../../webview/feed/messages.ts'
import { progressText, shareDone, shownOperations } from '../../webview/feed/operations.ts'
import { OperationsFollowed } from '../../webview/session/operations.ts'
import { hexLines } from '../../webview/text/hexLines.ts'
import { prettyJson } from '../../webview/text/prettyJson.ts'
import { operation, peekOf, waiting } from '../support/scriptedMessages.ts'

const matching = { scope: 'matching', ...everything } as const

describe('messages as the page says them', () => {
  test('how much of the queue is shown', () => {
    const three = [1, 2, 3].map((n) => waiting(n))
    assert.equal(extentText(peekOf(three, { ready: 10_412 })), 'first 3 of 10,412')
    assert.equal(extentText(peekOf(three)), 'all 3')
    assert.equal(extentText(peekOf(three, { ready: null })), 'offsets 1 to 3')
  })

  test('what they hold, on one line', () => {
    assert.equal(contentText(waiting(1, { args: '[1]', kwargs: '{}' })), '[1]')
    assert.equal(contentText(waiting(1, { args: null, kwargs: null, kind: 'text', body: 'a\nb' })), 'a b')
    assert.equal(contentText(waiting(1, { args: null, kwargs: null, kind: 'pickle' })), '')
  })

  test('which are found by a text', () => {
    assert.ok(isFound(waiting(1, { name: 'shop.Pay' }), ' PAY '))
    assert.ok(!isFound(waiting(1), 'nothing like it'))
  })

  test('their sizes', () => assert.deepEqual([0, 999, 12_345, 1_050_000].map(sizeText), ['0 B', '999 B', '12.3 kB', '1.05 MB']))

  test('which are meant', () => {
    assert.deepEqual(chosenOf(matching, []), {})
    const some = { ...matching, name: ' shop.* ', olderThan: '2', first: '10' }
    assert.deepEqual(chosenOf(some, []), { filter: { name: 'shop.*', olderThan: 120 }, first: 10 })
    assert.deepEqual(chosenOf({ ...some, scope: 'selected' }, [waiting(4)]), {
      messages: [{ mark: 'mark-00000004', position: 4 }],
    })
    assert.match(problemOf({ ...matching, olderThan: '-1' }) ?? '', /above 0/)
    assert.match(problemOf({ ...matching, first: '1.5' }) ?? '', /whole number/)
    assert.equal(problemOf({ ...matching, scope: 'selected', first: 'x' }), null)
  })

  test('bytes in hex, and JSON with every digit', () => {
    assert.deepEqual(hexLines('414200'), [`00000000  41 42 00${' '.repeat(39)}  AB·`])
    assert.equal(prettyJson('{"n":1.10,"n":2}'), null)
    assert.equal(prettyJson('[1.10]'), '[\n  1.10\n]')
  })
})

describe('longer pieces of work', () => {
  test('how far they are', () => {
    assert.equal(
      progressText(operation({ done: 1_200, seen: 1_400, rate: 850.4 })),
      '1,200 of 10,412, 1,400 looked at, 850 a second',
    )
    assert.equal(progressText(operation({ done: 3, total: null, state: 'stopping' })), '3, stopping')
    assert.equal(shareDone(operation({ total: 0 })), null)
    assert.equal(shareDone(operation({ total: 4, done: 1, seen: 9 })), 1)
  })

  test('all that go on are shown, and those that ended since the page was opened until they are put away', () => {
    const ended = (id: string, endedAt: number) => operation({ id, state: 'done', endedAt })
    const all = [ended('old', 5), ended('new', 15), ended('away', 15), operation({ id: 'on' })]
    assert.deepEqual(
      shownOperations(all, 10, new Set(['away'])).map(({ id }) => id),
      ['on', 'new'],
    )
  })

  test('messages are gone only when the work dealt with all of them', () => {
    const followed = new OperationsFollowed()
    assert.deepEqual(followed.follow(operation({ state: 'done', done: 2 }), ['a', 'b']), ['a', 'b'])
    assert.equal(followed.follow(operation({ id: 'x' }), ['c']), undefined)
    assert.equal(followed.follow(operation({ id: 'y' }), ['d', 'e']), undefined)
    const done = { state: 'done', done: 1, endedAt: 1 } as const
    assert.deepEqual(followed.take([operation({ id: 'x', ...done }), operation({ id: 'y', ...done })]), [['c']])
    assert.deepEqual(followed.take([operation({ id: 'x', ...done })]), [])
  })
})
