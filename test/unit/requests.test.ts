import assert from 'node:assert/strict'
import { describe, mock, test } from 'node:test'
import fc from 'fast-check'
import type { Client } from '../../broker-bridge/protocol/index.ts'
import { readRequestFile } from '../../extension/requests/requestFile.ts'
import { fillIn, Unfilled, unknownPlaces } from '../../extension/requests/requestValues.ts'
import type { Generators } from '../../extension/requests/requestValues.ts'
import { SentRequest } from '../../extension/requests/sentRequest.ts'
import { until } from '../support/until.ts'

function generators(): Generators {
  let count = 0
  const environment = (name: string): string | undefined => ({ USER_ID: '42' })[name]
  return { uuid: () => 'an-uuid', now: () => Date.UTC(2026, 10, 21, 12), counter: () => ++count, environment }
}

/** All requests of a file as they would be sent. */
function filled(text: string, source = generators()) {
  const file = readRequestFile(text)
  assert.deepEqual(file.problems, [])
  return file.requests.map((request) => fillIn(request, file, text, source))
}

const problemsOf = (text: string): string[] => readRequestFile(text).problems.map(({ message }) => message)

describe('files of requests', () => {
  test('a task, with comments and commas after the last', () => {
    const text = `// pays\n{ "task": "shop.pay", /* id */ "args": [1, "two", null,], "kwargs": {"a": {"b": [true]}}, "queue": "q" }`
    assert.deepEqual(filled(text), [
      { kind: 'task', name: 'shop.pay', args: '[1,"two",null]', kwargs: '{"a":{"b":[true]}}', queue: 'q' },
    ])
  })

  test('numbers keep every digit', () => {
    const text = '{ "task": "t", "args": [9007199254740993, 1.10, -0.0, 1e400] }'
    assert.deepEqual(filled(text), [{ kind: 'task', name: 't', args: '[9007199254740993,1.10,-0.0,1e400]', kwargs: '{}' }])
  })

  test('chains, groups, chords and callbacks', () => {
    const text = `{ "requests": [
      { "title": "all", "chain": [{ "task": "a" }, { "chord": { "header": [{ "group": [{ "task": "b" }] }], "body": { "task": "c", "immutable": true } } }] },
      { "task": "d", "link": [{ "task": "e" }], "linkError": [{ "task": "f" }] } ] }`
    const task = (name: string) => ({ kind: 'task', name, args: '[]', kwargs: '{}' })
    assert.deepEqual(filled(text), [
      {
        kind: 'chain',
        steps: [
          task('a'),
          { kind: 'chord', header: [{ kind: 'group', members: [task('b')] }], body: { ...task('c'), immutable: true } },
        ],
      },
      { ...task('d'), link: [task('e')], linkError: [task('f')] },
    ])
  })

  test('when and how a single task is sent', () => {
    const [request] = readRequestFile(
      '{ "task": "t", "countdown": 5, "expires": 60, "priority": 3, "connection": "shop" }',
    ).requests
    assert.deepEqual(request?.options, { countdown: 5, expires: 60, priority: 3 })
    assert.equal(request.connection, 'shop')
    assert.deepEqual(problemsOf('{ "chain": [{ "task": "t" }], "countdown": 5 }'), ['"countdown" belongs to a single task.'])
  })

  test('what is wrong is told with its place, and the rest can be sent', () => {
    const text = '{ "requests": [{ "task": "good" }, { "args": [] }, { "task": "t", "args": 5 }] }'
    const { requests, problems } = readRequestFile(text)
    assert.deepEqual(
      requests.map(({ title }) => title),
      ['good'],
    )
    assert.deepEqual(
      problems.map(({ offset, length }) => text.slice(offset, offset + length)),
      ['{ "args": [] }', '5'],
    )
  })

  test('no text makes it throw', () => {
    const bits = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"task"',
      ':',
      '"a"',
      ',',
      '"requests"',
      '"chain"',
      '1',
      '//',
      '\n',
      '"variables"',
    )
    fc.assert(fc.property(fc.array(bits), (parts) => void readRequestFile(parts.join(' '))))
    fc.assert(fc.property(fc.json(), (json) => void readRequestFile(json)))
  })
})

describe('values', () => {
  const argsOf = (args: string, variables = '{}') => {
    const [task] = filled(`{ "requests": [{ "task": "t", "args": ${args} }], "variables": ${variables} }`)
    return task?.kind === 'task' ? task.args : ''
  }

  test('generators', () => {
    assert.equal(
      argsOf('["${uuid}", "${now}", "${timestamp}", "at ${timestamp}"]'),
      '["an-uuid","2026-11-21T12:00:00.000+00:00",1795262400,"at 1795262400"]',
    )
    assert.equal(argsOf('["${counter}", "n${counter}"]'), '[1,"n2"]')
  })

  test('the environment and variables, which may hold others', () => {
    assert.equal(
      argsOf('["${env:USER_ID}", "${who}"]', '{ "who": "user ${id}", "id": "no ${env:USER_ID}" }'),
      '["42","user no 42"]',
    )
  })

  test('$${ is a plain ${', () => assert.equal(argsOf('["$${uuid}", "$5", "a}"]'), '["${uuid}","$5","a}"]'))

  test('a value cannot become structure', () => {
    assert.equal(argsOf('["${x}"]', String.raw`{ "x": "\"], \"evil\": [\"" }`), String.raw`["\"], \"evil\": [\""]`)
  })

  test('what has no value is refused in a sentence', () => {
    const refused = (value: string, variables = '{}') => assert.throws(() => argsOf(`["${value}"]`, variables), Unfilled)
    refused('${env:MISSING}')
    refused('${nobody}')
    refused('${a}', '{ "a": "${b}", "b": "${a}" }')
    const [place, ...others] = unknownPlaces('${uuid} ${env:X} $${x} ${mine} ${other}', new Map([['mine', '1']]))
    assert.deepEqual([place?.offset, place?.length, others], [31, 8, []])
  })
})

const alone = (id: string) => ({ id, steps: [] })

test('a chain whose step failed has ended, though nobody ever hears of its last task', async () => {
  const states = new Map([
    ['one', 'SUCCESS'],
    ['two', 'FAILURE'],
  ])
  const request = (_: string, { id }: { readonly id: string }): Promise<never> => {
    const state = states.get(id)
    return state === undefined
      ? Promise.reject(new Error('not found'))
      : Promise.resolve({ id, state, exception: "ValueError('no')", progress: null } as never)
  }
  const client = { request: request as unknown as Client['request'] }
  const sent = new SentRequest('pay', 'c', [{ id: 'last', steps: ['one', 'two'] }], () => Promise.resolve(client))
  await until(() => sent.hasEnded)
  assert.deepEqual([sent.hasFailed, sent.shown], [true, 'two'])
  assert.match(sent.words, /ValueError/)
  sent.dispose()
})

test('what was sent is followed until all of it has ended', async () => {
  let looks = 0
  const states = ['PENDING', 'STARTED', 'SUCCESS']
  const request = (): Promise<never> =>
    Promise.resolve({
      state: states[Math.min(2, Math.floor(looks++ / 2))],
      runtime: 2,
      exception: null,
      progress: null,
      result: '42',
    } as never)
  const sent = new SentRequest('pay', 'c', [alone('a'), alone('b')], () => Promise.resolve({ request }))
  const words: string[] = []
  sent.onDidChange(() => words.push(sent.words))
  await until(() => sent.hasEnded)
  assert.equal(words.at(-1), '2 of 2 succeeded')
  assert.equal(sent.hasFailed, false)
  assert.equal(sent.percent, 100)
  sent.dispose()
})

test('what was replaced is asked for no more, and who watches it is told', async () => {
  let asked = 0
  let answer = (): void => undefined
  const request = (): Promise<never> => {
    asked += 1
    return new Promise((resolve) => (answer = () => resolve({ state: 'STARTED', exception: null, progress: null } as never)))
  }
  const sent = new SentRequest('pay', 'c', [alone('a')], () => Promise.resolve({ request }))
  let told = 0
  sent.onDidChange(() => (told += 1))
  await until(() => asked === 1)
  sent.dispose()
  assert.deepEqual([sent.isFollowed, told], [false, 1])
  // A look under way when it was replaced plans no further one.
  const planned = mock.method(globalThis, 'setTimeout')
  answer()
  await new Promise((done) => setImmediate(done))
  assert.equal(planned.mock.callCount(), 0)
  assert.equal(told, 1)
  planned.mock.restore()
})
