import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readPython } from '../../broker-bridge/protocol/index.ts'
import type { PythonValue } from '../../broker-bridge/protocol/index.ts'
import { samples } from './celerySamples.ts'

/** A reading in few words: containers as arrays, dots where something was cut, everything else as it stands in the text. */
function outline(text: string): unknown {
  const value = readPython(text)
  return value === null ? null : outlineOf(value, text)
}

function outlineOf(value: PythonValue, source: string): unknown {
  const cut = value.cut ? ['…'] : []
  switch (value.kind) {
    case 'dict':
      return [
        'dict',
        ...value.entries.map(({ key, value: of }) => [outlineOf(key, source), of === null ? '…' : outlineOf(of, source)]),
        ...cut,
      ]
    case 'text':
      return `${value.kind} ${value.text}`
    case 'number':
    case 'word':
    case 'other':
      return `${value.kind} ${source.slice(value.from, value.to)}`
    case 'tuple':
    case 'list':
    case 'set':
      return [value.kind, ...value.items.map((item) => outlineOf(item, source)), ...cut]
  }
}

describe('a display text of Python', () => {
  const read: [string, unknown][] = [
    ['42', 'number 42'],
    ['12345678901234567890123', 'number 12345678901234567890123'],
    ['None', 'word None'],
    ["'a, b'", 'text a, b'],
    ['()', ['tuple']],
    ["(1, 'a')", ['tuple', 'number 1', 'text a']],
    ["[{'a': (1,)}, {1, 2}]", ['list', ['dict', ['text a', ['tuple', 'number 1']]], ['set', 'number 1', 'number 2']]],
    ['{1: None, (1, 2): {}}', ['dict', ['number 1', 'word None'], [['tuple', 'number 1', 'number 2'], ['dict']]]],
    // What has no plain form stays the text it is.
    [
      "(datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc), UUID('a-b'), b'ab', nan, -inf, 1/3, 1j)",
      [
        'tuple',
        'other datetime.datetime(2024, 1, 2, tzinfo=datetime.timezone.utc)',
        "other UUID('a-b')",
        "other b'ab'",
        'other nan',
        'other -inf',
        'other 1/3',
        'other 1j',
      ],
    ],
    ['[<Obj at 0x7f>, <Colour.RED: 1>, set()]', ['list', 'other <Obj at 0x7f>', 'other <Colour.RED: 1>', 'other set()']],
    ["('it\\'s', \"it's\")", ['tuple', "other 'it\\'s'", 'other "it\'s"']],
    ["('two\nlines',)", ['tuple', 'text two\nlines']],
    // Shortened by length, with the comma of the tuple lost, and by depth.
    ["('AAAA...', ...)", ['tuple', 'text AAAA...', '…']],
    ['(0, 1, 226..., ...)', ['tuple', 'number 0', 'number 1', 'other 226...', '…']],
    ['([1, 2, ...])', ['tuple', ['list', 'number 1', 'number 2', '…']]],
    ["({'a': {'b': {...}}},)", ['tuple', ['dict', ['text a', ['dict', ['text b', ['dict', '…']]]]]]],
    ['[(...), [...]]', ['list', ['tuple', '…'], ['list', '…']]],
    ["{'a': 1, 'b', ...}", ['dict', ['text a', 'number 1'], ['text b', '…'], '…']],
    ["{'a': 1, 'b': , ...}", ['dict', ['text a', 'number 1'], ['text b', '…'], '…']],
    ['(1, , ...)', ['tuple', 'number 1', '…']],
  ]
  for (const [text, expected] of read) it(`${text} is read`, () => assert.deepEqual(outline(text), expected))

  const unreadable = [
    ...['', '(', ')', '(1)', '(,)', '(1, 2', '(1,2)', '[1, ]', "('a' 'b',)", "'a", '1 2', '{1: 2, 3}', '{1, 2: 3}'],
    ...['(1, 2))', 'f(', 'f(]', '<a', "<User: it's>", '(1, 2) ', '(…)', "'a'… [shortened by Warren]", 'x'.repeat(100_001)],
    '['.repeat(66) + ']'.repeat(66),
    '{'.repeat(5_000),
    'f('.repeat(50_000),
  ]
  for (const text of unreadable) it(`${text.slice(0, 40)} stays a text`, () => assert.equal(outline(text), null))

  it('of what Celery recorded, nearly all is read, and what is shortened says so', () => {
    const texts = samples(/^task\.(?!v1).*\.(?:526|553)/).flatMap(({ headers }) => {
      const { argsrepr, kwargsrepr } = headers as { argsrepr?: unknown; kwargsrepr?: unknown }
      return [argsrepr, kwargsrepr].filter((text) => typeof text === 'string')
    })
    const read = texts.filter((text) => readPython(text) !== null)
    assert.ok(texts.length > 40 && read.length > texts.length * 0.9, `${read.length} of ${texts.length}`)
    const hidden = read.filter((text) => /\.\.\.[)\]}]$/.test(text) && !JSON.stringify(readPython(text)).includes('"cut":true'))
    assert.deepEqual(hidden, [])
  })

  it('never makes it throw, and every place lies within the text', () => {
    const pieces = fc.constantFrom('(', ')', '[', ']', '{', '}', "'", '"', '\\', ', ', ': ', '...', '1', 'a', '<', '>', ',')
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const text = parts.join('')
        const value = readPython(text)
        if (value !== null) assert.deepEqual([value.from, value.to], [0, text.length])
      }),
      { numRuns: 5_000 },
    )
  })
})
