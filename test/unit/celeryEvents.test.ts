import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { EventBatch, TaskEvent } from '../../broker-bridge/sources/events.ts'
import { decodeEvents } from '../../broker-bridge/sources/celery/events.ts'
import { lastError, trueException } from '../../broker-bridge/sources/celery/errorText.ts'
import { cpuTime } from '../support/cpuTime.ts'
import { bytes, sample, samples } from './celerySamples.ts'

const now = 1_800_000_000
const decode = (
  body: unknown,
  type: string | undefined = 'application/json',
  encoding: string | undefined = 'utf-8',
): EventBatch => decodeEvents(bytes(body), type, encoding, now)

function only(batch: EventBatch): TaskEvent {
  assert.deepEqual(batch.malformed, [])
  assert.equal(batch.tasks.length, 1)
  const [event] = batch.tasks
  assert.ok(event)
  return event
}

const event = (file: string): TaskEvent => only(decode(sample(file)['body']))
const started = { type: 'task-started', uuid: 'id', hostname: 'w@h', pid: 7, clock: 9, timestamp: 1_795_219_899.5 }

const states: Readonly<Record<string, string>> = {
  'task-sent': 'PENDING',
  'task-received': 'RECEIVED',
  'task-started': 'STARTED',
  'task-succeeded': 'SUCCESS',
  'task-failed': 'FAILURE',
  'task-retried': 'RETRY',
  'task-revoked': 'REVOKED',
  'task-rejected': 'REJECTED',
  'task-progress': 'PROGRESS',
}

interface Recorded {
  type: string
  uuid: string
  hostname: string
  timestamp: number
  pid: number
  clock: number
  name?: string
  args?: string
  root_id?: string
  queue?: string
  runtime?: number
  result?: string
}

function agrees(decoded: TaskEvent, recorded: Recorded): void {
  assert.equal(decoded.id, recorded.uuid)
  assert.equal(decoded.state, states[recorded.type])
  assert.equal(decoded.at, recorded.timestamp)
  assert.equal(decoded.worker, recorded.hostname)
  assert.deepEqual([decoded.pid, decoded.clock], [recorded.pid, recorded.clock])
  assert.equal(decoded.name, recorded.name ?? null)
  assert.equal(decoded.args, recorded.args ?? null)
  assert.equal(decoded.root, recorded.root_id ?? null)
  assert.equal(decoded.queue, recorded.queue ?? null)
  assert.equal(decoded.runtime, recorded.runtime ?? null)
  assert.equal(decoded.result, recorded.result ?? null)
}

describe('events recorded with Celery 5.2.6 and 5.5.3', () => {
  for (const { file, body, properties } of samples(/^event\.task-/)) {
    it(`${file} is decoded whole`, () => {
      const { contentType, contentEncoding } = properties as { contentType: string; contentEncoding: string }
      const batch = decode(body, contentType, contentEncoding)
      const recorded = (Array.isArray(body) ? body : [body]) as Recorded[]
      assert.deepEqual(batch.malformed, [])
      assert.equal(batch.tasks.length, recorded.length)
      for (const [index, one] of batch.tasks.entries()) agrees(one, recorded[index] as Recorded)
    })
  }

  for (const { file, events } of samples(/^timeline\./)) {
    it(`${file} keeps every task event of its story`, () => {
      const recorded = (events as Recorded[]).filter(({ type }) => type.startsWith('task-'))
      const batch = decode(events)
      assert.deepEqual(batch.malformed, [])
      for (const [index, one] of batch.tasks.entries()) agrees(one, recorded[index] as Recorded)
      assert.equal(batch.tasks.length, recorded.length)
      assert.ok(recorded.length > 0)
    })
  }

  it('an empty batch is no event and no fault', () => {
    assert.deepEqual(decode(sample('event.task-multi-empty.526.json')['body']), { tasks: [], workers: [], malformed: [] })
  })

  it('a hard time limit and a killed process are named by their traceback', () => {
    assert.equal(event('event.task-failed-hard-timelimit.526.json').exception, 'TimeLimitExceeded(2,)')
    assert.equal(
      event('event.task-failed-worker-lost.553.json').exception,
      'WorkerLostError: Worker exited prematurely: signal 9 (SIGKILL) Job: 37.',
    )
  })

  it('an unregistered task fails without a name and without a traceback', () => {
    const failed = event('event.task-failed-notregistered.553.json')
    assert.deepEqual([failed.name, failed.traceback, failed.exception], [null, null, "NotRegistered('tasksapp.nope')"])
  })

  it('a retry of Celery 4.4 takes its cause from the traceback', () => {
    const traceback = (sample('event.task-retried.526.json')['body'] as { traceback: string }[])[0]?.traceback
    assert.equal(
      only(decode({ ...started, type: 'task-retried', exception: 'None', traceback })).exception,
      "KeyError('not yet')",
    )
  })

  it('a custom event keeps its own fields', () => {
    const progress = event('event.task-progress.553.json')
    assert.equal(progress.state, 'PROGRESS')
    assert.deepEqual({ ...progress.custom }, { done: 3, total: 10 })
  })
})

describe('worker events', () => {
  for (const { file, body } of samples(/^event\.worker-(?:online|heartbeat|offline)\./)) {
    it(`${file} tells interval, load and software`, () => {
      const [worker] = decode(body).workers
      assert.equal(worker?.interval, 2)
      assert.equal(worker.load?.length, 3)
      assert.match(worker.software ?? '', /^py-celery 5\.\d\.\d \(Linux\)$/)
      assert.equal(file.includes(worker.kind), true)
    })
  }

  it('the answer to the command heartbeat does not announce an interval', () => {
    const [worker] = decode(sample('event.worker-heartbeat-from-control.553.json')['body']).workers
    assert.deepEqual([worker?.kind, worker?.interval, worker?.active, worker?.processed], ['heartbeat', null, null, null])
  })

  it('gossip is passed over in silence', () => {
    for (const file of ['event.worker-elect.553.json', 'event.worker-elect-ack.553.json']) {
      assert.deepEqual(decode(sample(file)['body']), { tasks: [], workers: [], malformed: [] })
    }
  })

  it('a worker without a name is malformed', () => {
    assert.deepEqual(decode({ type: 'worker-online', hostname: 5 }).malformed, ['no worker name'])
  })

  it('absurd intervals, loads and counts are not believed', () => {
    const [worker] = decode({
      type: 'worker-online',
      hostname: 'w',
      freq: 1e9,
      active: -1,
      processed: '7',
      loadavg: [1, 'x', 2],
    }).workers
    assert.deepEqual(
      [worker?.interval, worker?.active, worker?.processed, worker?.load, worker?.software, worker?.at],
      [null, null, null, null, null, now],
    )
  })
})

describe('bad input', () => {
  const faults: [string, EventBatch, string][] = [
    ['an empty body', decode(''), 'empty'],
    ['a body cut off', decode('[{"type":"task-st'), 'not JSON'],
    ['a number', decode('7'), 'not an event'],
    ['null', decode('null'), 'not an event'],
    ['a batch within a batch', decode([[]]), 'not an event'],
    ['no type', decode({ uuid: 'x' }), 'no type'],
    ['a type that is a number', decode({ uuid: 'x', type: 5 }), 'no type'],
    ['a type of nobody', decode({ uuid: 'x', type: 'billing-invoice' }), 'unknown type'],
    ['a task event without a verb', decode({ uuid: 'x', type: 'task-' }), 'unknown type'],
    ['no id', decode({ type: 'task-started' }), 'no id'],
    ['an id that is a number', decode({ type: 'task-started', uuid: 5 }), 'no id'],
    ['a giant id', decode({ type: 'task-started', uuid: 'x'.repeat(1_001) }), 'id too long'],
    ['a pickle', decode('cos\nsystem\n', 'application/x-python-serialize', 'binary'), 'pickled'],
    [
      'a pickle that says it is JSON',
      decodeEvents(Buffer.from('gASVHgAAAAAAAAB9lIwId3BAZmFjdHM=', 'base64'), 'application/json', 'binary', now),
      'not JSON',
    ],
    ['YAML', decode('type: task-started', 'application/x-yaml'), 'yaml'],
    ['msgpack', decode('x', 'application/x-msgpack', 'binary'), 'msgpack'],
    ['signed data', decode('{}', 'application/data'), 'signed'],
    ['another content type', decode('{}', 'text/weird'), 'unknown content type'],
    ['an encoding nobody knows', decode('{}', 'application/json', 'gzip'), 'unknown encoding'],
    ['a giant body', decodeEvents(Buffer.alloc(17 * 1024 * 1024, 0x20), 'application/json', 'utf-8', now), 'too large'],
    ['too many events', decode(`[${'1,'.repeat(100_000)}1]`), 'too large'],
  ]
  for (const [what, batch, reason] of faults) {
    it(`${what} is told as “${reason}”`, () => assert.deepEqual(batch, { tasks: [], workers: [], malformed: [reason] }))
  }

  it('one bad event does not take its batch with it', () => {
    const batch = decode([started, { type: 'task-started' }, 'x', started])
    assert.equal(batch.tasks.length, 2)
    assert.deepEqual(batch.malformed, ['no id', 'not an event'])
  })

  it('a million brackets are survived, in and around an event', () => {
    const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
    const inside = (name: string, depth: number) => decode(`{"type":"task-x","uuid":"id","${name}":${deep(depth)},"b":1}`)
    assert.deepEqual(decode(deep(1_000_000)).malformed, ['too deep'])
    assert.deepEqual(inside('args', 1_000_000).malformed, ['too deep'])
    assert.equal(only(inside('args', 10_000)).args, null)
    const custom = only(inside('a', 10_000)).custom
    assert.equal(custom?.['b'], 1)
    assert.match(JSON.stringify(custom), /left out/)
  })

  it('brackets inside a long text are not nesting', () => {
    const traceback = `${'["{'.repeat(100_000)}\\"\\\\`
    assert.equal(only(decode({ ...started, traceback })).traceback, traceback)
  })

  it('names of Object.prototype are plain fields and pollute nothing', () => {
    const text =
      '{"type":"task-x","uuid":"__proto__","hostname":"constructor","__proto__":{"polluted":1},"toString":2,"constructor":3}'
    const custom = only(decode(text)).custom
    assert.deepEqual(Object.keys(custom ?? {}), ['__proto__', 'toString', 'constructor'])
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
    assert.equal((custom as { polluted?: unknown }).polluted, undefined)
  })

  it('NaN and Infinity make no event unreadable and no number infinite', () => {
    const decoded = only(
      decode('{"type":"task-x","uuid":"id","runtime":Infinity,"clock":NaN,"pid":1e400,"timestamp":NaN,"share":NaN}'),
    )
    assert.deepEqual([decoded.runtime, decoded.clock, decoded.pid, decoded.at], [null, 0, 0, now])
    assert.deepEqual({ ...decoded.custom }, { share: 'NaN' })
  })

  for (const timestamp of [undefined, null, '1795219899', 0, -5, 1e400, 253_402_300_801, 1e300]) {
    it(`the time ${String(timestamp)} is replaced by the time of arrival`, () => {
      assert.equal(only(decode({ ...started, timestamp })).at, now)
    })
  }

  it('whatever should be text and is not becomes null', () => {
    const odd = {
      name: 5,
      args: [1],
      kwargs: {},
      root_id: true,
      parent_id: 1,
      eta: 1,
      expires: {},
      queue: [],
      exchange: 0,
      routing_key: 0,
      result: 3,
    }
    const decoded = only(decode({ ...started, ...odd, exception: {}, traceback: [], retries: '1', runtime: '2', hostname: null }))
    const { id, state, at, pid, clock, worker, ...rest } = decoded
    assert.deepEqual([id, state, at, pid, clock, worker], ['id', 'STARTED', started.timestamp, 7, 9, ''])
    assert.ok(Object.values(rest).every((value) => value === null))
  })

  it('giant texts are shortened and say so', () => {
    const decoded = only(decode({ ...started, args: 'x'.repeat(70_000), traceback: 'y'.repeat(1_100_000) }))
    assert.match(decoded.args ?? '', /^x{65536}… \[shortened by Warren\]$/)
    assert.equal(decoded.traceback?.length, 1_048_576 + '… [shortened by Warren]'.length)
  })

  it('custom fields are bounded in number and size', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`f${index}`, index]))
    assert.equal(Object.keys(only(decode({ ...many, ...started, type: 'task-x' })).custom ?? {}).length, 50)
    const large = only(
      decode({ ...started, type: 'task-x', large: 'x'.repeat(100_000), list: Array(100_000).fill(1), small: 1 }),
    ).custom
    assert.ok(JSON.stringify(large).length < 1_000)
  })

  it('a byte order mark and bytes that are not UTF-8 are read past', () => {
    assert.equal(only(decode(`\ufeff${JSON.stringify(started)}`)).id, 'id')
    const broken = Buffer.concat([bytes('{"type":"task-started","uuid":"a'), Buffer.from([0xff, 0xfe]), bytes('"}')])
    assert.equal(only(decodeEvents(broken, undefined, undefined, now)).id, 'a\ufffd\ufffd')
  })

  it('no bytes and no headers make it throw', () => {
    const texts = fc.option(fc.oneof(fc.string(), fc.constantFrom('application/json', 'utf-8', 'utf-16le', 'latin1')), {
      nil: undefined,
    })
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), texts, texts, (content, type, encoding) => {
        decodeEvents(content, type, encoding, now)
      }),
    )
  })

  it('no JSON makes it throw, and every event has the one shape', () => {
    const keys = Object.keys(only(decode(started)))
    const field = fc.constantFrom(
      'type',
      'uuid',
      'hostname',
      'timestamp',
      'args',
      'retries',
      'traceback',
      'exception',
      '__proto__',
      'x',
    )
    const value = fc.oneof(fc.constantFrom('task-failed', 'task-x', 'worker-online', 'ExceptionWithTraceback()'), fc.jsonValue())
    fc.assert(
      fc.property(fc.array(fc.dictionary(field, value)), (events) => {
        for (const decoded of decode(events).tasks) {
          assert.deepEqual(Object.keys(decoded), keys)
          assert.ok(Number.isFinite(decoded.at) && Number.isFinite(decoded.clock) && decoded.id !== '')
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('the error a traceback ends with', () => {
  it('may have several lines, indented ones among them', () => {
    assert.equal(
      lastError('Traceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\n    ^^^\nValueError: a\n  b\nc\n'),
      'ValueError: a\n  b\nc',
    )
  })
  it('may stand alone', () => assert.equal(lastError('ValueError: a\n'), 'ValueError: a'))
  it('is nothing where there is none', () => {
    assert.equal(lastError('Traceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\n'), '')
    assert.equal(trueException('ExceptionWithTraceback()', ''), 'ExceptionWithTraceback()')
  })
  it('replaces only the two texts that say nothing', () => {
    assert.equal(trueException("ValueError('boom')", 'KeyError: 1'), "ValueError('boom')")
    assert.equal(trueException(null, 'KeyError: 1'), null)
    assert.equal(trueException('None', 'celery.exceptions.Retry: Retry at 2024-01-02 03:04:05+00:00: OSError(5)'), 'OSError(5)')
    assert.equal(trueException('None', 'celery.exceptions.Retry: Retry in 1s'), 'Retry: Retry in 1s')
  })
  it('never takes long or throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        trueException('None', text)
      }),
    )
    const spent = cpuTime(() => {
      trueException('None', `celery.exceptions.Retry: Retry in ${': '.repeat(500_000)}`)
      trueException('ExceptionWithTraceback()', 'a.'.repeat(500_000))
    })
    // What hangs on the square of a length takes minutes.
    assert.ok(spent < 3_000, `${spent} ms`)
  })
})
