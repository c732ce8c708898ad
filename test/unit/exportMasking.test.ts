import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { masked, maskText } from '../../broker-bridge/export/masking.ts'
import { cpuTime } from '../support/cpuTime.ts'

describe('masking', () => {
  it('hides the values under telling names, whatever the text’s form, and leaves the others', () => {
    const cases: readonly (readonly [string, string])[] = [
      ["{'user': 'ann', 'password': 'S3', 'n': 1}", "{'user': 'ann', 'password': ***, 'n': 1}"],
      ["{'db_password': 'S3', 'API-KEY': b'S3', 'n': 1}", "{'db_password': ***, 'API-KEY': ***, 'n': 1}"],
      ['{"access_token": "S3", "x": [1]}', '{"access_token": ***, "x": [1]}'],
      ['(\'{"secret": "S3"}\',)', '(\'{"secret": ***}\',)'],
      ['"{\\"secret\\": \\"S3\\", \\"a\\": 1}"', '"{\\"secret\\": ***, \\"a\\": 1}"'],
      ["{'token': UUID('S3-S3'), 'a': 1}", "{'token': ***, 'a': 1}"],
      ["{'tokens': ['S3', ('S3', \"S3'\")], 'a': 1}", "{'tokens': ***, 'a': 1}"],
      ["[('Authorization', 'Bearer S3'), ('Accept', '*/*')]", "[('Authorization', ***), ('Accept', '*/*')]"],
      ['Authorization: Bearer S3S3S3\nHost: x', 'Authorization: ***\nHost: x'],
      ['https://x.org/?a=1&api_key=S3&b=2', 'https://x.org/?a=1&api_key=***&b=2'],
      ["{'password': 'it\\'s S3', 'a': 1}", "{'password': ***, 'a': 1}"],
      ["{'password': 'S3S3...', ...}", "{'password': ***, ...}"],
      ["Client(password='S3', host='h')", "Client(password=***, host='h')"],
      ['amqp://u:S3@host/v', 'amqp://***@host/v'],
    ]
    for (const [text, expected] of cases) assert.equal(maskText(text), expected)
  })

  it('masks rather more than less where a value has no end', () => {
    for (const text of ["{'password': 'S3 and, on", "{'password': ['S3', 'S3'", "{'password': <S3 S3"]) {
      assert.doesNotMatch(maskText(text), /S3/, text)
    }
  })

  it('leaves texts alone in which such a word is no name', () => {
    for (const text of ['shop.refresh_token', "('a token of thanks',)", '(1, 2)', 'SecretSanta', "{'compass': 1}"])
      assert.equal(maskText(text), text)
  })

  it('goes by names in data, and into texts', () => {
    const value = { custom: { fields: { password: 7, note: 'token=S3', list: [{ secret: { a: 1 } }] } }, name: null }
    assert.deepEqual(masked(value), {
      custom: { fields: { password: '***', note: 'token=***', list: [{ secret: '***' }] } },
      name: null,
    })
  })

  it('never shows a value that stands under such a name, and never throws', () => {
    const noise = fc.string({ unit: fc.constantFrom('a', "'", '"', '\\', '(', ')', '{', ',', ':', ' ', 'token', '=') })
    const secret = fc.stringMatching(/^[A-Z0-9]{8,20}$/)
    fc.assert(
      fc.property(noise, secret, fc.constantFrom('password', 'api_key', 'x-auth-token'), (before, value, name) => {
        assert.ok(!maskText(`${before} {'${name}': '${value}', 'a': 1}`).includes(value))
      }),
    )
    fc.assert(fc.property(noise, (text) => void maskText(text)))
  })

  it('takes time in proportion to the text', () => {
    const time = (text: string): number => cpuTime(() => void maskText(text))
    for (const unit of ['token', 'a', "token='", 'token: [', 'secret \\"', 'password    ']) {
      time(unit.repeat(1_000))
      const [small, large] = [
        Math.min(time(unit.repeat(20_000)), time(unit.repeat(20_000))),
        Math.min(time(unit.repeat(80_000)), time(unit.repeat(80_000))),
      ]
      assert.ok(large < 12 * Math.max(small, 5), `${unit}: ${small} ms, ${large} ms`)
    }
  })
})
