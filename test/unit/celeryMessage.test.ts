import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { encodeTask } from '../../broker-bridge/sources/celery/message.ts'
import type { TaskMessage, TaskToSend } from '../../broker-bridge/sources/celery/message.ts'
import { celery } from '../../broker-bridge/sources/celery/system.ts'
import { sample, samples } from './celerySamples.ts'

const now = Date.parse('2026-11-21T00:14:49Z') / 1_000
const plain: TaskToSend = {
  name: 'shop.add',
  id: 'id-1',
  args: '[1, 2]',
  kwargs: '{}',
  queue: 'celery',
  origin: 'warren7@host',
  now,
}

/** So many seconds from now, as the bridge writes it. */
const after = (seconds: number) => new Date((now + seconds) * 1_000).toISOString()

function encode(more: Partial<TaskToSend> = {}): TaskMessage {
  const outcome = encodeTask({ ...plain, ...more })
  assert.ok(outcome.ok, JSON.stringify(outcome))
  return outcome.value
}

function problem(more: Partial<TaskToSend>): string {
  const outcome = encodeTask({ ...plain, ...more })
  assert.ok(!outcome.ok, 'it was encoded')
  assert.match(outcome.problem.message, /[.;]$|[.]$/)
  return `${outcome.problem.where}: ${outcome.problem.message}`
}

/** Headers as a consumer reads them: without the wrappers that amqplib needs. */
function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapped)
  if (typeof value !== 'object' || value === null) return value
  if (Object.hasOwn(value, '!')) return (value as { value: unknown }).value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unwrapped(inner)]))
}

function holdsBareNumber(value: unknown): boolean {
  if (typeof value === 'number') return true
  return typeof value === 'object' && value !== null && !Object.hasOwn(value, '!') && Object.values(value).some(holdsBareNumber)
}

/** The recorder added a header of its own. */
function withoutKind(headers: unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(headers as Record<string, unknown>).filter(([name]) => name !== 'x_kind'))
}

describe('a task message beside those of Celery 5.5.3', () => {
  it('has the same headers, properties and body as a plain one', () => {
    const recorded = sample('task.basic.553.json')
    const headers = withoutKind(recorded['headers'])
    const {
      content,
      properties,
      headers: ours,
    } = encode({
      name: String(headers['task']),
      id: String(headers['id']),
      args: JSON.stringify((recorded['body'] as unknown[])[0]),
      origin: String(headers['origin']),
    })
    assert.deepEqual(unwrapped(ours), headers)
    assert.deepEqual(JSON.parse(content.toString()), recorded['body'])
    const { replyTo: theirReplyTo, ...theirs } = recorded['properties'] as Record<string, unknown>
    const { replyTo, ...rest } = properties
    assert.deepEqual(rest, theirs)
    assert.equal(replyTo, '')
    assert.equal(typeof theirReplyTo, 'string')
  })

  for (const { file, headers } of samples(/^task\.(?:eta|countdown|expires_int|priority|timelimit|kwargs|shadow)\.553/)) {
    it(`has every header of ${file}, in the same kinds`, () => {
      const theirs = withoutKind(headers)
      const ours = unwrapped(encode().headers) as Record<string, unknown>
      assert.deepEqual(Object.keys(ours), Object.keys(theirs))
    })
  }

  it('writes times as theirs does', () => {
    const { eta } = withoutKind(sample('task.eta.553.json')['headers']) as { eta: string }
    assert.match(eta, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?\+00:00$/)
    assert.equal(encode({ now: Date.parse(eta) / 1_000 - 60, eta }).headers['eta'], eta)
  })

  it('expires on the broker as theirs does', () => {
    const theirs = sample('task.expires_int.553.json')['properties'] as { expiration: string }
    assert.equal(encode({ expires: after(3_600) }).properties.expiration, theirs.expiration)
  })
})

describe('what a caller may choose', () => {
  it('big integers and the very text of arguments travel unchanged', () => {
    const { content, headers } = encode({ args: '[12345678901234567890123, 1.10, "ä"]', kwargs: ' {"a" : 1e5} ' })
    assert.equal(
      content.toString(),
      '[[12345678901234567890123, 1.10, "ä"], {"a" : 1e5} ,{"callbacks":null,"errbacks":null,"chain":null,"chord":null}]',
    )
    assert.equal(headers['argsrepr'], "(12345678901234567890123, 1.1, 'ä')")
    assert.equal(headers['kwargsrepr'], "{'a': 100000.0}")
  })

  it('priority is absent unless given', () => {
    assert.equal('priority' in encode().properties, false)
    assert.equal(encode({ priority: 0 }).properties.priority, 0)
  })

  it('an offset becomes UTC, a fraction six digits', () => {
    assert.equal(encode({ eta: '2026-11-21T00:14:50.5Z' }).headers['eta'], '2026-11-21T00:14:50.500000+00:00')
    assert.equal(encode({ eta: '2026-11-21 14:30+05:30' }).headers['eta'], '2026-11-21T09:00:00+00:00')
  })

  it('an expiry over 49 days away is left to the worker, whatever limit the broker has', () => {
    const { headers, properties } = encode({ expires: after(60 * 86_400) })
    assert.equal(headers['expires'], '2027-01-20T00:14:49+00:00')
    assert.equal('expiration' in properties, false)
    assert.equal(encode({ expires: after(4_294_967) }).properties.expiration, '4294967000')
  })

  it('root is the task itself unless it is a retry', () => {
    assert.deepEqual([encode().headers['root_id'], encode().headers['parent_id']], ['id-1', null])
    const { headers } = encode({ root: 'r', parent: 'p' })
    assert.deepEqual([headers['root_id'], headers['parent_id']], ['r', 'p'])
  })

  it('callbacks, chain and chord are carried as they were', () => {
    const embed = JSON.stringify((sample('task.chain.553.json')['body'] as unknown[])[2])
    assert.match(encode({ embed }).content.toString(), /"chain":\[\{/)
    assert.ok(encode({ embed }).content.toString().endsWith(`,${embed}]`))
  })

  it('types that kombu knows are carried', () => {
    const recorded = sample('task.jsontypes.553.json')['bodyText']
    assert.ok(typeof recorded === 'string')
    const [args] = JSON.parse(recorded.replaceAll(/-?\b(?:NaN|Infinity)\b/g, 'null')) as unknown[]
    assert.match(JSON.stringify(args), /__type__/)
    encode({ args: JSON.stringify(args) })
  })
})

describe('what is refused', () => {
  const tagged = (type: unknown, value: unknown) => JSON.stringify([{ a: [{ __type__: type, __value__: value }] }])
  const refusals: [string, Partial<TaskToSend>, RegExp][] = [
    ['args that are an object', { args: '{}' }, /^args: args must be a JSON array/],
    ['args that are two values', { args: '[1], [2]' }, /^args: args is not JSON/],
    ['args that close the body early', { args: '[1]], {}, {}, [[2]' }, /^args: args is not JSON/],
    ['kwargs that are an array', { kwargs: '[]' }, /^kwargs: kwargs must be a JSON object/],
    ['kwargs that are null', { kwargs: 'null' }, /^kwargs: kwargs must be/],
    ['an empty text', { args: '' }, /^args: args is not JSON/],
    ['NaN', { args: '[NaN]' }, /^args: args has NaN or Infinity in it/],
    ['Infinity', { kwargs: '{"a": -Infinity}' }, /^kwargs: kwargs has NaN or Infinity/],
    ['a number beyond all', { args: '[[1e400]]' }, /^args: args\[0\]\[0\] is a number too large/],
    ['deep nesting', { args: `${'['.repeat(70)}${']'.repeat(70)}` }, /^args: args is nested deeper than 64 levels/],
    ['half a character', { args: '["\ud800"]' }, /^args: args has half a character/],
    ['half a character in disguise', { args: '["\\ud800"]' }, /^args: args\[0\] has half a character/],
    ['half a character in a key', { kwargs: '{"\\ud800": 1}' }, /^kwargs: kwargs has half a character/],
    [
      'a type kombu does not know',
      { args: tagged('money', '5') },
      /^args: args\[0\]\.a\[0\] has exactly the keys __type__ and __value__/,
    ],
    ['a type that is no text', { args: tagged([], '5') }, /__type__/],
    ['a type from Object.prototype', { args: tagged('constructor', '5') }, /__type__/],
    ['a date that is none', { args: tagged('date', '2024-02-30') }, /__type__/],
    ['a date that JavaScript cannot even build', { args: tagged('datetime', '2024-13-01T00:00:00') }, /__type__/],
    ['a decimal that is none', { args: tagged('decimal', 'one') }, /__type__/],
    ['a uuid that is none', { args: tagged('uuid', { hex: 'xyz' }) }, /__type__/],
    [
      'kwargs that kombu would turn into something else',
      { kwargs: '{"__type__":"date","__value__":"2024-01-01"}' },
      /^kwargs: kwargs must be a JSON object/,
    ],
    ['an unknown part of the canvas', { embed: '{"callbacks":null,"x":null}' }, /^embed: /],
    ['a chain of no signatures', { embed: '{"chain":["shop.add"]}' }, /^embed: /],
    ['a chord that is a list', { embed: '{"chord":[]}' }, /^embed: /],
    ['an embed of another shape', { embed: '[]' }, /^embed: /],
    ['no name', { name: '' }, /^name: The task's name is empty/],
    ['an id longer than AMQP can carry', { id: 'ä'.repeat(200) }, /^id: The task's id .* is longer than 255 bytes/],
    ['half a character in the name', { name: 'x\udc00' }, /^name: /],
    ['no queue', { queue: '' }, /^queue: /],
    ['a giant queue name', { queue: 'q'.repeat(256) }, /^queue: /],
    ['an eta without a time zone', { eta: '2026-11-21T14:30:00' }, /^eta: eta is not a time; write it like/],
    ['an eta no calendar has', { eta: '2026-02-30T00:00:00Z' }, /^eta: /],
    ['an eta no clock has', { eta: '2026-12-01T24:00:00Z' }, /^eta: /],
    ['an eta in words', { eta: 'tomorrow' }, /^eta: /],
    ['an eta in a thousand years', { eta: '3026-11-21T14:30:00Z' }, /^eta: eta lies more than ten years ahead/],
    ['an expiry in the past', { expires: '2026-11-20T00:00:00Z' }, /^expires: The task would expire before it may start/],
    ['an expiry before the start', { eta: after(60), expires: after(30) }, /^expires: /],
    ['an expiry in words', { expires: 'soon' }, /^expires: expires is not a time/],
    ['a fractional priority', { priority: 1.5 }, /^priority: /],
    ['a priority over 255', { priority: 256 }, /^priority: /],
  ]
  for (const [what, more, expected] of refusals) {
    it(what, () => assert.match(problem(more), expected))
  }

  it('nothing makes it throw, and whatever passes has three parts and wrapped numbers', () => {
    const array = fc.array(fc.jsonValue()).map((value) => JSON.stringify(value))
    const object = fc.dictionary(fc.string(), fc.jsonValue()).map((value) => JSON.stringify(value))
    const json = fc.oneof(fc.json(), fc.string(), array, object)
    const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.oneof({ arbitrary: fc.constant(undefined), weight: 5 }, arbitrary)
    const task = fc.record({
      args: fc.oneof({ arbitrary: array, weight: 5 }, json),
      kwargs: fc.oneof({ arbitrary: object, weight: 5 }, json),
      embed: optional(json),
      eta: optional(
        fc.oneof(
          fc.string(),
          fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
        ),
      ),
      expires: optional(fc.oneof(fc.constant(after(60)), fc.string())),
      priority: optional(fc.constantFrom(0, 5, 255, 256, 1.5, Number.NaN)),
    })
    let passed = 0
    fc.assert(
      fc.property(task, (more) => {
        const outcome = encodeTask({ ...plain, ...more })
        if (!outcome.ok) return
        passed++
        const body = JSON.parse(outcome.value.content.toString()) as unknown[]
        assert.equal(body.length, 3)
        assert.ok(Array.isArray(body[0]) && !Array.isArray(body[1]))
        assert.equal(holdsBareNumber(outcome.value.headers), false)
      }),
      { numRuns: 2_000 },
    )
    assert.ok(passed > 50, `only ${passed} passed`)
  })
})

describe('the task system', () => {
  it('encodes a request of the bridge, or says in one sentence why not', () => {
    const request = { ...plain, root: null, parent: null, eta: null, expires: null, priority: null }
    const message = celery.encodeTask(request, now)
    assert.ok('options' in message)
    assert.deepEqual([message.exchange, message.routingKey, message.id], ['', 'celery', 'id-1'])
    assert.equal(message.options['contentType'], 'application/json')
    assert.match(JSON.stringify(celery.encodeTask({ ...request, args: '{}' }, now)), /args must be a JSON array/)
  })
})
