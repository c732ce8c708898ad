import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { keptOf } from '../../broker-bridge/actions/retryKept.ts'
import { isNewRunId, newRunId, originalPart, partOfOriginal, runsQuery } from '../../broker-bridge/actions/retryManyIds.ts'
import { countOutcomes, sendInTurn } from '../../broker-bridge/actions/retryManyRun.ts'
import { heapsOf, judge } from '../../broker-bridge/actions/retryManySorting.ts'
import type { Place, Wanted } from '../../broker-bridge/actions/retryManySorting.ts'
import { reportWords } from '../../broker-bridge/actions/retryManyWords.ts'
import { readQuery, RequestError } from '../../broker-bridge/protocol/index.ts'
import type { ErrorCode, RetriedTask, RetryPlan } from '../../broker-bridge/protocol/index.ts'
import { encodeTask } from '../../broker-bridge/sources/celery/message.ts'

const plan = (more: Partial<RetryPlan> = {}): RetryPlan => ({
  connection: 'c',
  id: 'a',
  name: 'shop.pay',
  source: 'recorded',
  explanation: 'Warren itself enqueued this task.',
  args: '[]',
  kwargs: '{}',
  argsShown: null,
  kwargsShown: null,
  queue: 'orders',
  queueSource: 'Its event named this queue.',
  queueChoices: [],
  canvas: null,
  ...more,
})
const failed: Wanted = { id: 'a', name: 'shop.pay', state: 'FAILURE', earlier: null, inChord: false }
const place: Place = {
  readOnly: false,
  registered: new Set(['shop.pay']),
  queues: new Map([['orders', { exists: true, consumers: 1 }]]),
}

const cases: readonly (readonly [string, Partial<Wanted>, RetryPlan | null, Partial<Place>, RegExp])[] = [
  ['is ready with exact arguments', {}, plan(), {}, /^ready: Its arguments are known exactly/],
  [
    'is ready with those of an event, and says so',
    {},
    plan({ source: 'event', explanation: 'From an event.' }),
    {},
    /^ready: From/,
  ],
  [
    'must be completed where they are shortened',
    {},
    plan({ source: 'incomplete', explanation: 'Shortened.' }),
    {},
    /^edit: Short/,
  ],
  ['must be completed where no queue is known', {}, plan({ queue: null }), {}, /^edit: .*Say which queue/],
  ['is blocked on a read-only connection', {}, plan(), { readOnly: true }, /^blocked: .*read-only/],
  ['is blocked while it runs', { state: 'STARTED' }, plan(), {}, /^blocked: Has not ended/],
  ['is blocked while another bulk retry has it', { earlier: 'underway' }, plan(), {}, /^blocked: Another bulk retry/],
  ['is blocked where it may have been sent', { earlier: 'uncertain' }, plan(), {}, /^blocked: .*may have arrived/],
  ['is blocked while its new run goes on', { earlier: { state: 'STARTED' } }, plan(), {}, /^blocked: .*has not ended/],
  ['is blocked where its new run is not seen yet', { earlier: { state: null } }, plan(), {}, /^blocked: .*has not ended/],
  ['is blocked where its new run succeeded', { earlier: { state: 'SUCCESS' } }, plan(), {}, /^blocked: .*succeeded/],
  ['is blocked where its new run failed', { earlier: { state: 'FAILURE' } }, plan(), {}, /^blocked: .*retry the new run/],
  [
    'is blocked where another window has it',
    { earlier: { elsewhere: 'Another window of Warren is running it again.' } },
    plan(),
    {},
    /^blocked: Another window of Warren is running it again\.$/,
  ],
  ['is blocked as a part of a chord', { inChord: true }, plan(), {}, /^blocked: Part of a chord/],
  ['is blocked as a task of Celery’s own', { name: 'celery.chord_unlock' }, plan(), {}, /^blocked: Celery’s own/],
  ['is blocked where no worker knows it', {}, plan({ name: 'shop.gone' }), {}, /^blocked: No worker has registered “shop.gone”/],
  ['is not blocked where nobody answered', {}, plan(), { registered: new Set() }, /^ready/],
  [
    'is blocked where its queue is gone',
    {},
    plan({ queue: 'old' }),
    { queues: new Map([['old', { exists: false, consumers: 0 }]]) },
    /^blocked: There is no queue “old”/,
  ],
  [
    'is blocked where nobody consumes its queue',
    {},
    plan(),
    { queues: new Map([['orders', { exists: true, consumers: 0 }]]) },
    /^blocked: No worker consumes/,
  ],
  ['is ready where the broker does not tell of queues', {}, plan(), { queues: new Map([['orders', null]]) }, /^ready/],
  ['is blocked where nobody holds it any more', {}, null, {}, /^blocked: Held neither/],
]
for (const [what, task, known, where, expected] of cases)
  test(`in a dry run a task ${what}`, () => {
    const { verdict, reason } = judge({ ...failed, ...task }, known, { ...place, ...where })
    assert.match(`${verdict}: ${reason}`, expected)
  })

test('heaps count every task once, whatever the number of reasons, and name a few of each', () => {
  const judged = fc.array(
    fc.record({
      id: fc.uuid(),
      name: fc.constantFrom('a', 'b', null),
      verdict: fc.constantFrom('ready' as const, 'edit' as const, 'blocked' as const),
      reason: fc.integer({ min: 0, max: 30 }).map((number) => `reason ${number}`),
    }),
    { maxLength: 200 },
  )
  fc.assert(
    fc.property(judged, (all) => {
      const heaps = heapsOf(all)
      for (const verdict of ['ready', 'edit', 'blocked'] as const) {
        const own = heaps.filter((heap) => heap.verdict === verdict)
        assert.ok(own.length <= 9)
        assert.equal(
          own.reduce((sum, { count }) => sum + count, 0),
          all.filter((one) => one.verdict === verdict).length,
        )
        assert.ok(own.every(({ examples, count }) => examples.length === Math.min(3, count)))
      }
    }),
  )
})

test('the id of a new run is a UUID that tells its operation and what it is a run of', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (operation, original, other) => {
      const id = newRunId(operation, original)
      assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      assert.ok(isNewRunId(id))
      assert.equal(partOfOriginal(id), originalPart(original))
      assert.equal(newRunId(operation, original), id)
      if (other !== original) assert.notEqual(newRunId(operation, other), id)
      assert.ok(readQuery(runsQuery(operation), 0).ok)
      assert.ok(id.startsWith(runsQuery(operation).slice(3, 11)))
    }),
  )
})

type Answer = ErrorCode | 'sent' | 'changed'
const refused = (code: ErrorCode): RequestError => new RequestError(code, `It is ${code}.`)

/** Runs an operation against a broker that answers each task as told. */
async function run(answers: readonly Answer[], cancelAfter = Number.POSITIVE_INFINITY) {
  const abort = new AbortController()
  const told: RetriedTask[] = []
  const published: string[] = []
  const stopped = await sendInTurn(
    answers.map((_, index) => ({ id: `old ${index}`, name: null, newId: `new ${index}` })),
    {
      rate: 1_000_000,
      signal: abort.signal,
      obstacle: ({ id }) => Promise.resolve(answers[Number(id.slice(4))] === 'changed' ? 'It changed.' : null),
      send: ({ id, newId }) => {
        const answer = answers[Number(id.slice(4))] ?? 'sent'
        if (answer === 'sent' || answer === 'timeout') published.push(newId)
        if (published.length >= cancelAfter) abort.abort()
        return answer === 'sent' ? Promise.resolve() : Promise.reject(refused(answer as ErrorCode))
      },
      tell: (task) => told.push(task),
    },
  )
  return { told, published, stopped }
}

const answer = fc.oneof(
  { weight: 8, arbitrary: fc.constant<Answer>('sent') },
  fc.constantFrom<Answer>(
    'changed',
    'unroutable',
    'invalid',
    'refused',
    'timeout',
    'blocked',
    'not_connected',
    'closed',
    'read_only',
  ),
)

test('whatever the broker answers and whenever it is cancelled, each task is dealt with once and none is sent twice', async () => {
  const runs = fc.asyncProperty(fc.array(answer, { maxLength: 40 }), fc.integer({ min: 1, max: 60 }), async (answers, after) => {
    const { told, published } = await run(answers, after)
    assert.deepEqual(
      told.map(({ id }) => id),
      answers.map((_, index) => `old ${index}`),
    )
    assert.equal(new Set(published).size, published.length)
    const counts = countOutcomes(told)
    assert.ok(counts.uncertain <= 1)
    const sent = told.filter(({ outcome }) => outcome === 'retried' || outcome === 'uncertain').map(({ newId }) => newId)
    assert.ok(
      published.every((id) => sent.includes(id)),
      'what may have arrived is never called unsent',
    )
    assert.ok(told.every(({ outcome, newId }) => (newId === null) === !['retried', 'uncertain'].includes(outcome)))
    assert.ok(reportWords(counts, null, false).startsWith(`Sent ${counts.retried} task`))
  })
  await fc.assert(runs, { numRuns: 60 })
})

test('a broker that is gone stops the work: the task at hand is unsent, one without an answer uncertain', async () => {
  const gone = await run(['sent', 'not_connected', 'sent'])
  assert.deepEqual(
    gone.told.map(({ outcome }) => outcome),
    ['retried', 'unsent', 'unsent'],
  )
  assert.equal(gone.stopped, 'It is not_connected.')
  const silent = await run(['sent', 'timeout', 'sent'])
  assert.deepEqual(
    silent.told.map(({ outcome }) => outcome),
    ['retried', 'uncertain', 'unsent'],
  )
  const one = await run(['unroutable', 'sent'])
  assert.deepEqual(
    one.told.map(({ outcome }) => outcome),
    ['failed', 'retried'],
  )
  assert.equal(one.stopped, null)
})

test('no more than the rate go out, and what came late does not hurry', async () => {
  const times: number[] = []
  await sendInTurn(
    Array.from({ length: 6 }, (_, index) => ({ id: `${index}`, name: null, newId: `n${index}` })),
    {
      rate: 50,
      signal: new AbortController().signal,
      // Slow to ask about, now and then: what is asked late is sent late, and the next one is not nearer for that.
      obstacle: async ({ id }) => {
        if (id === '3') await new Promise((resolve) => setTimeout(resolve, 30))
        return null
      },
      send: async ({ id }) => {
        times.push(performance.now())
        if (id === '1') await new Promise((resolve) => setTimeout(resolve, 100))
      },
      tell: () => undefined,
    },
  )
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  assert.ok(
    gaps.every((gap) => gap > 18),
    String(gaps),
  )
})

test('a new run keeps priority, headers and an expiry that is still to come, and says what it does not keep', () => {
  const sent = { priority: 5, eta: null, expires: '2026-11-21T12:00:00+00:00', headers: '{"tenant":"acme"}', embed: null }
  const [before, after] = [Date.parse('2026-11-21T11:00:00Z') / 1_000, Date.parse('2026-11-21T13:00:00Z') / 1_000]
  const kept = keptOf(undefined, sent, before)
  assert.deepEqual([kept.priority, kept.expires, kept.headers], [5, sent.expires, sent.headers])
  const late = keptOf(undefined, sent, after)
  assert.equal(late.expires, null)
  assert.match(late.sentences.join(' '), /has passed, so the new run does not expire/)
  const told = keptOf({ eta: '2026-11-21T10:00:00+00:00', expires: null }, undefined, before)
  assert.deepEqual([told.priority, told.expires, told.headers], [null, null, null])
  assert.match(told.sentences.join(' '), /priority is not known.*not kept.*not known and not sent.*do not follow/)
})

test('an expiry without a zone is one of UTC, as for workers, and is told with its zone', () => {
  // As Celery writes a naive datetime; a local time in most of the world would be over, or not yet, at another moment.
  const sent = { priority: null, eta: null, expires: '2026-11-21T12:00:00.500000', headers: null, embed: null }
  const at = (time: string) => keptOf(undefined, sent, Date.parse(time) / 1_000).expires
  assert.equal(at('2026-11-21T11:59:00Z'), '2026-11-21T12:00:00.500000+00:00')
  assert.equal(at('2026-11-21T12:01:00Z'), null)
})

test('headers of a sender go along with every digit, and never in place of Celery’s own', () => {
  const task = { name: 'a', id: 'b', queue: 'q', origin: 'o', now: 0, args: '[]', kwargs: '{}' }
  const good = encodeTask({ ...task, headers: '{"tenant": "acme", "big": 9007199254740993, "half": 0.5}' })
  assert.ok(good.ok)
  assert.equal(good.value.headers['tenant'], 'acme')
  assert.deepEqual(good.value.headers['big'], { '!': 'long', value: 9007199254740993n })
  for (const [headers, problem] of [
    ['{"task": "other"}', /“|"task" is written by Celery itself/],
    ['[1]', /must be a JSON object/],
    ['{', /must be a JSON object/],
    ['{"huge": 99999999999999999999}', /no exact encoding/],
  ] as const) {
    const bad = encodeTask({ ...task, headers })
    assert.ok(!bad.ok)
    assert.match(bad.problem.message, problem)
  }
})
