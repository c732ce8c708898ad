import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { printQuery, queryLimit, readQuery, typedQueryLimit } from '../../broker-bridge/protocol/index.ts'
import type { Query } from '../../broker-bridge/protocol/index.ts'

const now = 1_800_000_000

function query(text: string): Query {
  const reading = readQuery(text, now)
  assert.ok(reading.ok, `${text}: ${reading.ok ? '' : reading.problem}`)
  return reading.query
}

/** What is wrong, and the part of the text it is about. */
function problem(text: string): [string, string] {
  const reading = readQuery(text, now)
  assert.ok(!reading.ok, text)
  return [reading.problem, text.slice(reading.at, reading.at + reading.length)]
}

const word = (text: string): Query => ({ kind: 'word', text })
const state = (name: string): Query => ({ kind: 'text', field: 'state', pattern: { parts: [name] } })

describe('a query', () => {
  const readings: [string, string][] = [
    ['  ', ''],
    ['Charge card', 'charge card'],
    ['a AND b OR c', 'a b OR c'],
    ['a (b OR c)', 'a (b OR c)'],
    ['NOT a -b -(c d)', '-a -b -(c d)'],
    ['"two words"', '"two words"'],
    ['"say \\"hi\\" \\\\"', '"say \\"hi\\" \\\\"'],
    ['a-b - and', 'a-b "-" and'],
    ['12:30 amqp://host/x', '"12:30" "amqp://host/x"'],
    ['State:Failed', 'state:failure'],
    ['state:waiting', 'state:pending OR state:received'],
    ['a state:waiting', 'a (state:pending OR state:received)'],
    ['state:"running"', 'state:=running'],
    ['name:shop.*', 'name:shop.*'],
    ['name:*"a*b"**', 'name:*"a*b"*'],
    ['worker:"a b"', 'worker:"a b"'],
    ['result:42', 'result:*42*'],
    ['result:=42', 'result:=42'],
    ['traceback:"in charge"', 'traceback:*"in charge"*'],
    ['kwargs.Address.city:York', 'kwargs.address.city:york'],
    ['args.0:42', 'args.0:42'],
    ['args:x', 'args:*x*'],
    ['runtime:>2s runtime:<=100ms runtime:3', 'runtime:>2 runtime:<=0.1 runtime:=3'],
    ['retries:>0', 'retries:>0'],
    ['received:<10m', `received:>${new Date((now - 600) * 1000).toISOString().replace('.000Z', 'Z')}`],
    ['ended:>=1d', `ended:<=${new Date((now - 86_400) * 1000).toISOString().replace('.000Z', 'Z')}`],
    ['eta:<1h', `eta:<${new Date((now + 3_600) * 1000).toISOString().replace('.000Z', 'Z')}`],
    ['at:>2026-11-20T10:00Z', 'at:>2026-11-20T10:00:00Z'],
    ['at:2026-11-20T10:00+01:00', 'at:>=2026-11-20T09:00:00Z at:<2026-11-20T09:01:00Z'],
  ]
  for (const [text, printed] of readings) it(`${text} means ${printed}`, () => assert.equal(printQuery(query(text)), printed))

  it('is a tree of conditions', () => {
    assert.deepEqual(query(''), { kind: 'all' })
    assert.deepEqual(query('a -(b OR state:FAILURE)'), {
      kind: 'and',
      parts: [word('a'), { kind: 'not', part: { kind: 'or', parts: [word('b'), state('failure')] } }],
    })
    assert.deepEqual(query('exception:*"timed out"*'), {
      kind: 'text',
      field: 'exception',
      pattern: { parts: ['', 'timed out', ''] },
    })
  })

  it('takes a date without zone as local, and a day as all of it', () => {
    const start = new Date(2026, 2, 29).getTime() / 1000
    const end = new Date(2026, 2, 30).getTime() / 1000
    assert.deepEqual(query('sent:2026-03-29'), {
      kind: 'and',
      parts: [
        { kind: 'time', field: 'sent', comparison: '>=', value: start },
        { kind: 'time', field: 'sent', comparison: '<', value: end },
      ],
    })
  })
})

describe('what is no query is told with its place', () => {
  const problems: [string, RegExp, string][] = [
    ['worke:x', /no field worke\. Did you mean worker\?/, 'worke'],
    ['a status:x', /Did you mean state\?/, 'status'],
    ['shop.orders.tasks.add:1', /no field shop\.orders\.tasks\.add\. Put .* "quotes"/, 'shop.orders.tasks.add'],
    ['__proto__:x', /no field __proto__/, '__proto__'],
    ['state.x:y', /no field state\.x/, 'state.x'],
    ['name:', /name needs a value/, 'name:'],
    ['name:""', /name needs a value/, 'name:""'],
    ['args.:1', /name is missing between the dots/, 'args.'],
    ['name:>3', /compared as text/, 'name:>3'],
    ['a "b c', /quote is not closed/, '"b c'],
    ['a (b c', /parenthesis is not closed/, '('],
    ['a) b', /closes nothing/, ')'],
    ['add(1)', /parenthesis in it into "quotes"/, '('],
    ['()', /missing before this parenthesis/, ')'],
    ['a OR', /missing at the end/, ''],
    ['AND b', /missing before AND/, 'AND'],
    ['""', /nothing between these quotes/, '""'],
    ['runtime:>fast', /runtime is a number/, '>fast'],
    ['retries:>2s', /retries takes a number/, '>2s'],
    ['received:10m', /Say received:<10m/, '10m'],
    ['received:>yesterday', /an age or a date/, '>yesterday'],
    ['received:>2026-13-01', /an age or a date/, '>2026-13-01'],
    ['received:<99999999999999d', /too far away/, '<99999999999999d'],
  ]
  for (const [text, sentence, place] of problems) {
    it(text, () => {
      const [said, about] = problem(text)
      assert.match(said, sentence)
      assert.equal(about, place)
    })
  }

  it('bounds length, conditions and nesting', () => {
    assert.match(problem('x'.repeat(queryLimit + 1))[0], /at most/)
    assert.match(problem('x '.repeat(51))[0], /50 conditions/)
    assert.match(problem('state:ended '.repeat(13))[0], /50 conditions/)
    assert.match(problem(`${'('.repeat(30)}x${')'.repeat(30)}`)[0], /too deeply/)
    assert.match(problem(`${'-'.repeat(30)}x`)[0], /too deeply/)
  })
})

const fragments = fc.constantFrom(
  ...['(', ')', ' ', '"', '\\', '*', '-', ':', '=', '>', '<', '.', 'AND', ' OR ', 'NOT ', 'state:', 'ended', 'waiting', 'name:'],
  ...[
    'args.',
    'kwargs.a.b:',
    'result:',
    'exception:',
    'received:',
    '<10m',
    '2026-11-20',
    'T10:00',
    'runtime:',
    '2s',
    '1e9',
    'İΣ',
    '\ud800',
  ],
)
const queryLike = fc.oneof(
  fc.string({ maxLength: typedQueryLimit }),
  fc.constantFrom('valueOf', 'args.constructor:x', 'state:toString'),
  fc.string({ unit: 'binary', maxLength: 100 }),
  fc.array(fragments, { maxLength: 60 }).map((parts) => parts.join('').slice(0, typedQueryLimit)),
)

describe('reading and writing', () => {
  it('no text makes the reader throw, and a problem lies within the text', () => {
    fc.assert(
      fc.property(queryLike, (text) => {
        const reading = readQuery(text, now)
        if (reading.ok) return
        assert.ok(reading.at >= 0 && reading.length >= 0 && reading.at + reading.length <= text.length)
      }),
      { numRuns: 2_000 },
    )
  })

  it('what is read and written is read as the same again, at another time too, and is not too long', () => {
    fc.assert(
      fc.property(queryLike, fc.double({ min: 0, max: 4e9, noNaN: true }), (text, when) => {
        const reading = readQuery(text, when)
        if (!reading.ok) return
        const printed = printQuery(reading.query)
        assert.ok(printed.length <= queryLimit)
        assert.deepEqual(readQuery(printed, when + 1e6), { ok: true, query: reading.query }, printed)
      }),
      { numRuns: 5_000 },
    )
  })
})
