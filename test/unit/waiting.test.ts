import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { encode } from '@msgpack/msgpack'
import * as fc from 'fast-check'
import { readWaiting } from '../../broker-bridge/sources/celery/waiting.ts'
import { editWaiting } from '../../broker-bridge/sources/celery/waitingEdits.ts'
import { matcherOf } from '../../broker-bridge/sources/messages/filter.ts'
import { describeWith } from '../../broker-bridge/sources/messages/readers.ts'
import type { RawMessage } from '../../broker-bridge/sources/messages/queues.ts'
import { fromSample, rawMessage } from '../support/rawMessage.ts'
import { sample, samples } from './celerySamples.ts'

const show = (message: RawMessage) => describeWith([readWaiting], message, 20_000)
const parsed = (text: string | null): unknown => JSON.parse(text ?? 'null')

describe('waiting Celery tasks', () => {
  it('every recorded task is one, with its name and its id', () => {
    for (const recorded of samples(/^task\.(?!unknown).*\.json$/)) {
      const shown = show(fromSample(recorded))
      assert.equal(shown.kind, 'celery', recorded.file)
      assert.match(shown.name ?? '', /\w/, recorded.file)
      assert.match(shown.id ?? '', /\w/, recorded.file)
    }
  })

  it('protocol 2 shows its real arguments', () => {
    const shown = show(fromSample(sample('task.basic.553.json')))
    const { body, headers } = sample('task.basic.553.json') as unknown as { body: unknown[]; headers: Record<string, unknown> }
    assert.deepEqual(parsed(shown.args), body[0])
    assert.deepEqual(parsed(shown.kwargs), body[1])
    assert.deepEqual([shown.root, shown.retries, shown.origin], [headers['root_id'], headers['retries'], headers['origin']])
    assert.equal(shown.problem, null)
  })

  it('integers keep every digit, and Python’s NaN does not hide the rest', () => {
    const headers = { task: 'a', id: '1' }
    const properties = { contentType: 'application/json', headers }
    const shown = show(rawMessage('[[12345678901234567890123, "caf\\u00e9", 1.0], {"x": NaN}, {}]', { properties }))
    assert.equal(shown.args, '[12345678901234567890123,"café",1.0]')
    assert.equal(shown.kwargs, '{"x": NaN}')
  })

  it('protocol 1 is read from its body', () => {
    const body = '{"task":"t.add","id":"i","args":[2,3],"kwargs":{"n":1},"retries":1,"eta":"2026-01-01T00:00:00","taskset":"g"}'
    const shown = show(rawMessage(body))
    assert.deepEqual(
      [shown.kind, shown.name, shown.id, shown.args, shown.kwargs, shown.retries, shown.eta, shown.group],
      ['celery', 't.add', 'i', '[2,3]', '{"n":1}', 1, '2026-01-01T00:00:00', 'g'],
    )
  })

  it('msgpack is read to the last digit, zlib unpacked, and what cannot be unpacked is said', () => {
    const properties = { contentType: 'application/x-msgpack', contentEncoding: 'binary', headers: { task: 'a', id: '1' } }
    const packed = Buffer.from(encode([[2n ** 63n, 'é'], { k: null }, { chain: null }], { useBigInt64: true }))
    assert.equal(show(rawMessage(packed, { properties })).args, '[9223372036854775808,"é"]')
    assert.notEqual(show(fromSample(sample('task.gzip.553.json'))).args, null)
    assert.match(show(fromSample(sample('task.bzip2.553.json'))).problem ?? '', /compressed with application\/x-bz2/)
  })

  it('a pickle is a listing, YAML is text, and neither has arguments', () => {
    const pickled = show(fromSample(sample('task.pickle.553.json')))
    assert.deepEqual([pickled.serializer, pickled.args], ['pickle', null])
    assert.match(pickled.body, /^# A pickle\. It was not executed/)
    const properties = { contentType: 'application/x-yaml', headers: { task: 'a', id: '1' } }
    const yaml = show(rawMessage('- [1, 2]\n- {}\n', { properties }))
    assert.deepEqual([yaml.serializer, yaml.args, yaml.body], ['yaml', null, '- [1, 2]\n- {}\n'])
  })

  it('a canvas is shown, and none is not', () => {
    assert.notEqual(show(fromSample(sample('task.chain.553.json'))).canvas, null)
    assert.equal(show(fromSample(sample('task.basic.553.json'))).canvas, null)
  })
})

describe('messages that are no Celery tasks', () => {
  it('Dramatiq’s and Taskiq’s are shown as what they are', () => {
    const dramatiq =
      '{"queue_name":"default","actor_name":"count","args":[1],"kwargs":{},"options":{"eta":1700000000000,"retries":2},"message_id":"m","message_timestamp":1700000000000}'
    const shown = show(rawMessage(dramatiq, { properties: {} }))
    assert.deepEqual(
      [shown.kind, shown.name, shown.id, shown.args, shown.retries, shown.at, shown.eta],
      ['dramatiq', 'count', 'm', '[1]', 2, 1_700_000_000, '2023-11-14T22:13:20.000Z'],
    )
    const taskiq = '{"task_id":"t","task_name":"app:send","labels":{"queue":"x"},"args":["a"],"kwargs":{"b":2}}'
    assert.deepEqual([show(rawMessage(taskiq)).kind, show(rawMessage(taskiq)).kwargs], ['taskiq', '{"b":2}'])
  })

  it('others are shown by the form of their bodies', () => {
    const kind = (content: Buffer | string, contentType?: string) =>
      show(rawMessage(content, { properties: contentType === undefined ? {} : { contentType } })).kind
    assert.equal(kind('{"a":1}'), 'json')
    assert.equal(kind('hello'), 'text')
    assert.equal(kind(''), 'empty')
    assert.equal(kind(Buffer.of(0, 255, 1)), 'binary')
    assert.equal(kind('a: 1', 'text/yaml'), 'yaml')
    assert.equal(kind(Buffer.from('80049503000000000000004b01', 'hex')), 'binary')
    assert.equal(kind(Buffer.from('80044b012e', 'hex')), 'pickle')
  })

  it('a dead letter tells its way', () => {
    const death = {
      queue: 'work',
      exchange: '',
      'routing-keys': ['work'],
      reason: 'rejected',
      count: 2n,
      time: { '!': 'timestamp', value: 5 },
    }
    const { deaths } = show(
      rawMessage('x', { properties: { headers: { 'x-death': [{ ...death, count: 2 }, 'nonsense', null] } } }),
    )
    assert.deepEqual(deaths, [{ queue: 'work', exchange: '', routingKeys: ['work'], reason: 'rejected', count: 2, at: 5 }])
  })

  it('no bytes and no headers make it throw', () => {
    const anything = fc.record({
      content: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      type: fc.constantFrom(
        undefined,
        'application/json',
        'application/x-msgpack',
        'application/x-python-serialize',
        'text/yaml',
      ),
      headers: fc.object(),
      task: fc.boolean(),
    })
    fc.assert(
      fc.property(anything, ({ content, type, headers, task }) => {
        const properties = { contentType: type, headers: task ? { ...headers, task: 't', id: 'i' } : headers }
        assert.equal(typeof show(rawMessage(content, { properties })).body, 'string')
      }),
    )
  })
})

describe('marks', () => {
  it('name a message by what its sender wrote, not by what the broker counts', () => {
    const mark = (content: string, headers: object) => show(rawMessage(content, { properties: { headers } })).mark
    assert.equal(mark('a', { n: 1 }), mark('a', { n: 1, 'x-delivery-count': 3 }))
    assert.notEqual(mark('a', { n: 1 }), mark('b', { n: 1 }))
    assert.notEqual(mark('a', { n: 1n << 60n }), mark('a', { n: (1n << 60n) + 1n }))
  })
})

describe('filters', () => {
  it('match by name, argument and age, and never by an age that is not known', () => {
    const task = show(
      rawMessage('[[42],{"a":"b"},{}]', { properties: { timestamp: 1_000, headers: { task: 'reports.daily', id: '1' } } }),
    )
    const fits = (filter: object) => matcherOf(filter, 1_100)(task)
    assert.ok(fits({ name: 'reports.*', text: '42', olderThan: 50 }))
    assert.ok(!fits({ name: 'report' }))
    assert.ok(!fits({ olderThan: 200 }))
    assert.ok(!matcherOf({ olderThan: 1 }, 1e10)(show(rawMessage('x'))))
  })
})

describe('edits', () => {
  const task = rawMessage(
    '[[1, 12345678901234567890], {"a": 1}, {"callbacks": null, "errbacks": null, "chain": [{"task": "b"}], "chord": null}]',
    {
      properties: { contentType: 'application/json', headers: { task: 'a', id: '1' } },
    },
  )

  it('new arguments stand beside what stays, digit by digit, and their texts are renewed', () => {
    const edited = editWaiting(task, { kwargs: '{"b":98765432109876543210}' })
    assert.ok(!('problem' in edited))
    assert.equal(
      edited.content?.toString(),
      '[[1,12345678901234567890],{"b":98765432109876543210},{"callbacks":null,"errbacks":null,"chain":[{"task":"b"}],"chord":null}]',
    )
    assert.equal(edited.headers?.['kwargsrepr'], "{'b': 98765432109876543210}")
  })

  it('what no worker could read is refused with a reason', () => {
    const problem = (edits: object, message = task) => (editWaiting(message, edits) as { problem?: string }).problem ?? ''
    assert.match(problem({ args: '{}' }), /args must be a JSON array/)
    assert.match(problem({ eta: 'tomorrow' }), /ISO 8601/)
    assert.match(problem({ args: '[]', body: 'x' }), /either a whole body or arguments/)
    assert.match(problem({ args: '[]' }, rawMessage('hello')), /Only of tasks/)
  })
})
