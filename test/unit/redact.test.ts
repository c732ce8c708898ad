import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { keepSecret, redactText, Secret } from '../../broker-bridge/redact.ts'
import { cpuTime } from '../support/cpuTime.ts'

describe('redactText', () => {
  const cases: [string, string][] = [
    ['connect to amqp://bob:hunter22@h:5672/v failed', 'connect to amqp://***@h:5672/v failed'],
    ['{"url":"amqp://bob:hunter22@h"}', '{"url":"amqp://***@h"}'],
    ['amqp://bob:hun/ter@22@h', 'amqp://***@h'],
    ['http://localhost:15672/api for bob@example.com', 'http://localhost:15672/api for bob@example.com'],
    ['Authorization: Basic Ym9iOmh1bnRlcjIy', 'Authorization: ***'],
    ["{ authorization: 'Bearer abcdefghijkl' }", "{ authorization: '***' }"],
    ['with bearer abcdefghijkl.', 'with bearer ***'],
    ['password=hunter22&x=1', 'password=***&x=1'],
    ['{"password":"hunter22, \\"quoted\\"","b":1}', '{"password":***,"b":1}'],
    ['nothing to hide', 'nothing to hide'],
    ['code: ECONNREFUSED', 'code: ECONNREFUSED'],
  ]
  for (const [text, expected] of cases) test(text, () => assert.equal(redactText(text), expected))

  test('removes a kept secret in both its forms until it is forgotten as often as it was kept', () => {
    const forget = keepSecret('pé ss/wörd')
    const forgetAgain = keepSecret('pé ss/wörd')
    const text = `a pé ss/wörd b ${encodeURIComponent('pé ss/wörd')} c`
    forget()
    forget()
    assert.equal(redactText(text), 'a *** b *** c')
    forgetAgain()
    assert.equal(redactText(text), text)
  })

  test('leaves no password of any URL of the grammar, wherever it stands', () => {
    const piece = fc.string({
      unit: fc.constantFrom(...Array.from("QWXZ%2F!$&'()*+,;=:@/?#[]~-._é漢")),
      minLength: 3,
      maxLength: 20,
    })
    const before = fc.constantFrom('', 'Error: ', '"', '<', "connect('", 'a@b ', '\n')
    const after = fc.constantFrom('', ' refused', '"', '/v>', ':5672/a,b', '\n')
    fc.assert(
      fc.property(piece, fc.stringMatching(/^[a-z]+[a-z0-9+.-]{0,5}$/), before, after, (secret, scheme, left, right) => {
        fc.pre(/[QWXZ]{2}/.test(secret))
        assert.doesNotMatch(redactText(`${left}${scheme}://u:${secret}@h${right}`), /[QWXZ]{2}/)
      }),
    )
  })

  test('takes time in proportion to the text', () => {
    for (const unit of ['amqp://', 'a:', '@', 'authorization:', 'password="\\', 'bearer ', ' "']) {
      const spent = cpuTime(() => redactText(unit.repeat(200_000)))
      assert.ok(spent < 2_000, `${unit}: ${spent} ms`)
    }
  })
})

test('a Secret shows itself to nobody but reveal', () => {
  const secret = new Secret('hunter22')
  assert.equal(secret.reveal(), 'hunter22')
  for (const text of [String(secret), JSON.stringify({ secret }), inspect(secret, { showHidden: true })]) {
    assert.doesNotMatch(text, /hunter22/)
  }
})
