import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { OperationPace } from '../../extension/commands/moveMessagesPace.ts'
import type { Step } from '../../extension/commands/moveMessagesPace.ts'
import { messagePicks } from '../../extension/commands/openMessagePicks.ts'
import { contentTypeOf } from '../../extension/commands/publishMessageBody.ts'
import { messageForm, messageText } from '../../extension/documents/messagesText.ts'
import { acting, markup } from '../support/hostileTexts.ts'
import { deadLetter, operation, peekOf, waiting } from '../support/scriptedMessages.ts'

const none = { name: null, id: null, args: null, kwargs: null }

describe('the body of a message as a document', () => {
  test('JSON keeps every digit and gets line breaks', () => {
    const message = waiting(1, { ...none, kind: 'json', body: '{"n":12345678901234567890.10,"list":[1]}' })
    assert.deepEqual(messageForm(message), { language: 'json', ending: 'json' })
    assert.equal(messageText(message), '{\n  "n": 12345678901234567890.10,\n  "list": [\n    1\n  ]\n}\n')
  })

  test('JSON stays JSON, and means the same, whatever hides in it', () => {
    for (const text of [...markup, ...acting]) {
      const shown = messageText(waiting(1, { ...none, kind: 'json', body: JSON.stringify({ text }) }))
      assert.deepEqual(JSON.parse(shown), { text })
      assert.doesNotMatch(shown, /[\u202a-\u202e\u2066-\u2069\u200b\ufeff]|[^\P{Cc}\n]/u)
    }
  })

  test('YAML and other text stay as they are, but for what acts instead of showing', () => {
    const yaml = waiting(1, { ...none, kind: 'yaml', serializer: 'yaml', body: '- 1\n- two\n' })
    assert.deepEqual(messageForm(yaml), { language: 'yaml', ending: 'yaml' })
    assert.equal(messageText(yaml), '- 1\n- two\n')
    const text = waiting(1, { ...none, kind: 'text', body: 'a\r\nuser\u202egnp.exe' })
    assert.equal(messageForm(text).language, 'plaintext')
    assert.equal(messageText(text), 'a\nuser\\u{202e}gnp.exe')
  })

  test('a pickle says that it was not executed, also where it is a task’s', () => {
    for (const kind of ['pickle', 'celery'] as const) {
      const message = waiting(1, { kind, serializer: 'pickle', args: null, kwargs: null, body: 'GLOBAL os system', bytes: 40 })
      assert.equal(messageForm(message).language, 'plaintext')
      assert.match(messageText(message), /^# A pickle of 40 bytes\. It was not executed[^\n]*\n\nGLOBAL os system\n$/)
    }
  })

  test('bytes are hex, sixteen to a line; an empty body is an empty document; what is cut says so', () => {
    const binary = waiting(1, { ...none, kind: 'binary', body: '00ff'.repeat(9), bytes: 18 })
    assert.match(messageText(binary), /\n\n(00 ff ){7}00 ff\n00 ff\n$/)
    assert.equal(messageText(waiting(1, { ...none, kind: 'empty', body: '', bytes: 0 })), '')
    const cut = waiting(1, { ...none, kind: 'text', body: 'begin', cut: true, bytes: 9_000_000 })
    assert.match(messageText(cut), /^# Only the beginning of 9000000 bytes/)
  })
})

describe('messages in a quick pick', () => {
  test('say which of how many they are, and what they hold', () => {
    const { items, placeHolder } = messagePicks(peekOf([waiting(1), deadLetter(2)], { ready: 10_412 }))
    assert.equal(placeHolder, 'The first 2 of 10412 messages')
    assert.equal(items[0]?.label, '1  shop.tasks.images.resize')
    assert.match(items[1]?.description ?? '', /handed out before · dead letter: rejected$/)
    assert.equal(items[1]?.mark, 'mark-00000002')
  })

  test('give no text of a message a meaning', () => {
    const { items } = messagePicks(
      peekOf(['$(zap) go', 'a\u202eb'].map((name, n) => waiting(n + 1, { name, id: name, args: name }))),
    )
    const texts = items.flatMap(({ label, description, detail }) => [label, description, detail]).join('\n')
    assert.doesNotMatch(texts, /(?<!\\)\$\(|\u202e/)
  })
})

describe('the progress of work on a queue', () => {
  const steps = (...pictures: Parameters<typeof operation>[0][]): Step[] => {
    const told: Step[] = []
    const pace = new OperationPace((step) => told.push(step))
    for (const picture of pictures) pace.take(operation({ total: 200, ...picture }))
    return told
  }

  test('adds up, and never goes back', () => {
    const told = steps({ done: 0 }, { done: 50, rate: 49.6 }, { done: 40 }, { done: 50, seen: 200 })
    assert.deepEqual(
      told.map(({ increment }) => increment),
      [0, 25, 0, 75],
    )
    assert.equal(told[1]?.message, '50 of 200, 50 a second')
  })

  test('of which the whole is not known counts only', () => assert.deepEqual(steps({ done: 7, total: null }), [{ message: '7' }]))
})

test('what is published calls itself what it is', () => {
  assert.equal(contentTypeOf('{"a": 1}', 'plaintext'), 'application/json')
  assert.equal(contentTypeOf('a: 1', 'yaml'), 'application/x-yaml')
  assert.equal(contentTypeOf('hello', 'python'), 'text/plain')
})
