import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { takeOver } from '../../broker-bridge/payloads/takeOver.ts'
import { forgetTracing, leftTracing, TracingNotes } from '../../broker-bridge/payloads/tracingNotes.ts'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import { about, FakeTap, recordingOn, terms } from './fakeTap.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'warren-watchdog-notes-'))
})
after(() => rm(folder, { recursive: true }))

describe('the watchdog of a recording', () => {
  /** A clock that only sleeping moves. */
  function watched(tap: FakeTap, place = randomUUID()) {
    let time = 1_000_000
    const slept: number[] = []
    const notes = new TracingNotes(join(folder, 'recording'), about(place))
    const sleep = (milliseconds: number): Promise<void> => ((time += milliseconds), slept.push(milliseconds), Promise.resolve())
    return { notes, slept, place, charge: { tracing: tap, notes, sleep, now: () => time, hurried: () => false } }
  }

  it('turns off what its bridge had turned on, removes its queue, and tells whoever comes next once', async () => {
    const tap = new FakeTap()
    tap.tracing = true
    const { notes, charge, place } = watched(tap)
    notes.hold()
    notes.turnOn(50)
    await takeOver(charge)
    assert.deepEqual([tap.done, notes.turnedOnAt], [['off', `drop ${notes.id}`], null])
    const next = recordingOn(folder, tap, place).recording
    await next.begin()
    assert.match(next.info.message ?? '', /tracing is off again\.$/)
    assert.equal(notes.takeCrash(), false)
  })

  it('leaves alone what is somebody else’s: tracing without a note, since a start of the broker, or of a bridge that records', async () => {
    for (const [at, startedAt, others] of [
      [null, null, false],
      [50, 60, false],
      [50, null, true],
    ] as const) {
      const tap = new FakeTap()
      Object.assign(tap, { tracing: true, startedAt })
      const { notes, charge, place } = watched(tap)
      if (at !== null) notes.turnOn(at)
      if (others) new TracingNotes(join(folder, 'recording'), about(place)).hold()
      await takeOver(charge)
      assert.deepEqual([tap.tracing, tap.done], [true, [`drop ${notes.id}`]])
      assert.equal(notes.turnedOnAt, others ? 50 : null)
    }
  })

  it('tries ever more seldom, for an hour at most, and leaves the note', async () => {
    const tap = new FakeTap()
    tap.broken = new RequestError('not_connected', 'Nobody answers.')
    const { notes, charge, slept } = watched(tap)
    notes.turnOn(50)
    await takeOver(charge)
    assert.deepEqual(slept.slice(0, 7), [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000])
    const total = slept.slice(0, -6).reduce((sum, one) => sum + one)
    assert.ok(total >= 3_600_000 && total < 3_616_000, String(total))
    assert.deepEqual([notes.turnedOnAt, tap.done], [50, []])
  })

  it('gives up soon where it is refused, and at once where the machine goes down', async () => {
    const tap = new FakeTap()
    tap.broken = new RequestError('refused', 'The password is wrong.')
    const { notes, charge, slept } = watched(tap)
    notes.turnOn(50)
    await takeOver(charge)
    assert.ok(slept.length < 20, String(slept.length))
    slept.length = 0
    await takeOver({ ...charge, hurried: () => true })
    assert.deepEqual([slept, notes.turnedOnAt], [[], 50])
  })

  it('turns tracing on again for a bridge that began while it was turned off', async () => {
    const tap = new FakeTap()
    tap.tracing = true
    const { notes, charge, place } = watched(tap)
    notes.turnOn(50)
    const { recording: other } = recordingOn(folder, tap, place)
    const set = tap.set.bind(tap)
    let began = false
    tap.set = async (tracing) => {
      // At this moment the other one has seen that tracing is on.
      if (!tracing && !began) await other.start(terms)
      began = true
      await set(tracing)
    }
    await takeOver(charge)
    assert.deepEqual([tap.tracing, other.info.state, other.info.turnedOn], [true, 'on', true])
    assert.equal(await other.stop(), true)
    assert.deepEqual([tap.tracing, notes.turnedOnAt], [false, null])
  })

  it('is there while payloads are recorded, and as long as tracing could not be turned off', async () => {
    const tap = new FakeTap()
    const { recording, guarded } = recordingOn(folder, tap)
    await recording.start(terms)
    await recording.stop()
    assert.deepEqual(guarded, ['begun', 'released'])
    await recording.start(terms)
    tap.broken = new RequestError('not_connected', 'Nobody answers.')
    await assert.rejects(recording.stop())
    assert.deepEqual(guarded.slice(2), ['begun'])
    await recording.dispose()
    assert.deepEqual(guarded.slice(2), ['begun', 'takes over'])
  })
})

describe('what was left on', () => {
  it('is told where nobody holds or watches it, and not from notes that others put there', async () => {
    assert.deepEqual(leftTracing(join(folder, 'none')), [])
    const place = join(folder, 'left')
    const notes = new TracingNotes(place, about('b'))
    notes.turnOn(5)
    const told = [{ broker: 'b', place: 'virtual host “/”', connection: 'c', at: 5 }]
    assert.deepEqual(leftTracing(place), told)
    notes.hold()
    assert.deepEqual(leftTracing(place), [])
    notes.release()
    notes.watch()
    assert.deepEqual(leftTracing(place), [])
    notes.unwatch()
    const [name = ''] = await readdir(place)
    await mkdir(join(place, 'copied'))
    await copyFile(join(place, name, 'turned-on.json'), join(place, 'copied', 'turned-on.json'))
    assert.deepEqual(leftTracing(place), told)
    forgetTracing(place, 'b')
    assert.deepEqual(leftTracing(place), [])
  })
})
