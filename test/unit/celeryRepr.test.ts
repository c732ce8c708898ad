import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { pythonRepr } from '../../broker-bridge/sources/celery/pythonRepr.ts'
import { readRepr } from '../../broker-bridge/protocol/index.ts'
import { samples } from './celerySamples.ts'

const args = (text: string): string => {
  const reading = readRepr(text, 'args')
  return reading.ok ? reading.json : `refused: it ${reading.reason}`
}

describe('arguments as Celery shows them', () => {
  const shown: [string, string][] = [
    ['[]', '()'],
    ['[1]', '(1,)'],
    ['[1, "a", true, null]', "(1, 'a', True, None)"],
    ['["it\'s", "a\\\\b"]', "('it\\'s', 'a\\b')"],
    ['[[1], [], {"a": {}}]', "([1], [], {'a': {}})"],
    ['[[[[1]]]]', '([[[...]]],)'],
    ['[{"a": {"b": {"c": 1}}}]', "({'a': {'b': {...}}},)"],
    [
      '[12345678901234567890, -0, 1.0, 1e5, 1e16, 1e-7, 0.0001, -0.0, 1.5e300]',
      '(12345678901234567890, 0, 1.0, 100000.0, 1e+16, 1e-07, 0.0001, -0.0, 1.5e+300)',
    ],
    ['{"__proto__": 1}', "{'__proto__': 1}"],
    ['not JSON', ''],
  ]
  for (const [json, text] of shown) it(`${json} is shown as ${text}`, () => assert.equal(pythonRepr(json, 'tuple'), text))

  for (const { file, headers, body } of samples(
    /^task\.(?!v1|pickle|yaml|gzip|bzip2|json|argsrepr|longargs|manyargs|chunks|xmap).*\.553/,
  )) {
    it(`${file} is shown as its publisher showed it`, () => {
      const { argsrepr, kwargsrepr } = headers as { argsrepr: string; kwargsrepr: string }
      const [positional, named] = body as [unknown, unknown]
      assert.equal(pythonRepr(JSON.stringify(positional), argsrepr.startsWith('(') ? 'tuple' : 'plain'), argsrepr)
      assert.equal(pythonRepr(JSON.stringify(named)), kwargsrepr)
    })
  }

  for (const { file, headers, body } of samples(/^task\.(?:longargs|manyargs)\./)) {
    it(`${file} is shortened as its publisher shortened it`, () => {
      const { argsrepr } = headers as { argsrepr: string }
      assert.equal(pythonRepr(JSON.stringify((body as unknown[])[0]), 'tuple'), argsrepr)
    })
  }

  it('never throws, and what it shows is short or says that it was shortened', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (json) => {
        const text = pythonRepr(json, 'tuple')
        assert.ok(text.length <= 1_100 || text.includes('...'))
      }),
    )
  })
})

describe('arguments read back from an event', () => {
  const accepted: [string, string][] = [
    ['()', '[]'],
    ['[]', '[]'],
    ['(1,)', '[1]'],
    ["(1, -2, 'three', True, False, None)", '[1, -2, "three", true, false, null]'],
    ["([1, 2], (3,), {'a': {'b': []}})", '[[1, 2], [3], {"a": {"b": []}}]'],
    ['(12345678901234567890, 1e-07, 1e+16, -0.0, 1.0)', '[12345678901234567890, 1e-07, 1e+16, -0.0, 1.0]'],
    ["('tab\there', 'ä😀', '')", '["tab\\there", "ä😀", ""]'],
    ["('a, b', '(1,)', 'None')", '["a, b", "(1,)", "None"]'],
  ]
  for (const [text, json] of accepted) it(`${text} is ${json}`, () => assert.equal(args(text), json))

  it('keyword arguments are a dictionary, positional ones are not', () => {
    assert.deepEqual(readRepr("{'a': 1, '__proto__': (1,)}", 'kwargs'), { ok: true, json: '{"a": 1, "__proto__": [1]}' })
    assert.equal(readRepr('(1,)', 'kwargs').ok, false)
    assert.equal(readRepr("{'a': 1}", 'args').ok, false)
  })

  const refused = [
    ...[
      "('a...',)",
      '(1, 2..., ...)',
      '([...],)',
      "('AAAA', ...)",
      '(1)',
      "('a')",
      '(1, )',
      '[1, ]',
      '[1,2]',
      '( 1,)',
      '(1,) ',
      ' (1,)',
      '(1,',
    ],
    ...['', '1', "'a'", 'None', '(', ')', '(,)', '(1, 2', '((1, 2)', '(1, 2))', '(1,)(2,)'],
    ...[
      "('it\\'s',)",
      "('a\\b',)",
      "('a\nb',)",
      "('a\rb',)",
      '(\'say "hi"\',)',
      '("a",)',
      "('a' 'b',)",
      "('a''b',)",
      "('\ud800',)",
    ],
    ...[
      '({1, 2},)',
      '(set(),)',
      'frozenset({1})',
      "({'a'},)",
      '({1: 2},)',
      "({None: 'x'},)",
      "({'a': 1, 'a': 2},)",
      "({'a':1},)",
    ],
    ...[
      "(b'abc',)",
      "(u'abc',)",
      "(Decimal('1.0'),)",
      '(1/3,)',
      '(1j,)',
      '(nan,)',
      '(inf,)',
      '(-inf,)',
      '(datetime.date(2024, 1, 2),)',
      '(<Obj at 0x7f>,)',
    ],
    ...[
      "(UUID('00000000-0000-0000-0000-000000000005'),)",
      '(007,)',
      '(1.,)',
      '(.5,)',
      '(0x10,)',
      '(1_000,)',
      '(+1,)',
      '(--1,)',
      '(1e999,)',
      '(true,)',
      '(null,)',
    ],
    ...[
      '(Truex,)',
      '(None1,)',
      '(1a,)',
      '(<secret>,)',
      "('abc… [shortened by Warren]",
      `${'['.repeat(100)}${']'.repeat(100)}`,
      `(${'1, '.repeat(50_000)}1)`,
    ],
  ]
  for (const text of refused) {
    it(`${JSON.stringify(text.slice(0, 60))} is refused with a reason`, () =>
      assert.match(args(text), /^refused: it [a-z].*[a-z]$/))
  }

  it('of what Celery recorded, the shortened and the doubtful ones are refused and the others are the very arguments', () => {
    let read = 0
    for (const { file, headers, body } of samples(/^task\.(?!v1|pickle|yaml|gzip|bzip2|argsrepr).*\.(?:526|553)/)) {
      const { argsrepr } = headers as { argsrepr: string }
      const reading = readRepr(argsrepr, 'args')
      if (!reading.ok || !Array.isArray(body)) continue
      read++
      assert.deepEqual(JSON.parse(reading.json), body[0], file)
    }
    assert.ok(read > 20)
    for (const { file, headers } of samples(/^task\.(?:longargs|manyargs|jsontypes|quotes)\./)) {
      assert.equal(readRepr((headers as { argsrepr: string }).argsrepr, 'args').ok, false, file)
    }
  })

  it('what was shown and is read back is the same, or is refused', () => {
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.string({ unit: 'binary', maxLength: 20 }),
        fc.stringMatching(/^[a-z ,()[\]{}:0-9]*$/),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.maxSafeInteger(),
        fc.constantFrom(null, true, false),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.string({ maxLength: 5 }), tie('value'), { maxKeys: 4 }),
      ),
    })).value
    let read = 0
    fc.assert(
      fc.property(fc.array(value, { maxLength: 5 }), (values) => {
        const json = JSON.stringify(values)
        const reading = readRepr(pythonRepr(json, 'tuple'), 'args')
        if (!reading.ok) return
        read++
        assert.deepEqual(JSON.parse(reading.json), JSON.parse(json))
      }),
      { numRuns: 2_000 },
    )
    assert.ok(read > 300, `only ${read} were read`)
  })

  it('no text makes it throw, and what it reads is JSON', () => {
    const piece = fc.constantFrom(
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      ', ',
      ': ',
      "'",
      "'a'",
      '1',
      '-1.5e+3',
      'True',
      'None',
      '...',
      '\\',
      ',',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const reading = readRepr(`(${pieces.join('')})`, 'args')
        if (reading.ok) JSON.parse(reading.json)
      }),
      { numRuns: 5_000 },
    )
  })
})
