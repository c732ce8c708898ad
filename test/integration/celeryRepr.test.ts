import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { pythonRepr } from '../../broker-bridge/sources/celery/pythonRepr.ts'
import { readRepr } from '../../broker-bridge/protocol/index.ts'
import { findPython } from '../support/needs.ts'

/** Reads one JSON array per line and prints what Celery's publishers would put into `argsrepr`, as JSON texts. */
const publisher = `
import json, sys
from celery.utils.saferepr import saferepr
for line in sys.stdin:
    print(json.dumps(saferepr(tuple(json.loads(line)), 1024)))
`

/** Values that JSON cannot carry, as arguments: none of them may be read as something else. */
const exotic = `
import collections, datetime, decimal, enum, fractions, json, uuid
from celery.utils.saferepr import saferepr
Pair = collections.namedtuple('Pair', 'a b')
class Colour(enum.Enum):
    RED = 1
for value in [b'abc', b'\\xff', b"it's", {1, 2}, set(), frozenset({1}), decimal.Decimal('1.0'), fractions.Fraction(1, 3), 1j,
              float('nan'), float('inf'), -float('inf'), datetime.datetime(2024, 1, 2), datetime.date(2024, 1, 2), uuid.UUID(int=5),
              Colour.RED, object(), range(3), {1: 2}, {None: 1}, {(1, 2): 3}, Ellipsis, 'C:\\\\new', "it's", 'a\\nb', '"', int, lambda: 0]:
    for args in [(value,), (1, value), ([value],), ({'a': value},), [value]]:
        print(json.dumps(saferepr(args, 1024)))
`

async function python(code: string, input = ''): Promise<unknown[]> {
  const child = spawn((await findPython()) ?? 'python3', ['-c', code], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(input)
  const lines = (await text(child.stdout)).trim().split('\n')
  return lines.map((line) => JSON.parse(line) as unknown)
}

const plainText = fc.stringMatching(/^[A-Za-z0-9 ,.:;()[\]{}äß€-]{0,20}$/)
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: -1, max: 1, noNaN: true }),
)
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    { arbitrary: plainText, weight: 3 },
    { arbitrary: number, weight: 3 },
    { arbitrary: fc.string({ unit: 'binary', maxLength: 10 }), weight: 1 },
    { arbitrary: fc.constantFrom(null, true, false, "'", '\\', '...', "\\'", '"', 'a\nb', "', '"), weight: 1 },
    { arbitrary: fc.string({ minLength: 300, maxLength: 600 }), weight: 0.2 * 5 },
    fc.array(tie('value'), { maxLength: 6 }),
    fc.dictionary(plainText, tie('value'), { maxKeys: 5 }),
  ),
}))

describe('texts of arguments as real Celery writes them', () => {
  it('are read back as the very values, or refused, and are what Warren writes', async () => {
    const drawn = fc.sample(fc.array(value, { maxLength: 6 }), 6_000).map((values) => JSON.stringify(values))
    const shown = await python(publisher, drawn.join('\n'))
    assert.equal(shown.length, drawn.length)
    const counts = { read: 0, refused: 0, shortened: 0 }
    for (const [index, repr] of shown.entries()) {
      const json = drawn[index] ?? ''
      assert.ok(typeof repr === 'string')
      // Python counts characters where we count UTF-16 units, so that only what is not near the limit must be the same.
      if (repr.length < 900) assert.equal(pythonRepr(json, 'tuple'), repr)
      else counts.shortened++
      const reading = readRepr(repr, 'args')
      counts[reading.ok ? 'read' : 'refused']++
      if (reading.ok) assert.deepEqual(JSON.parse(reading.json), JSON.parse(json), repr)
    }
    assert.ok(counts.read > 1_000 && counts.refused > 1_000 && counts.shortened > 50, JSON.stringify(counts))
  })

  it('are refused whenever they show something that JSON cannot carry', async () => {
    const shown = await python(exotic)
    assert.ok(shown.length > 100)
    for (const repr of shown) assert.equal(readRepr(String(repr), 'args').ok, false, String(repr))
  })

  it('keep the digits of big integers', async () => {
    const [repr] = await python(publisher, '[123456789012345678901234567890, -9007199254740993]')
    assert.deepEqual(readRepr(String(repr), 'args'), { ok: true, json: '[123456789012345678901234567890, -9007199254740993]' })
  })
})
