import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { heldAgainst } from '../../broker-bridge/actions/betterArguments.ts'
import type { BetterArguments } from '../../broker-bridge/actions/betterArguments.ts'
import { ExactAnswers } from '../../broker-bridge/lookups/exactAnswers.ts'
import { readHeldTask, readsOnlyJson } from '../../broker-bridge/sources/celery/heldTask.ts'
import type { IncomingMessage } from '../../broker-bridge/sources/broker.ts'
import type { Connection } from '../../broker-bridge/sources/connection.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import { wholeTask } from './taskEvents.ts'

const reply = (text: string, ticket = 't'): IncomingMessage => ({
  content: Buffer.from(text),
  contentType: 'application/json',
  contentEncoding: 'utf-8',
  headers: { ticket },
})

describe('what a worker holds', () => {
  const request = (args: string, more = '') =>
    `{"id": "a", "type": "shop.add", "name": "shown", "args": ${args}, "kwargs": {}, "time_start": null ${more}}`

  test('is found with every digit, running or waiting for its time', () => {
    const held = { worker: 'w@h', name: 'shop.add', args: '[12345678901234567890,1.0]', kwargs: '{}', hasStarted: false }
    const found = request('[12345678901234567890, 1.0]')
    assert.deepEqual(readHeldTask([reply('{"v@h": []}'), reply(`{"w@h": [{"id": "b"}, ${found}]}`)], 't', 'a'), held)
    assert.deepEqual(readHeldTask([reply(`{"w@h": [{"eta": "2026", "request": ${found}}]}`)], 't', 'a'), held)
  })

  test('is not taken from display texts, other tickets, or anything that is no answer', () => {
    for (const text of [
      `{"w@h": [${request('"(1, 2)"')}]}`,
      `{"w@h": [${request('[NaN]')}]}`,
      `{"w@h": {"error": "no"}}`,
      '[]',
      '1',
      '',
      '{"__proto__": [{"id": "a"}]}',
      `{"w@h": [${request('['.repeat(5_000) + ']'.repeat(5_000))}]}`,
      `{"w@h": [${request(`["${'x'.repeat(200_000)}"]`)}]}`,
    ])
      assert.equal(readHeldTask([reply(text)], 't', 'a'), null, text.slice(0, 60))
    assert.equal(readHeldTask([reply(`{"w@h": [${request('[1]')}]}`, 'other')], 't', 'a'), null)
  })

  test('counts only where tasks travel as JSON alone', () => {
    assert.equal(readsOnlyJson({}), true)
    assert.equal(readsOnlyJson({ CELERY_ACCEPT_CONTENT: ['application/json'], task_serializer: 'json' }), true)
    assert.equal(readsOnlyJson({ accept_content: ['json', 'pickle'] }), false)
    assert.equal(readsOnlyJson({ CELERY_TASK_SERIALIZER: 'yaml' }), false)
    assert.equal(readsOnlyJson({ error: 'no' }), null)
  })
})

test('what may have been changed is held against an event', () => {
  const better: BetterArguments = {
    source: 'backend',
    told: 'Told.',
    explanation: 'Told. But.',
    args: '[[1,"\\u00eb"]]',
    kwargs: '{}',
    doubtful: true,
    name: null,
    queue: null,
  }
  const agreed = heldAgainst(better, { args: '[[1, "ë"]]', kwargs: '{}', problem: null })
  assert.deepEqual(agreed, { ...better, doubtful: false, explanation: 'Told. An event showed the same.' })
  assert.equal(heldAgainst(better, { args: '[[]]', kwargs: '{}', problem: null }), 'differs')
  assert.equal(heldAgainst(better, { args: null, kwargs: null, problem: 'cut' }), better)
})

describe('answers for retries', () => {
  const connection = { params: { id: 'c', address: 'amqp://h' } } as unknown as Connection
  const exact = { state: 'FAILURE', args: '[1]', kwargs: '{}', exact: true, result: 'long', traceback: 'long' }

  function stage(fails = false) {
    const store = new TaskStore(1_000)
    for (let index = 0; index < 120; index++) store.apply('c', wholeTask(`t${index}`, 'FAILURE', index), index)
    const asked: (readonly string[])[] = []
    const answers = new ExactAnswers(store, {
      mayAsk: () => true,
      find: (_, ids) => {
        asked.push(ids)
        if (fails) return Promise.reject(new Error('no'))
        return Promise.resolve({ file: 'f', found: ids.map((id) => ({ id, answer: { ...exact, name: id } as never })) })
      },
    })
    return { answers, asked }
  }

  test('many at once cost few questions, and none for those that were asked ahead', async () => {
    const { answers, asked } = stage()
    const ids = Array.from({ length: 120 }, (_, index) => `t${index}`)
    const found = await Promise.all(ids.map((id) => answers.of(connection, id)))
    assert.deepEqual(
      found.map((answer) => answer?.name),
      ids,
    )
    assert.equal(found[0]?.traceback, null)
    assert.equal(asked.length, 1)
    const { answers: later, asked: few } = stage()
    for (const id of ids) await later.of(connection, id)
    assert.ok(few.length <= 4, String(few.length))
    assert.ok(few.every((batch) => batch.length <= 50))
  })

  test('a backend that cannot be asked is not asked for each', async () => {
    const { answers, asked } = stage(true)
    for (const id of ['t1', 't2', 't3']) assert.equal(await answers.of(connection, id), null)
    assert.equal(asked.length, 1)
  })
})
