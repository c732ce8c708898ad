import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { exceptionForms, fits, readQuery } from '../../broker-bridge/protocol/index.ts'
import type { Query, TaskDetail } from '../../broker-bridge/protocol/index.ts'
import type { TaskEvent } from '../../broker-bridge/sources/events.ts'
import { Lives } from '../../broker-bridge/tasks/life.ts'
import { toDetail } from '../../broker-bridge/tasks/picture.ts'
import { toTest } from '../../broker-bridge/tasks/query.ts'
import { merge, TaskRecord } from '../../broker-bridge/tasks/record.ts'
import { taskEvent } from './taskEvents.ts'

const now = 10_000
const lives = new Lives()

function record(events: readonly TaskEvent[]): TaskRecord {
  const task = new TaskRecord('c', events[0]?.id ?? '')
  for (const event of events) merge(task, event, lives)
  return task
}

function read(text: string): Query {
  const reading = readQuery(text, now)
  assert.ok(reading.ok, text)
  return reading.query
}

const order = record([
  taskEvent('Order-1', 'PENDING', 9_000, { queue: 'mail', routingKey: 'mail.high', root: 'root-1', parent: 'parent-1' }),
  taskEvent('Order-1', 'RECEIVED', 9_500, {
    name: 'shop.orders.Charge',
    worker: 'w1@host',
    args: "(42, 'ann@x.org', ['vip', 'new'], 12345678901234567890123)",
    kwargs:
      "{'user_id': 42, 'Address': {'city': 'York'}, 'flag': True, 'none': None, 'at': datetime.date(2026, 1, 2), 'cut': 'abc...'}",
    retries: 1,
    eta: '1970-01-01T02:50:00',
  }),
  taskEvent('Order-1', 'STARTED', 9_600, { worker: 'w1@host' }),
  taskEvent('Order-1', 'RETRY', 9_610, { worker: 'w1@host', exception: 'asyncio.TimeoutError: late', traceback: 'in fetch' }),
  taskEvent('Order-1', 'STARTED', 9_700, { worker: 'w1@host' }),
  taskEvent('Order-1', 'FAILURE', 9_702, {
    worker: 'w1@host',
    exception: "ValueError('no such Card')",
    traceback: 'in charge\nline 2',
  }),
])

const answers: [string, boolean][] = [
  ['', true],
  ['CHARGE 42', true],
  ['"no such card"', true],
  ['"in fetch"', true],
  ['mail.high', false],
  ['nothing', false],
  ['-nothing (nothing OR york)', true],
  ['state:failed', true],
  ['state:running', false],
  ['state:ended -state:succeeded', true],
  ['name:shop.*', true],
  ['name:shop', false],
  ['name:*charge', true],
  ['id:order-1 root:root-1 parent:parent-1', true],
  ['queue:mail routing_key:mail.* worker:w1@host', true],
  ['exchange:*', false],
  ['-exchange:*', true],
  ['exception:ValueError', true],
  ['exception:valueerror*', true],
  ['exception:TimeoutError', true],
  ['exception:asyncio.TimeoutError', true],
  ['exception:*Error', true],
  ['exception:Value', false],
  ['exception:*card*', true],
  ['traceback:"line 2"', true],
  ['result:*', false],
  ['args.0:42', true],
  ['args.1:*@x.org', true],
  ['args.2:vip', true],
  ['args.2.1:new', true],
  ['args.2.9:new', false],
  ['args.3:12345678901234567890123', true],
  ['args.3:12345678901234567890124', false],
  ['args.user_id:42', true],
  ['args.user_id:4', false],
  ['kwargs.USER_ID:42', true],
  ['kwargs.address.city:york', true],
  ['kwargs.address:york', false],
  ['kwargs.address:*', true],
  ['kwargs.flag:true kwargs.none:None', true],
  ['kwargs.at:datetime.date*', true],
  ['kwargs.cut:abc*', false],
  ['kwargs.missing:*', false],
  ['kwargs.__proto__:*', false],
  ['kwargs:"user_id"', true],
  ['args:42 -args:york', true],
  ['runtime:>1s runtime:<=2s', true],
  ['runtime:<2s', false],
  ['retries:1', true],
  ['received:<10m', true],
  ['received:<5m', false],
  ['sent:>10m', true],
  ['started:<301s ended:<300s at:<5m', true],
  ['eta:<10m', true],
  ['eta:>10m', false],
  ['expires:<10m', false],
]
for (const [text, expected] of answers) {
  test(`${text} ${expected ? 'finds' : 'does not find'} the task`, () => assert.equal(toTest(read(text), lives)(order), expected))
}

test('arguments that nobody can read never match', () => {
  for (const kwargs of ["{'user_id': 42", "{'user_id': 42}x", '42', "user_id 42 {'", '']) {
    const task = record([taskEvent('a', 'RECEIVED', 1, { args: 'None', kwargs })])
    assert.equal(toTest(read('kwargs.user_id:42 OR args.user_id:42 OR args.0:*'), lives)(task), false, kwargs)
  }
})

test('an exception is named by its type, with module and without', () => {
  assert.deepEqual(exceptionForms("TimeoutError('late')"), ["TimeoutError('late')", 'TimeoutError'])
  assert.deepEqual(exceptionForms('a.b.Late: x'), ['a.b.Late: x', 'a.b.Late', 'Late'])
  assert.deepEqual(exceptionForms('KeyError'), ['KeyError'])
  assert.deepEqual(exceptionForms("<Odd 'x'>"), ["<Odd 'x'>"])
})

test('a pattern fits as the regular expression of the same meaning does', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'ab'), maxLength: 12 })
  fc.assert(
    fc.property(
      text,
      fc.array(
        text.map((part) => part.slice(0, 3)),
        { minLength: 1, maxLength: 4 },
      ),
      (subject, parts) => {
        assert.equal(fits(subject, { parts }), new RegExp(`^${parts.join('.*')}$`).test(subject))
      },
    ),
    { numRuns: 2_000 },
  )
})

/** What the documentation says, word by word and without any haste. */
function naive(query: Query, task: TaskDetail, errors: NonNullable<TaskRecord['errors']>): boolean {
  switch (query.kind) {
    case 'all':
      return true
    case 'and':
      return query.parts.every((part) => naive(part, task, errors))
    case 'or':
      return query.parts.some((part) => naive(part, task, errors))
    case 'not':
      return !naive(query.part, task, errors)
    case 'word': {
      const { id, name, args, kwargs, result, worker, queue } = task
      const all = [
        id,
        name,
        args,
        kwargs,
        result,
        worker,
        queue,
        ...errors.flatMap((error) => [error.exception, error.traceback]),
      ]
      return all.some((text) => text?.toLowerCase().includes(query.text) ?? false)
    }
    case 'text': {
      const { routingKey, ...rest } = task
      const values =
        query.field === 'exception'
          ? errors.flatMap(({ exception }) => (exception === null ? [] : exceptionForms(exception)))
          : query.field === 'traceback' || query.field === 'fingerprint'
            ? errors.map(({ traceback, fingerprint }) => (query.field === 'traceback' ? traceback : fingerprint))
            : query.field === 'is'
              ? []
              : [query.field === 'routing_key' ? routingKey : rest[query.field]]
      const escaped = query.pattern.parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      return values.some((value) => value != null && new RegExp(`^${escaped.join('.*')}$`, 's').test(value.toLowerCase()))
    }
    case 'number':
    case 'time': {
      const { sentAt, receivedAt, startedAt, endedAt, at, runtime, retries } = task
      const known = {
        at,
        sent: sentAt,
        received: receivedAt,
        started: startedAt,
        ended: endedAt,
        runtime,
        retries,
        eta: null,
        expires: null,
      }
      const value = known[query.field]
      if (value === null) return false
      const sign = Math.sign(value - query.value)
      return { '<': sign < 0, '<=': sign <= 0, '=': sign === 0, '>=': sign >= 0, '>': sign > 0 }[query.comparison]
    }
    case 'argument':
      return false
  }
}

test('the evaluator answers as the naive one', () => {
  const text = fc.constantFrom('a', 'b', 'ab', 'A.b', 'ValueError("a")', 'x.Err: b', 'Σα')
  const event = fc
    .record({ state: fc.constantFrom('PENDING', 'RECEIVED', 'STARTED', 'SUCCESS', 'FAILURE', 'RETRY', 'ODD'), at: fc.nat(20) })
    .chain(({ state, at }) =>
      fc
        .record({ name: text, args: text, worker: text, queue: text, result: text, exception: text, traceback: text })
        .map((fields) => taskEvent('Id', state, at, { ...fields, retries: at % 3, root: 'a' })),
    )
  const leaf = fc.oneof(
    text.map((word): Query => ({ kind: 'word', text: word.toLowerCase() })),
    fc
      .record({
        field: fc.constantFrom(
          'id',
          'name',
          'state',
          'worker',
          'queue',
          'root',
          'result',
          'exception',
          'traceback',
          'routing_key',
        ),
        parts: fc.array(fc.constantFrom('', 'a', 'b', 'ab', 'success', 'err', 'valueerror'), { minLength: 1, maxLength: 3 }),
      })
      .map(({ field, parts }): Query => ({ kind: 'text', field, pattern: { parts } })),
    fc
      .record({
        field: fc.constantFrom('at', 'sent', 'received', 'started', 'ended'),
        comparison: fc.constantFrom('<', '<=', '=', '>=', '>'),
        value: fc.nat(20),
      })
      .map((time): Query => ({ kind: 'time', ...time })),
    fc
      .record({ field: fc.constantFrom('runtime', 'retries'), comparison: fc.constantFrom('<', '=', '>='), value: fc.nat(3) })
      .map((number): Query => ({ kind: 'number', ...number })),
  )
  const { query } = fc.letrec<{ query: Query }>((tie) => ({
    query: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.record({ kind: fc.constantFrom('and', 'or'), parts: fc.array(tie('query'), { minLength: 1, maxLength: 3 }) }),
      tie('query').map((part): Query => ({ kind: 'not', part })),
    ),
  }))
  fc.assert(
    fc.property(fc.array(event, { minLength: 1, maxLength: 6 }), query, (events, asked) => {
      const task = record(events)
      assert.equal(toTest(asked, lives)(task), naive(asked, toDetail(task, lives, []), task.errors ?? []))
    }),
    { numRuns: 2_000 },
  )
})
