import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { settingLine } from '../../broker-bridge/protocol/index.ts'
import { readBlindSettings } from '../../broker-bridge/sources/celery/blindSettings.ts'
import { blindSpotsOf, StreamSigns } from '../../broker-bridge/tasks/blindSpots.ts'
import { payload } from './celerySamples.ts'
import { taskEvent } from './taskEvents.ts'

const unknown = (): boolean => false

function signsOf(states: readonly string[], queueKnown = unknown): StreamSigns {
  const signs = new StreamSigns()
  for (const [index, state] of states.entries()) signs.take(taskEvent(`t${index}`, state, index), queueKnown)
  return signs
}

describe('settings that hide something', () => {
  it('are all off in an application that sets none, and what no backend keeps is not asked for', () => {
    assert.deepEqual(readBlindSettings({}), ['worker_send_task_events', 'task_send_sent_event'])
    assert.deepEqual(readBlindSettings({ result_backend: 'disabled://' }), ['worker_send_task_events', 'task_send_sent_event'])
  })

  it('of a result backend count where it keeps results', () => {
    const on = { worker_send_task_events: true, task_send_sent_event: true }
    assert.deepEqual(readBlindSettings({ ...on, result_backend: 'db+sqlite:///x' }), ['task_track_started', 'result_extended'])
    assert.deepEqual(readBlindSettings({ ...on, result_backend: 'rpc://' }), ['task_track_started'])
    assert.deepEqual(readBlindSettings({ ...on, result_backend: 'redis://h', task_ignore_result: true }), [])
    const kept = { ...on, result_backend: 'redis://h', task_track_started: true, result_extended: true }
    assert.deepEqual(readBlindSettings(kept), [])
  })

  it('are found under the names of Celery 3 and with a prefix', () => {
    const old = { CELERY_SEND_EVENTS: true, CELERY_SEND_TASK_SENT_EVENT: true, CELERY_TRACK_STARTED: true }
    assert.deepEqual(readBlindSettings({ ...old, CELERY_RESULT_BACKEND: 'redis://h' }), ['result_extended'])
    const django = { CELERY_WORKER_SEND_TASK_EVENTS: true, CELERY_TASK_SEND_SENT_EVENT: true }
    assert.deepEqual(readBlindSettings(django), [])
  })

  it('are read from answers of real workers, and from nothing else', () => {
    for (const version of ['526', '553']) {
      const off = readBlindSettings(payload(`pidbox.conf.${version}.json`))
      assert.ok(off?.includes('worker_send_task_events'), version)
    }
    for (const answer of [null, 'x', [], { error: 'x' }, 7]) assert.equal(readBlindSettings(answer), null)
  })
})

describe('the stream of events', () => {
  const received = (count: number): string[] => Array.from({ length: count }, () => 'RECEIVED')

  it('tells that nobody says what it sends once enough tasks came', () => {
    assert.equal(signsOf(received(19)).neverSent, false)
    assert.equal(signsOf(received(20)).neverSent, true)
  })

  it('takes it back as soon as somebody does, also late', () => {
    const signs = signsOf([...received(30), 'PENDING', ...received(30)])
    assert.deepEqual([signs.sent, signs.neverSent], [true, false])
  })

  it('does not count tasks that Warren itself sent, nor tasks that started without having been seen before', () => {
    assert.equal(signsOf(received(50), () => true).neverSent, false)
    assert.equal(signsOf(Array.from({ length: 50 }, () => 'STARTED')).neverSent, false)
  })
})

describe('blind spots', () => {
  it('name the workers whose settings say so, and the field that is empty', () => {
    const workers = [
      { name: 'a', off: ['task_send_sent_event', 'result_extended'] as const },
      { name: 'b', off: ['task_send_sent_event'] as const },
      { name: 'c', off: null },
    ]
    const spots = blindSpotsOf(workers, ['b'], signsOf([]))
    assert.deepEqual(
      spots.map(({ setting, workers: names, fields }) => [setting, names, fields]),
      [
        ['worker_send_task_events', ['b'], ['tasks']],
        ['task_send_sent_event', ['a', 'b'], ['queue', 'sent']],
        ['result_extended', ['a'], ['backend']],
      ],
    )
  })

  it('believe the events more than the workers’ settings: publishers have settings of their own', () => {
    const workers = [{ name: 'a', off: ['task_send_sent_event'] as const }]
    assert.deepEqual(blindSpotsOf(workers, [], signsOf(['PENDING'])), [])
    const told = blindSpotsOf([{ name: 'a', off: [] }], [], signsOf(Array.from({ length: 20 }, () => 'RECEIVED')))
    assert.deepEqual(
      told.map(({ setting, workers: names }) => [setting, names]),
      [['task_send_sent_event', []]],
    )
  })

  it('do not claim that a worker sends no events because its setting is off: it may have been started with -E', () => {
    assert.deepEqual(blindSpotsOf([{ name: 'a', off: ['worker_send_task_events'] }], [], signsOf([])), [])
  })
})

describe('the line that turns a setting on', () => {
  it('is written as the file holds its settings', () => {
    assert.equal(settingLine('result_extended'), 'result_extended = True')
    const prefixed = settingLine('task_send_sent_event', { kind: 'prefixed', prefix: 'CELERY' })
    assert.equal(prefixed, 'CELERY_TASK_SEND_SENT_EVENT = True')
    assert.equal(settingLine('result_extended', { kind: 'app', app: 'app' }), 'app.conf.result_extended = True')
  })
})
