import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, mock, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { ageText, recordingAgeProblem, recordingNameProblem, recordingSizeProblem } from '../../broker-bridge/protocol/index.ts'
import type { HistoryStatus } from '../../broker-bridge/protocol/index.ts'
import { RecordingFile } from '../../broker-bridge/recordingFile.ts'
import { beginning } from '../../broker-bridge/sources/recorder.ts'
import type { Place, Recorder, ReplayListener, ReplayRequest } from '../../broker-bridge/sources/recorder.ts'
import { Recording } from '../../broker-bridge/sources/recording.ts'
import type { RecordingEntry, RecordingMemory } from '../../broker-bridge/sources/recordingMemory.ts'
import { KnownPlace } from '../../broker-bridge/sources/recordingPlace.ts'

const unwanted = (line: string): never => assert.fail(line)
const folder = mkdtempSync(join(tmpdir(), 'warren-recordings-'))
after(() => rmSync(folder, { recursive: true }))

const at = (offset: number): Place => ({ offset, mark: `mark-${offset}` })

describe('what a recording is asked for', () => {
  test('has a name of Warren’s', () => {
    for (const name of ['warren.history', 'warren.a-b_c.1']) assert.equal(recordingNameProblem(name), null)
    for (const name of ['', 'celery', 'warren.', 'warren.a b', 'warren.é', 'warren.a\n', `warren.${'x'.repeat(101)}`])
      assert.match(recordingNameProblem(name) ?? '', /begin with “warren\.”/, name)
  })

  test('has an age that RabbitMQ understands', () => {
    for (const age of ['7D', '1Y', '12h', '30m', '99999s']) assert.equal(recordingAgeProblem(age), null)
    for (const age of ['', '7', '7 D', '7d', '0D', '-1D', '1.5D', '100000D', '7D ']) assert.ok(recordingAgeProblem(age), age)
    assert.deepEqual([ageText('7D'), ageText('1h'), ageText('2M')], ['7 days', '1 hour', '2 months'])
  })

  test('has a size between its bounds', () => {
    for (const size of ['10', '500', '1000000']) assert.equal(recordingSizeProblem(size), null)
    for (const size of ['', '9', '1000001', '1e3', '10.5', '-10', ' 10']) assert.ok(recordingSizeProblem(size), size)
  })
})

describe('the place up to which all is known', () => {
  test('is where the recording was at the look before the last, as long as nothing is lost', () => {
    const known = new KnownPlace()
    known.done(at(5), 1_000, 2_000)
    known.look(at(7))
    assert.equal(known.place?.offset, 5)
    known.look(at(9))
    assert.equal(known.place.offset, 7)
    known.doubt()
    known.look(at(20))
    assert.equal(known.place.offset, 7, 'what was seen before the loss may have been lost')
    assert.deepEqual([known.ripe(), known.ripe()?.offset], [null, 7])
  })

  test('says since when nothing is missing', () => {
    const known = new KnownPlace()
    assert.equal(known.since, null)
    assert.equal(known.done(beginning, Number.POSITIVE_INFINITY, 2_000), 2_000)
    known.begins(true)
    assert.equal(known.done(at(3), 2_500, 3_000), 2_000)
    known.begins(false)
    assert.equal(known.done(at(9), 8_000, 9_000), 8_000, 'a recording that has lost its beginning')
    known.forget()
    assert.deepEqual([known.place, known.since], [null, null])
  })
})

describe('the file about recordings', () => {
  const writes = { kept: true, writtenHere: true } as HistoryStatus
  const entry = (more: Partial<RecordingEntry> = {}): RecordingEntry => ({
    queue: 'warren.q',
    place: at(3),
    since: 1,
    asked: true,
    ...more,
  })

  test('remembers places only of what the history holds, and only while this bridge writes it', () => {
    const history = join(folder, 'a.db')
    const memory = () => new RecordingFile(history, unwanted).memory('broker', true, () => writes)
    memory().keep(entry())
    assert.deepEqual([memory().queue, memory().place, memory().since], ['warren.q', at(3), 1])
    assert.equal(statSync(`${history}.recordings.json`).mode & 0o777, 0o600)
    const without = new RecordingFile(history, unwanted).memory('broker', false, () => writes)
    assert.deepEqual([without.queue, without.place], ['warren.q', null], 'a history that was deleted knows nothing')
    const reader = new RecordingFile(history, unwanted).memory('broker', true, () => ({ ...writes, writtenHere: false }))
    reader.keep(entry({ place: at(9), asked: false }))
    assert.equal(memory().place?.offset, 3)
    assert.equal(new RecordingFile(history, unwanted).memory('other', true, () => writes).queue, null)
    memory().keep(null)
    assert.deepEqual(JSON.parse(readFileSync(`${history}.recordings.json`, 'utf8')), { version: 1, recordings: [] })
  })

  test('that somebody else began is not taken for one that this user asked for', () => {
    const file = new RecordingFile(join(folder, 'b.db'), unwanted)
    file.memory('broker', true, () => writes).keep(entry({ asked: false }))
    const { queue, place } = file.memory('broker', true, () => writes)
    assert.deepEqual([queue, place], [null, at(3)])
  })

  test('may be damaged, or not be there at all', () => {
    const history = join(folder, 'c.db')
    writeFileSync(`${history}.recordings.json`, '{"version":1,"recordings":[{"broker":7}]}')
    assert.equal(new RecordingFile(history, unwanted).memory('broker', true, () => writes).place, null)
    const none = new RecordingFile(null, unwanted).memory('broker', true, () => writes)
    none.keep(entry())
    assert.equal(none.queue, 'warren.q')
  })
})

/** A broker with one recording, played by the test. */
class PlayedRecorder implements Recorder {
  names = new Set(['warren.history'])
  newest: Place | null = null
  readonly bound: string[] = []
  readonly requests: ReplayRequest[] = []
  listener: ReplayListener | undefined
  stopped = 0

  look(queue: string) {
    return Promise.resolve(this.names.has(queue) ? { messages: 1, consumers: 0 } : null)
  }
  create({ queue }: { queue: string }) {
    const created = !this.names.has(queue)
    this.names.add(queue)
    return Promise.resolve(created)
  }
  bind({ queue }: { queue: string }) {
    this.bound.push(queue)
    return Promise.resolve()
  }
  remove(queue: string) {
    this.names.delete(queue)
    return Promise.resolve()
  }
  last() {
    return Promise.resolve(this.newest)
  }
  replay(request: ReplayRequest, listener: ReplayListener) {
    this.requests.push(request)
    this.listener = listener
    return () => {
      this.stopped++
    }
  }
}

function played(memory: Partial<Pick<RecordingMemory, 'place' | 'since'>> = {}) {
  const recorder = new PlayedRecorder()
  const filled: number[] = []
  const kept: (RecordingEntry | null)[] = []
  const recording = new Recording(recorder, {
    ...{ exchange: 'celeryev', events: 'task.#', most: 100 },
    take: (messages) => ({ events: messages.length, from: 500 }),
    filled: (from) => void filled.push(from),
    changed: () => undefined,
  })
  const begin = (): void =>
    recording.begin({
      ...{ place: null, since: null, ...memory },
      get queue() {
        return kept.findLast((entry) => entry?.asked !== false)?.queue ?? null
      },
      keep: (entry) => {
        kept.push(entry)
      },
    })
  const settle = async (): Promise<void> => {
    await turn()
    await turn()
  }
  return { recorder, recording, filled, kept, begin, settle }
}

describe('a recording', () => {
  const message = { content: Buffer.from(''), contentType: undefined, contentEncoding: undefined, headers: {} }

  test('is replayed when both events flow and the history has told what it knows', async () => {
    const { recorder, recording, begin, settle } = played({ place: at(4), since: 100 })
    recording.flows()
    await settle()
    assert.deepEqual(recorder.requests, [])
    begin()
    await settle()
    assert.deepEqual(recorder.requests, [{ queue: 'warren.history', from: at(4), most: 100 }])
    assert.deepEqual(recorder.bound, [], 'somebody else’s is only read')
    recording.dispose()
  })

  test('tells how far it is, and goes on where it was after an interruption', async () => {
    const { recorder, recording, begin, settle, filled } = played({ place: at(4), since: 100 })
    recording.flows()
    begin()
    await settle()
    recorder.listener?.begins({ continuous: true, cut: false })
    recorder.listener?.messages([message, message], { read: 2, total: 10, place: at(6) })
    assert.deepEqual({ ...recording.info?.replay, since: 0 }, { events: 2, total: 10, since: 0 })
    recording.stops()
    assert.deepEqual([recorder.stopped, recording.info?.replay], [1, null])
    recording.flows()
    await settle()
    assert.deepEqual(recorder.requests[1]?.from, at(6))
    recorder.listener?.begins({ continuous: true, cut: false })
    recorder.listener?.done(at(9))
    assert.deepEqual([filled, recording.info], [[100], { queue: 'warren.history', replay: null, message: null }])
    recording.dispose()
  })

  test('that has lost what is wanted, or more than can be held, fills less and says so', async () => {
    const { recorder, recording, begin, settle, filled } = played({ place: at(4), since: 100 })
    recording.flows()
    begin()
    await settle()
    recorder.listener?.begins({ continuous: false, cut: true })
    recorder.listener?.messages([message], { read: 1, total: 1, place: at(60) })
    recorder.listener?.done(at(60))
    assert.deepEqual(filled, [500])
    assert.match(recording.info?.message ?? '', /more than Warren can: only about its newest 100 messages/)
    recording.dispose()
  })

  test('is replayed again some time after events were lost for being too many', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
    const { recorder, recording, begin, settle } = played()
    recording.flows()
    begin()
    await settle()
    recorder.listener?.done(at(3))
    recording.loses()
    t.mock.timers.tick(9_000)
    recording.loses()
    t.mock.timers.tick(9_000)
    await settle()
    assert.equal(recorder.requests.length, 1, 'while there is too much, nothing more is read')
    t.mock.timers.tick(1_000)
    await settle()
    assert.deepEqual(recorder.requests[1]?.from, at(3))
    recording.dispose()
  })

  test('keeps its place once that has been written to the history', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
    const { recorder, recording, begin, settle, kept } = played()
    recording.flows()
    begin()
    await settle()
    recorder.listener?.begins({ continuous: false, cut: false })
    recorder.listener?.messages([message], { read: 1, total: 2, place: at(7) })
    t.mock.timers.tick(5_000)
    assert.deepEqual(kept, [])
    recorder.listener?.messages([message], { read: 2, total: 2, place: at(8) })
    t.mock.timers.tick(5_000)
    assert.deepEqual(kept, [{ queue: 'warren.history', place: at(7), since: null, asked: false }])
    recording.dispose()
  })

  test('that this user made is bound again, needs no replay while it is new, and is gone when it is removed', async () => {
    const { recorder, recording, begin, settle, kept, filled } = played()
    recorder.names.clear()
    recording.flows()
    begin()
    await settle()
    assert.equal(recording.info, null)
    assert.equal(await recording.create({ queue: 'warren.mine', maxAge: '1D', megabytes: 10 }), true)
    await settle()
    assert.deepEqual(
      [recorder.requests, recording.info, kept.at(-1)?.place],
      [[], { queue: 'warren.mine', replay: null, message: null }, beginning],
    )
    recording.stops()
    recording.flows()
    await settle()
    assert.deepEqual([recorder.bound, recorder.requests.at(-1)?.from], [['warren.mine'], beginning])
    recorder.listener?.begins({ continuous: true, cut: false })
    recorder.listener?.done(at(2))
    assert.ok((filled[0] ?? Infinity) <= Date.now() / 1_000)
    assert.equal((await recording.held()).queue, 'warren.mine')
    await recording.remove('warren.mine')
    assert.deepEqual([recording.info, kept.at(-1), recorder.names.size], [null, null, 0])
    await assert.rejects(recording.held(), /No recording is known/)
    recording.dispose()
  })

  test('that is none is forgotten, and never removed', async () => {
    const { recorder, recording, begin, settle } = played()
    recording.flows()
    begin()
    await settle()
    recorder.listener?.failed('It is no stream.', true)
    assert.equal(recording.info, null)
    await assert.rejects(recording.held(), /No recording is known/)
    recording.dispose()
  })

  test('that may not be read says so, and fills nothing', async () => {
    const { recorder, recording, begin, settle, filled } = played()
    recording.flows()
    begin()
    await settle()
    recorder.listener?.failed('This user may not read the recording.', false)
    assert.deepEqual([recording.info?.message, filled], ['This user may not read the recording.', []])
    recording.dispose()
  })

  test('is refused where a broker keeps none', async () => {
    const host = { exchange: '', events: '', most: 1, take: mock.fn(), filled: mock.fn(), changed: mock.fn() }
    const recording = new Recording(undefined, host as never)
    await assert.rejects(recording.look('warren.history'), /keeps no recordings/)
    recording.dispose()
  })
})
