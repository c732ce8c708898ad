import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { KeptPayload } from '../../broker-bridge/payloads/messages.ts'
import { PayloadFile } from '../../broker-bridge/payloads/payloadFile.ts'
import { TracingNotes } from '../../broker-bridge/payloads/tracingNotes.ts'
import { payloadBounds, payloadSentences, RequestError } from '../../broker-bridge/protocol/index.ts'
import type { PayloadsInfo } from '../../broker-bridge/protocol/index.ts'
import { readSent, resend } from '../../broker-bridge/sources/celery/resending.ts'
import {
  changedProperties,
  readProperties,
  writeProperties,
} from '../../broker-bridge/sources/rabbitmq/messageQueueProperties.ts'
import { readTable, writeEntry } from '../../broker-bridge/sources/rabbitmq/messageQueueTable.ts'
import { readTraced } from '../../broker-bridge/sources/rabbitmq/tracedMessage.ts'
import { about, FakeTap, recordingOn, terms, wide } from './fakeTap.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'warren-payload-file-'))
})
after(() => rm(folder, { recursive: true }))

const now = Date.parse('2026-11-21T10:00:00Z')

function payload(id: string, more: Partial<KeptPayload> = {}): KeptPayload {
  const place = { exchange: '', routingKey: 'celery', queues: ['celery'] }
  return { id, at: now / 1_000, retries: 0, ...place, properties: Buffer.from([0, 0]), content: Buffer.from('[[], {}]'), ...more }
}

describe('the file of payloads', () => {
  it('gives back every byte, attempts in their order, and keeps the same message once', () => {
    const file = new PayloadFile(join(folder, 'bytes.db'), () => now)
    const content = Buffer.from(Array.from({ length: 256 }, (_, index) => index))
    const payloads = [payload('a', { content }), payload('a', { retries: 1 }), payload('a', { content, at: 7 }), payload('b')]
    assert.equal(file.write({ broker: 'x', payloads, bounds: wide }).messages, 3)
    const kept = file.get({ broker: 'x', id: 'a' })
    assert.deepEqual(
      kept.map(({ retries }) => retries),
      [0, 1],
    )
    assert.deepEqual(Buffer.from(kept[0]?.content ?? []), content)
    assert.deepEqual(file.get({ broker: 'other', id: 'a' }), [])
    assert.equal(file.forget({ broker: 'x' }), 3)
    assert.deepEqual(file.get({ broker: 'x', id: 'a' }), [])
    file.close()
  })

  it('lets the oldest go by number, by bytes and by age, and counts them', () => {
    const file = new PayloadFile(join(folder, 'bounds.db'), () => now)
    const many = Array.from({ length: 20 }, (_, index) => payload(`t${index}`))
    assert.deepEqual(file.write({ broker: 'x', payloads: many, bounds: { ...wide, messages: 5 } }), {
      messages: 5,
      bytes: 5 * 210,
      bounds: { ...wide, messages: 5 },
      old: 15,
      notice: null,
    })
    assert.equal(file.get({ broker: 'x', id: 't14' }).length, 0)
    assert.equal(file.get({ broker: 'x', id: 't15' }).length, 1)
    const large = payload('large', { content: Buffer.alloc(999_000) })
    const counts = file.write({ broker: 'x', payloads: [large], bounds: { ...wide, megabytes: 1 } })
    // 999,202 bytes leave room for three small ones.
    assert.deepEqual([counts.messages, counts.old], [4, 17])
    const old = payload('old', { at: now / 1_000 - 3_601 })
    assert.equal(file.write({ broker: 'y', payloads: [old], bounds: { ...wide, hours: 1 } }).messages, 0)
    file.close()
  })

  it('keeps to the bounds that were chosen last, whichever window or start opens it, and gives nothing that is too old', () => {
    const path = join(folder, 'chosen.db')
    const first = new PayloadFile(path, () => now)
    const old = payload('old', { at: now / 1_000 - 48 * 3_600 })
    first.write({ broker: 'x', payloads: [old], bounds: { ...wide, hours: 72 } })
    first.write({ broker: 'y', payloads: [payload('young', { at: now / 1_000 - 3_000 })], bounds: { ...wide, hours: 1 } })
    first.close()
    const next = new PayloadFile(path, () => now)
    const { messages, bounds } = next.write({ broker: 'x', payloads: [], bounds: null })
    assert.deepEqual([messages, bounds], [1, { ...wide, hours: 72 }])
    assert.equal(next.write({ broker: 'new', payloads: [], bounds: null }).bounds, payloadBounds)
    next.close()
    const later = new PayloadFile(path, () => now + 3_600_000)
    assert.equal(later.get({ broker: 'x', id: 'old' }).length, 1)
    assert.deepEqual(later.get({ broker: 'y', id: 'young' }), [])
    assert.equal(later.write({ broker: 'y', payloads: [], bounds: null }).messages, 0)
    later.close()
  })

  it('is for its owner alone, and puts a damaged one aside', async () => {
    const path = join(folder, 'damaged', 'payloads.db')
    const file = new PayloadFile(path, () => now)
    file.write({ broker: 'x', payloads: [payload('a')], bounds: wide })
    file.close()
    assert.equal((await stat(path)).mode & 0o777, 0o600)
    await writeFile(path, 'no database at all')
    const { notice, messages } = file.write({ broker: 'x', payloads: [payload('b')], bounds: wide })
    assert.match(notice ?? '', /^The record of payloads was damaged; it was put aside as payloads\.db\.corrupt-2026-11-21/)
    assert.equal(messages, 1)
    assert.ok((await readdir(join(folder, 'damaged'))).some((name) => name.includes('corrupt')))
    file.close()
  })
})

describe('the notes about tracing', () => {
  it('know who reads, and forget those that are gone', async () => {
    const [mine, other] = [
      new TracingNotes(join(folder, 'notes'), about('b')),
      new TracingNotes(join(folder, 'notes'), about('b')),
    ]
    other.hold()
    assert.equal(mine.othersHold(), true)
    assert.equal(other.othersHold(), false)
    other.release()
    assert.equal(mine.othersHold(), false)
    // One that ended without saying so, seen by the time at which it last did.
    other.hold()
    const [place = ''] = await readdir(join(folder, 'notes'))
    const [lease = ''] = await readdir(join(folder, 'notes', place))
    await utimes(join(folder, 'notes', place, lease), new Date(now), new Date(now))
    assert.equal(mine.othersHold(now + 59_000), true)
    assert.equal(mine.othersHold(now + 61_000), false)
    // One whose process is no more.
    await writeFile(
      join(folder, 'notes', place, 'gone.lease.json'),
      JSON.stringify({ version: 1, host: (await import('node:os')).hostname(), pid: 2 ** 22 + 1 }),
    )
    assert.equal(mine.othersHold(), false)
  })

  it('take what they do not understand for nothing', async () => {
    const notes = new TracingNotes(join(folder, 'odd'), about('b'))
    notes.turnOn(5)
    notes.ask({ bounds: wide, resume: true })
    assert.deepEqual([notes.turnedOnAt, notes.asked], [5, { bounds: wide, resume: true }])
    const [place = ''] = await readdir(join(folder, 'odd'))
    for (const name of ['turned-on', 'asked']) await writeFile(join(folder, 'odd', place, `${name}.json`), '{"version": 9')
    assert.deepEqual([notes.turnedOnAt, notes.asked], [null, null])
  })
})

describe('a recording of payloads', () => {
  it('reads before it turns tracing on, and turns it off after it stopped reading', async () => {
    const tap = new FakeTap()
    const { recording, notes } = recordingOn(folder, tap)
    assert.equal(await recording.start(terms), true)
    assert.deepEqual([recording.info.state, notes.turnedOnAt], ['on', 100])
    assert.equal(await recording.stop(), true)
    assert.deepEqual(tap.done, ['read', 'on', 'close', 'off'])
    assert.deepEqual([recording.info.state, notes.turnedOnAt], ['off', null])
  })

  it('leaves on what was on before, also after a crash', async () => {
    const tap = new FakeTap()
    tap.tracing = true
    const { recording, place } = recordingOn(folder, tap)
    assert.equal(await recording.start(terms), false)
    // Nobody stops it; the next one comes.
    await recordingOn(folder, tap, place).recording.begin()
    assert.deepEqual(tap.done, ['read'])
    assert.equal(await recording.stop(), false)
    assert.equal(tap.tracing, true)
  })

  it('says what an earlier one left on where it may not turn it off, and keeps from what a broker’s restart turned off', async () => {
    const tap = new FakeTap()
    tap.tracing = true
    const { notes, place } = recordingOn(folder, tap)
    notes.turnOn(50)
    const readOnly = recordingOn(folder, tap, place, 'This connection is read-only.').recording
    await readOnly.begin()
    assert.match(readOnly.info.message ?? '', /left tracing on.*may not turn it off: This connection is read-only\.$/)
    // Since then the broker began anew, so that whoever turned tracing on was somebody else.
    tap.startedAt = 60
    await recordingOn(folder, tap, place).recording.begin()
    assert.deepEqual([tap.done, notes.turnedOnAt], [[], null])
  })

  it('turns tracing on again after the broker was away, and not where somebody turned it off', async () => {
    const tap = new FakeTap()
    const { recording } = recordingOn(folder, tap)
    await recording.start(terms)
    tap.listener?.stopped('gone')
    assert.equal(recording.info.state, 'waiting')
    tap.tracing = false
    await recording.look()
    assert.deepEqual([recording.info.state, tap.tracing], ['on', true])
    tap.tracing = false
    await recording.look()
    assert.deepEqual([recording.info.state, tap.tracing], ['off', false])
    assert.match(recording.info.message ?? '', /^Somebody turned tracing off/)
  })

  it('keeps its note where tracing cannot be turned off, says so, and tries again', async () => {
    const tap = new FakeTap()
    const { recording, notes } = recordingOn(folder, tap)
    await recording.start(terms)
    tap.broken = new RequestError('not_connected', 'The management API is away.')
    await assert.rejects(recording.stop(), /could not be turned off: The management API is away\. Warren tries again\.$/)
    assert.equal(notes.turnedOnAt, 100)
    tap.broken = null
    await recording.begin()
    assert.deepEqual([tap.tracing, notes.turnedOnAt], [false, null])
    await recording.dispose()
  })

  it('leaves nothing behind where it cannot be turned on', async () => {
    const tap = new FakeTap()
    tap.open = () => Promise.reject(new RequestError('refused', 'This user may not.'))
    const { recording, notes } = recordingOn(folder, tap)
    await assert.rejects(recording.start(terms), /This user may not\./)
    assert.deepEqual([recording.info.state, notes.turnedOnAt, tap.tracing], ['off', null, false])
  })
})

const table = (entries: Record<string, unknown>): Buffer =>
  Buffer.concat(Object.entries(entries).map(([name, value]) => writeEntry(name, value)))

describe('a traced message', () => {
  it('is the original with the bytes of its headers, and whatever is none is nothing', () => {
    const headers = { task: 'shop.pay', id: 'a', big: 2n ** 62n, list: [1, 2.5, null], x: 'é' }
    const traced = table({
      exchange_name: '',
      routing_keys: ['celery'],
      routed_queues: ['celery'],
      properties: { content_type: 'application/json', priority: 4, headers, correlation_id: 'a' },
    })
    const copy = readProperties(writeProperties({}, traced))
    const read = readTraced(copy, Buffer.from('x'), 1)
    assert.ok(read)
    assert.deepEqual([read.exchange, read.routingKey, read.queues], ['', 'celery', ['celery']])
    const kept = readProperties(read.properties)
    assert.deepEqual([kept.contentType, kept.priority, kept.correlationId], ['application/json', 4, 'a'])
    assert.deepEqual(read.properties.includes(table(headers)), true)
    assert.equal(readTraced(readProperties(Buffer.from([0, 0])), Buffer.alloc(0), 1), null)
  })

  it('changes only what it is told to, in the order AMQP wants', () => {
    const before = writeProperties(
      { contentType: 'a/b', priority: 3, correlationId: 'old', expiration: '5' },
      table({ id: 1, keep: 2 }),
    )
    const after = readProperties(
      changedProperties(before, {
        headers: { id: 'new' },
        properties: { correlationId: 'new', replyTo: '', expiration: undefined },
      }),
    )
    assert.deepEqual(
      { ...after, headers: { ...(after.headers as object) } },
      { contentType: 'a/b', headers: { keep: 2, id: 'new' }, priority: 3, correlationId: 'new', replyTo: '' },
    )
    assert.deepEqual(readTable(table({ id: 1 })).values['id'], 1)
  })
})

describe('a kept message that goes out again', () => {
  const how = { id: 'new', root: 'root', parent: 'old', carryCanvas: false, now: 1_000 }
  const kept = (body: string, headers: Record<string, unknown> = {}) => ({
    headers: { task: 't', id: 'old', ...headers },
    contentType: 'application/json',
    contentEncoding: 'utf-8',
    content: Buffer.from(body),
  })

  it('is a task by its headers, with the retries they tell', () => {
    assert.deepEqual(readSent({ task: 't', id: 'a', retries: 2 }), { id: 'a', retries: 2 })
    for (const headers of [{}, { task: 't' }, { task: 1, id: 'a' }, { task: 't', id: '' }, { task: 't', id: 'x'.repeat(256) }])
      assert.equal(readSent(headers), null)
  })

  it('keeps its body, and loses what follows it only where that is not to go along', () => {
    const plain = '[[1.10, "\\u00e9"], {}, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}]'
    const chained =
      '[ [1.10], {"a": 12345678901234567890} , {"callbacks": null, "errbacks": null, "chain": [{"task": "x"}], "chord": null}]'
    const bodyOf = (body: string, carryCanvas: boolean): string => {
      const resent = resend(kept(body), { ...how, carryCanvas })
      assert.ok(!('problem' in resent))
      return resent.content.toString()
    }
    assert.equal(bodyOf(plain, false), plain)
    assert.equal(bodyOf(chained, true), chained)
    assert.match(
      bodyOf(chained, false),
      /^\[ \[1\.10\], \{"a": 12345678901234567890\} , \{"callbacks": null,.*"chord": null\}\]$/,
    )
    assert.ok('problem' in resend(kept('{"no": "task"}'), how))
  })

  it('changes ids, retries, times that are over, and a group that it leaves', () => {
    const headers = {
      eta: '2020-01-01T00:00:00+00:00',
      expires: '1970-01-01T00:00:01+00:00',
      group: 'g',
      group_index: 1,
      tenant: 'a',
    }
    const body = '[[], {}, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}]'
    assert.deepEqual(resend(kept(body, headers), how), {
      content: Buffer.from(body),
      headers: {
        ...{ id: 'new', root_id: 'root', parent_id: 'old', retries: 0 },
        ...{ eta: null, expires: null, group: null, group_index: null },
      },
      properties: { correlationId: 'new', replyTo: '', expiration: undefined },
    })
    const later = { expires: '2100-01-01T00:00:00+00:00' }
    assert.deepEqual(resend(kept(body, later), how), {
      content: Buffer.from(body),
      headers: { id: 'new', root_id: 'root', parent_id: 'old', retries: 0 },
      properties: { correlationId: 'new', replyTo: '' },
    })
  })
})

describe('how a recording is told', () => {
  it('names what is kept and what is missing', () => {
    const info: PayloadsInfo = {
      ...{ state: 'on', since: 0, refusal: null, message: null, turnedOn: true, resume: false, bounds: wide },
      ...{ messages: 1, bytes: 1_234, dropped: { overflow: 3, large: 1, old: 2 } },
    }
    assert.deepEqual(payloadSentences(info).slice(1), [
      '1 message kept on this computer (1.2 kB), of at most 1,000 messages, 10 MB and 24 hours.',
      'At least 3 messages came too fast and were lost.',
      '1 message could not be kept: too large, or too much at once.',
      '2 older messages went to make room.',
    ])
  })
})
