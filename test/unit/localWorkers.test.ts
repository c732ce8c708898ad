import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { freeName, readDefinition, runsOneAtATime, workerArguments } from '../../extension/localWorkers/workerDefinition.ts'
import type { WorkerDefinition } from '../../extension/localWorkers/workerDefinition.ts'
import { WorkerLog } from '../../extension/localWorkers/workerLog.ts'
import { Lines, plainLine, terminalLine } from '../../extension/localWorkers/workerOutput.ts'
import { problemsIn } from '../support/problemMatchers.ts'

function defined(value: unknown): WorkerDefinition {
  const definition = readDefinition(value)
  assert.ok(typeof definition !== 'string', JSON.stringify(definition))
  return definition
}
function problemOf(value: unknown): string {
  const problem = readDefinition(value)
  assert.ok(typeof problem === 'string')
  return problem
}
const args = (value: unknown): string => workerArguments(defined(value), 'local@%h').join(' ')

describe('a worker as tasks.json describes it', () => {
  test('becomes the arguments of celery, with events always on', () => {
    assert.equal(args({ type: 'warren-worker', app: 'shop' }), '-A shop worker -E --loglevel INFO -n local@%h')
    assert.equal(
      args({ app: 'a.b:c', queues: ['x', 'y z'], pool: 'solo', concurrency: 3, logLevel: 'DEBUG', args: ['--beat'] }),
      '-A a.b:c worker -E --loglevel DEBUG -n local@%h -Q x,y z -P solo -c 3 --beat',
    )
  })

  test('is refused in a sentence that names what is wrong', () => {
    assert.match(problemOf({}), /tasks\.json is not right at “app”/)
    assert.match(problemOf({ app: 'a', concurrency: 0 }), /“concurrency”/)
    assert.match(problemOf({ app: 'a', queues: ['a', 7] }), /“queues\.1”/)
    assert.match(problemOf({ app: 'a', pool: 'fork' }), /“pool”/)
  })

  test('gets a name that no other worker of the window has', () => {
    assert.equal(freeName(undefined, new Set()), 'local@%h')
    assert.equal(freeName(undefined, new Set(['local@%h', 'local-2@%h'])), 'local-3@%h')
    assert.equal(freeName('mine@%h', new Set(['mine@%h'])), 'mine@%h')
  })

  test('tells by its pool whether what is printed is of one task', () => {
    assert.equal(runsOneAtATime(undefined, 'linux'), true)
    assert.equal(runsOneAtATime('threads', 'linux'), false)
    assert.equal(runsOneAtATime('gevent', 'linux'), false)
  })
})

const main = (text: string): string => `[2026-11-21 22:00:00,123: INFO/MainProcess] ${text}`
const child = (number: number, text: string, level = 'INFO'): string =>
  `[2026-11-21 22:00:00,123: ${level}/ForkPoolWorker-${number}] ${text}`

function linesOf(lines: readonly string[], task: string, oneAtATime = true): string[] {
  const log = new WorkerLog()
  const read = log.reader(oneAtATime)
  for (const line of lines) read(line)
  return log.linesOf(task).map((line) => line.replace(/^\[[^\]]+\] /, ''))
}

describe('the lines of one task', () => {
  test('are those that name it, and what stands below them', () =>
    assert.deepEqual(
      linesOf(
        [
          'celery@box v5.2.6 (dawn-chorus)',
          main('Task t.a[1] received'),
          main('Task t.b[2] received'),
          child(1, 't.a[1]: halfway'),
          'and a second line',
          child(2, 'Task t.b[2] succeeded in 0.1s: None'),
          child(1, "Task t.a[1] raised unexpected: KeyError('x')", 'ERROR'),
          'Traceback (most recent call last):',
          main('t.a[x] is no line of it'),
        ],
        '1',
      ),
      [
        'Task t.a[1] received',
        't.a[1]: halfway',
        'and a second line',
        "Task t.a[1] raised unexpected: KeyError('x')",
        'Traceback (most recent call last):',
      ],
    ))

  test('and what its process printed in between, where it runs one task at a time', () => {
    const lines = [
      main('Task t.a[1] received'),
      child(1, 'printed by a', 'WARNING'),
      'more of it',
      child(2, 'printed by another', 'WARNING'),
      child(1, 'Task t.a[1] succeeded in 0.1s: None'),
      child(1, 'printed by the next', 'WARNING'),
      child(1, 'Task t.c[3] succeeded in 0.1s: None'),
    ]
    assert.deepEqual(linesOf(lines, '1').slice(1, 3), ['printed by a', 'more of it'])
    assert.deepEqual(linesOf(lines, '3'), ['printed by the next', 'Task t.c[3] succeeded in 0.1s: None'])
    assert.equal(linesOf(lines, '1', false).includes('printed by a'), false)
  })

  test('of a pool without processes begin after the task was received', () => {
    const lines = [
      main('mingle: all alone'),
      main('Task t.a[1] received'),
      main('printed'),
      main('Task t.a[1] succeeded in 1s: 2'),
    ]
    assert.deepEqual(linesOf(lines, '1'), ['Task t.a[1] received', 'printed', 'Task t.a[1] succeeded in 1s: 2'])
  })

  test('are the newest, and no text makes the reading throw', () => {
    const many = Array.from({ length: 30_000 }, (_, at) => child(1, `t.a[1]: ${at}`))
    const last = linesOf(many, '1')
    assert.equal(last.length, 500)
    assert.equal(last.at(-1), 't.a[1]: 29999')
    assert.equal(new WorkerLog().linesOf('1').length, 0)
    fc.assert(fc.property(fc.array(fc.string()), (lines) => void linesOf(lines, '1')))
  })
})

describe('what a worker writes', () => {
  test('is split into lines, whole', () => {
    const got: string[] = []
    const lines = new Lines((line) => got.push(line))
    for (const chunk of ['a', 'b\r\nc', '\nd\nd']) lines.take(chunk)
    assert.deepEqual(got, ['ab', 'c', 'd'])
    lines.end()
    assert.deepEqual(got, ['ab', 'c', 'd', 'd'])
    lines.take('x'.repeat(250_000))
    assert.equal(got.at(-1)?.length, 250_000, 'a line that never ends is let go')
  })

  test('keeps its colours and nothing else that a terminal obeys', () => {
    assert.equal(terminalLine('a\x1b[31mb\x1b[0m\x1b]0;title\x07\x1b[2Jc'), 'a\x1b[31mb\x1b[0m]0;title[2Jc\x1b[0m')
    assert.ok(terminalLine(child(1, 'x', 'ERROR')).startsWith('\x1b[31m'))
    assert.equal(plainLine('a\x1b[31mb\x1b[0m'), 'ab')
  })
})

describe('tracebacks in a worker’s log', () => {
  const frames = [
    'Traceback (most recent call last):',
    '  File "/lib/celery/app/trace.py", line 451, in trace_task',
    '    R = fun()',
  ]
  const last = '  File "/srv/shop/tasks.py", line 44, in charge'
  const code = '    raise Failed("no") from error'
  const problem = { file: '/srv/shop/tasks.py', line: 44, message: 'shop.Failed: no' }

  test('are problems at the line that raised', () => {
    assert.deepEqual(problemsIn([...frames, last, code, 'shop.Failed: no', '']), [problem])
    assert.deepEqual(problemsIn([...frames, last, code, '          ~~~^^^^', 'shop.Failed: no']), [problem])
    assert.deepEqual(problemsIn([...frames, last, 'shop.Failed: no']), [problem])
  })

  test('each cause is one, and a log without any has none', () => {
    const between = ['', 'The above exception was the direct cause of the following exception:', '']
    const found = problemsIn([...frames, last, code, 'KeyError', ...between, ...frames, last, code, 'shop.Failed: no'])
    assert.deepEqual(found, [{ ...problem, message: 'KeyError' }, problem])
    assert.deepEqual(problemsIn([main('Task t.a[1] received'), child(1, 'File "/x.py", line 3, in y'), 'ValueError: x']), [])
  })
})
