import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { safeHeaders } from '../../broker-bridge/sources/celery/headers.ts'

const codec = createRequire(import.meta.url)('../../node_modules/amqplib/lib/codec.js') as {
  encodeTable(buffer: Buffer, table: object, offset: number): number
  decodeFields(bytes: Buffer): Record<string, unknown>
}

/** The type letters in an encoded table, read the way AMQP lays them out. */
function typeLetters(bytes: Buffer, isTable: boolean): string {
  let letters = ''
  for (let at = 0; at < bytes.length;) {
    if (isTable) at += 1 + bytes.readUInt8(at)
    const letter = String.fromCharCode(bytes.readUInt8(at++))
    letters += letter
    const size = { S: 4, x: 4, F: 4, A: 4 }[letter]
    const length =
      size === undefined
        ? ({ V: 0, t: 1, b: 1, s: 2, I: 4, l: 8, d: 8, T: 8 }[letter] ?? Number.NaN)
        : bytes.readUInt32BE(at) + size
    assert.ok(!Number.isNaN(length), `a type nobody should send: ${letter}`)
    if (letter === 'F' || letter === 'A') letters += typeLetters(bytes.subarray(at + 4, at + length), letter === 'F')
    at += length
  }
  return letters
}

function encoded(table: Record<string, unknown>): Buffer {
  const safe = safeHeaders(table)
  assert.ok(safe.ok, JSON.stringify(safe))
  const buffer = Buffer.alloc(1_000_000)
  return buffer.subarray(4, codec.encodeTable(buffer, safe.value, 0))
}

describe('safe headers', () => {
  it('amqplib alone would write the letters that end workers', () => {
    const buffer = Buffer.alloc(1_000)
    const size = codec.encodeTable(buffer, { limit: 300, small: -1 }, 0)
    assert.equal(typeLetters(buffer.subarray(4, size), true), 'sb')
  })

  it('every integer is written as int or long, also inside lists and tables', () => {
    const bytes = encoded({
      limit: [300, 240, null],
      deep: { list: [{ n: 32_767 }] },
      large: 1_795_220_131_000,
      minus: -129,
      zero: -0,
      one: 1,
    })
    assert.match(typeLetters(bytes, true), /^AIIVFAFIlIII$/)
    assert.deepEqual(codec.decodeFields(bytes), {
      limit: [300, 240, null],
      deep: { list: [{ n: 32_767 }] },
      large: 1_795_220_131_000,
      minus: -129,
      zero: 0,
      one: 1,
    })
  })

  it('fractions stay doubles, even those amqplib would take for integers', () => {
    const bytes = encoded({ half: 0.5, large: 2 ** 51 + 0.5 })
    assert.equal(typeLetters(bytes, true), 'dd')
    assert.deepEqual(codec.decodeFields(bytes), { half: 0.5, large: 2 ** 51 + 0.5 })
  })

  it('what is safe already stays as it is', () => {
    const once = safeHeaders({ time: { '!': 'timestamp', value: 1_795_220_131 }, n: 300, l: { '!': 'long', value: 5 } })
    assert.ok(once.ok)
    assert.deepEqual(safeHeaders(once.value), once)
  })

  const refused: [string, Record<string, unknown>, string][] = [
    ['NaN', { a: Number.NaN }, 'headers.a'],
    ['infinity', { a: [1, Number.POSITIVE_INFINITY] }, 'headers.a[1]'],
    ['integers that lost digits', { a: 2 ** 53 }, 'headers.a'],
    ['a big integer that does not fit', { a: 2n ** 63n }, 'headers.a'],
    ['a smuggled type', { a: { '!': 'short', value: 300 } }, 'headers.a'],
    ['a smuggled type with more beside it', { a: { '!': 'int', value: 300, x: 1 } }, 'headers.a'],
    ['an int that is not one', { a: { '!': 'int', value: 2 ** 40 } }, 'headers.a'],
    ['the table itself as a type', { '!': 'short', value: 300 }, 'headers'],
    ['undefined in a list', { a: [undefined] }, 'headers.a[0]'],
    ['a function', { a: () => 1 }, 'headers.a'],
    ['a date', { a: new Date(0) }, 'headers.a'],
    ['half a character', { a: 'x\ud800' }, 'headers.a'],
    ['half a character in a name', { 'x\ud800': 1 }, 'headers'],
    ['a name longer than 255 bytes', { ['ä'.repeat(128)]: 1 }, 'headers'],
    ['endless nesting', { a: nested(20) }, `headers.a${'[0]'.repeat(16)}`],
    ['too many values', { a: Array(2_000).fill(1) }, 'headers'],
  ]
  for (const [what, table, where] of refused) {
    it(`${what} is refused, with its place`, () => {
      const outcome = safeHeaders(table)
      assert.equal(outcome.ok, false)
      assert.equal(outcome.problem.where, where)
      assert.match(outcome.problem.message, /^The message was not sent: headers.*[a-z]\.$/)
    })
  }

  it('a header called __proto__ is a header', () => {
    const bytes = encoded(JSON.parse('{"__proto__":{"n":300},"b":1}') as Record<string, unknown>)
    assert.equal(typeLetters(bytes, true), 'FII')
  })

  it('never throws, and never lets an unwrapped number through', () => {
    const number = fc.oneof(fc.integer({ min: -40_000, max: 40_000 }), fc.maxSafeInteger(), fc.double(), fc.bigInt())
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        number,
        fc.string({ unit: 'binary' }),
        fc.constantFrom(null, true, false, undefined),
        fc.record({ '!': fc.constantFrom('short', 'int', 'byte', 'long', 'timestamp', 'double', 'decimal'), value: number }),
        fc.array(tie('value')),
        fc.dictionary(fc.string({ unit: 'binary' }), tie('value')),
      ),
    }))
    let accepted = 0
    const buffer = Buffer.alloc(1_000_000)
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value), (table) => {
        const safe = safeHeaders(table)
        if (!safe.ok) return
        accepted++
        const size = codec.encodeTable(buffer, safe.value, 0)
        assert.match(typeLetters(buffer.subarray(4, size), true), /^[VtSIldTFA]*$/)
      }),
      { numRuns: 2_000 },
    )
    assert.ok(accepted > 200, `only ${accepted} tables were accepted`)
  })
})

function nested(depth: number): unknown {
  return depth === 0 ? 1 : [nested(depth - 1)]
}
