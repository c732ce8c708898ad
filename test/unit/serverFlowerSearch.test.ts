import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { parseSearch } from '../../broker-bridge/server/flower/search.ts'
import { cpuTime } from '../support/cpuTime.ts'
import { task } from '../support/fakeCore.ts'

describe('the search syntax', () => {
  const one = task('uuid-1', {
    name: 'app.mail',
    state: 'FAILURE',
    worker: 'celery@box',
    args: "('hello world', 1)",
    kwargs: '{"to": "bob", \'n\': 12}',
    result: 'None',
  })
  const found: [string, boolean][] = [
    ['mail', true],
    ['MAIL', true],
    ['uuid-1', true],
    ['mail nothing', false],
    ['mail AND hello', true],
    ['mail OR nothing', true],
    ['nothing OR nowhere', false],
    ['nothing mail OR hello', true],
    ['(nothing OR mail) hello', true],
    ['(nothing OR mail) nowhere', false],
    ['"hello world"', true],
    ['"world hello"', false],
    ['args:"hello world"', true],
    ['kwargs:hello', false],
    ['name:mail', true],
    ['worker:box', true],
    ['state:failure', true],
    ['state:fail', false],
    ['result:none', true],
    ['kwargs:to=bob', true],
    ['kwargs:"to = bob"', true],
    ['kwargs:n=12', true],
    ['kwargs:n=1', false],
    ['nofield:mail', false],
    ['"AND"', false],
    ['\\"bob\\"', true],
    ['\\"bo\\"', false],
    ['\\"to\\"', true],
  ]
  for (const [query, expected] of found) {
    test(`${query}: ${expected ? 'found' : 'not found'}`, () => {
      const search = parseSearch(query)
      if ('error' in search) return assert.fail(search.error)
      assert.equal(search.matches?.(one), expected)
    })
  }

  const errors: [string, RegExp][] = [
    ['ab', /at least 3 characters at position 0/],
    ['NOT mail', /NOT is not supported/],
    ['-mail', /Negation/],
    ['"open', /Unterminated quoted phrase at position 0/],
    ['""', /Empty search term/],
    ['name:', /requires a value/],
    ['OR mail', /Expected a search term/],
    ['mail OR', /OR must be followed/],
    ['mail )', /Unexpected '\)' at position 5/],
    ['(mail', /Missing closing/],
    ['()', /Empty group/],
    ['((((((mail))))))', /nesting exceeds 5/],
    ['abc '.repeat(200), /exceeds 128 tokens/],
    ['x'.repeat(3_000), /exceeds 2048 characters/],
  ]
  for (const [query, expected] of errors) {
    test(`${query.slice(0, 20)}: refused`, () => {
      const search = parseSearch(query)
      assert.match('error' in search ? search.error : 'no error', expected)
    })
  }

  test('no text makes it throw or hang', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'bcd', ' ', '"', '(', ')', '\\', ':', '=', 'AND', 'OR', 'NOT', 'name:', '-', 'ü'),
    })
    fc.assert(
      fc.property(text, (query) => {
        const search = parseSearch(query)
        if ('matches' in search) search.matches?.(one)
      }),
    )
    const spent = cpuTime(() => {
      parseSearch('\\"'.repeat(1_000) + '"')
      parseSearch('"'.repeat(2_000))
    })
    // A search that goes back at each quote takes longer than anybody waits.
    assert.ok(spent < 3_000, `${spent} ms`)
  })
})
