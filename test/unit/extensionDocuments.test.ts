import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { parseTraceback } from '../../broker-bridge/protocol/index.ts'
import type { RetryPlan, TaskDetail } from '../../broker-bridge/protocol/index.ts'
import { frameBasename, matchFrame } from '../../broker-bridge/protocol/pathMatching.ts'
import type { PathMappings } from '../../broker-bridge/protocol/pathMatching.ts'
import {
  argsTextProblem,
  firstGap,
  kwargsTextProblem,
  readRetry,
  retryMembers,
  retryText,
} from '../../extension/documents/retryText.ts'
import { retryProblems } from '../../extension/documents/retryProblems.ts'
import { documentName, tracebackText } from '../../extension/documents/tracebackText.ts'

describe('a frame of a traceback means', () => {
  const workspace = '/home/me/project'
  const match = (frame: string, files: string[], mappings: PathMappings = {}): string[] =>
    matchFrame(
      frame,
      files.map((relative) => ({ path: `${workspace}/${relative}`, relative })),
      mappings,
    ).map(({ relative }) => relative)
  const check = (name: string, frame: string, files: string[], expected: string[], mappings?: PathMappings): void =>
    void test(name, () => assert.deepEqual(match(frame, files, mappings), expected))

  check(
    'the file with the longest common end',
    '/app/shop/tasks.py',
    ['tasks.py', 'shop/tasks.py', 'blog/tasks.py'],
    ['shop/tasks.py'],
  )
  check('every file where several tie', '/app/tasks.py', ['a/tasks.py', 'b/tasks.py'], ['a/tasks.py', 'b/tasks.py'])
  check('nothing where no file has its name', '/app/shop/tasks.py', ['shop/task.py'], [])
  check(
    'the very file where the worker runs in the workspace',
    `${workspace}/a/tasks.py`,
    ['x/home/me/project/a/tasks.py', 'a/tasks.py'],
    ['a/tasks.py'],
  )
  check('a file by its Windows path', 'C:\\srv\\shop\\tasks.py', ['shop/tasks.py', 'tasks.py'], ['shop/tasks.py'])
  check('nothing for a path with ..', '/app/../../etc/passwd', ['etc/passwd', 'passwd'], [])
  check('nothing for a pseudo file', '<frozen importlib._bootstrap>', ['importlib._bootstrap>'], [])
  check('nothing for a path with NUL', '/app/tasks.py\0', ['tasks.py'], [])
  check(
    'no file of the project that only shares a library file’s name',
    '/usr/lib/python3/dist-packages/celery/app/trace.py',
    ['trace.py', 'app/trace.py'],
    [],
  )
  check(
    'a project’s file that was installed into its container',
    '/venv/lib/python3.11/site-packages/shop/tasks.py',
    ['src/shop/tasks.py', 'tasks.py'],
    ['src/shop/tasks.py'],
  )
  check(
    'a library’s file where the workspace holds its environment',
    '/venv/lib/python3.11/site-packages/celery/app/trace.py',
    ['.venv/lib/python3.11/site-packages/celery/app/trace.py', 'trace.py'],
    ['.venv/lib/python3.11/site-packages/celery/app/trace.py'],
  )
  check('what a mapping says', '/srv/app/shop/tasks.py', ['shop/tasks.py', 'backend/shop/tasks.py'], ['backend/shop/tasks.py'], {
    '/srv/app': 'backend',
  })
  check('what the longest mapping says', '/srv/app/x/t.py', ['a/x/t.py', 'b/t.py'], ['b/t.py'], {
    '/srv/app': 'a',
    '/srv/app/x/': './b/',
  })
  check('what it means without a mapping, where that leads out', '/srv/app/a/t.py', ['a/t.py', 'x/t.py'], ['a/t.py'], {
    '/srv/app': 'x/../..',
  })

  test('never a file of another name, and never an exception', () => {
    const part = fc.constantFrom('a', 'b', 'tasks.py', '..', '.', '', 'site-packages', '<x>')
    const path = fc.array(part, { maxLength: 6 }).map((parts) => parts.join('/'))
    fc.assert(
      fc.property(fc.oneof(path, fc.string()), fc.array(path, { maxLength: 5 }), (frame, files) => {
        for (const found of match(frame, files))
          assert.ok(`/${found}`.replace(/[/.]*$/, '').endsWith(`/${frameBasename(frame)}`), found)
      }),
    )
  })
})

const detail: TaskDetail = {
  connection: 'shop',
  id: '6f1c-2',
  name: 'shop.pay',
  state: 'FAILURE',
  at: 10,
  worker: 'w@h',
  queue: 'celery',
  runtime: null,
  args: "('b',)",
  kwargs: '{}',
  retries: 0,
  exception: "KeyError('b')",
  progress: null,
  retryOf: null,
  result: null,
  traceback:
    'Traceback (most recent call last):\n  File "/app/shop/tasks.py", line 11, in pay\n    return prices[order]\nKeyError: \'b\'\n',
  root: null,
  parent: null,
  children: [],
  retriedAs: [],
  eta: null,
  expires: null,
  exchange: null,
  routingKey: null,
  timeline: [],
  attempts: [],
  custom: null,
  sentAt: null,
  receivedAt: null,
  startedAt: null,
  endedAt: null,
}

describe('the traceback document', () => {
  test('tells about the run, then shows the traceback as it is', () =>
    assert.equal(
      tracebackText(detail, () => '12:00:00'),
      `# Task       shop.pay
# Id         6f1c-2
# State      failed, 12:00:00
# Worker     w@h
# Arguments  ('b',)
# Keywords   {}
# Error      KeyError('b')

Traceback (most recent call last):
  File "/app/shop/tasks.py", line 11, in pay
    return prices[order]
KeyError: 'b'
`,
    ))

  test('keeps the frames where its links look for them', () => {
    const text = tracebackText(detail, () => '')
    const frame = parseTraceback(text)[0]
    assert.equal(frame?.file, '/app/shop/tasks.py')
    assert.equal(text.split('\n')[frame.textLine], '  File "/app/shop/tasks.py", line 11, in pay')
  })

  test('says what it lacks', () => {
    assert.match(
      tracebackText({ ...detail, traceback: null }, () => ''),
      /# No event of this task brought a traceback\.\n$/,
    )
    assert.match(
      tracebackText({ ...detail, traceback: null, exception: null, state: 'SUCCESS' }, () => ''),
      /# This task succeeded: it has no traceback\.\n$/,
    )
  })

  test('shows what hides or reorders text', () =>
    assert.match(
      tracebackText({ ...detail, traceback: 'a\u202eb\u001b[31mc' }, () => ''),
      /a\\u\{202e\}b\\u\{1b\}\[31mc/,
    ))

  test('has a name in which nothing acts as a path', () =>
    assert.equal(documentName('../../x:y?z#', '../1234567890'), '.._.._x_y_z_ .._12345'))
})

const plan: RetryPlan = {
  connection: 'shop',
  id: '6f1c-2',
  name: 'shop.pay',
  source: 'incomplete',
  explanation: 'The text was shortened.',
  args: null,
  kwargs: null,
  argsShown: "('xxx...',)\n}",
  kwargsShown: null,
  queue: null,
  queueSource: '',
  queueChoices: ['celery', 'mail'],
  canvas: null,
}

describe('the document of an incomplete retry', () => {
  test('holds what is known as comments and the rest to be completed', () =>
    assert.equal(
      retryText(plan),
      `// Retry of shop.pay, id 6f1c-2
// The text was shortened.
// Arguments as the event showed them: ('xxx...',) }
// Write what is missing below, such as ["paul", 42] for args and {"amount": 42} for kwargs, and send it with the button in the editor title, or run it here under a debugger. Nothing is sent before that.
{
  "name": "shop.pay",
  "args": ,
  "kwargs": ,
  "queue": "celery"
}
`,
    ))

  test('is read back as it was written', () =>
    assert.deepEqual(readRetry(retryText({ ...plan, args: '[1]', kwargs: '{"a":2}' })), {
      ok: true,
      retry: { args: '[1]', kwargs: '{"a":2}', queue: 'celery', name: 'shop.pay' },
    }))

  test('is refused as long as something in it is not known and not written', () => {
    for (const unknown of [plan, { ...plan, args: '[1]' }, { ...plan, args: '[1]', kwargs: '{}', name: null }]) {
      const reading = readRetry(retryText(unknown))
      assert.ok(!reading.ok)
      assert.match(reading.problem, /Something is missing/)
    }
  })

  test('has the cursor where something is missing first, whatever its comments say', () => {
    const before = (unknown: RetryPlan): string => {
      const text = retryText({ ...unknown, argsShown: '"args": ,', kwargsShown: '{' })
      return text.slice(text.indexOf('\n{\n'), firstGap(text))
    }
    assert.equal(before(plan), '\n{\n  "name": "shop.pay",\n  "args": ')
    assert.equal(before({ ...plan, name: null }), '\n{\n  "name": ')
    assert.equal(before({ ...plan, args: '[1]' }), '\n{\n  "name": "shop.pay",\n  "args": [1],\n  "kwargs": ')
    assert.equal(before({ ...plan, args: '[1]', kwargs: '{}' }), '\n')
  })

  test('shows what hides in a name, and reads it back as it was', () => {
    const name = 'a\u202eb\u2028// c\u{e0041}"\u007f é'
    const text = retryText({ ...plan, args: '[]', kwargs: '{}', name, queue: name })
    const body = text.slice(text.indexOf('\n{\n'))
    assert.match(body, /"name": "a\\u202eb\\u2028\/\/ c\\udb40\\udc41\\"\\u007f é"/)
    assert.deepEqual(readRetry(text), { ok: true, retry: { args: '[]', kwargs: '{}', name, queue: name } })
  })

  test('sends what was written, leaves untouched arguments to the bridge, and says the name that was let stand', () => {
    const known = { ...plan, args: '[1]', kwargs: '{"a":2}' }
    const left = { args: '[1]', kwargs: '{"a":2}', name: 'shop.pay', queue: null }
    assert.deepEqual(retryMembers(known, left), { name: 'shop.pay' })
    assert.deepEqual(retryMembers(known, { ...left, args: '[2]', queue: 'mail' }), {
      args: '[2]',
      name: 'shop.pay',
      queue: 'mail',
    })
    assert.deepEqual(retryMembers(known, { ...left, kwargs: '{}', name: null }), { kwargs: '{}' })
    assert.deepEqual(retryMembers({ ...known, source: 'event' }, left), {})
    assert.deepEqual(retryMembers({ ...known, source: 'event' }, { ...left, name: 'shop.other' }), { name: 'shop.other' })
  })

  test('gives the user’s own text: big numbers, escapes, unusual keys and order stay', () => {
    const args = '[12345678901234567890, 1.10, "\\u00e9}, // no comment", {"__proto__": 1, "2": 0, "1": 0}]'
    const kwargs = '{ "b": [{"queue": "]"}],\n "a": 1e400 }'
    const document = `// note: {"args": 1}\n{"kwargs": ${kwargs},\n  // more\n "args": ${args}}`
    assert.deepEqual(readRetry(document), { ok: true, retry: { args, kwargs, queue: null, name: null } })
  })

  const refused: [string, string, RegExp][] = [
    ['no JSON', '{"args": [}', /not valid JSON/],
    ['not an object', '[]', /one JSON object/],
    ['args that are no array', '{"args": {}, "kwargs": {}}', /"args" must be a JSON array/],
    ['kwargs that are no object', '{"args": [], "kwargs": 12345678901234567890}', /"kwargs" must be a JSON object/],
    ['no kwargs', '{"args": []}', /"kwargs" must be/],
    ['a queue that is no name', '{"args": [], "kwargs": {}, "queue": 1}', /"queue" must be/],
    ['a name that is none', '{"args": [], "kwargs": {}, "name": ""}', /"name" must be/],
    ['an unknown member', '{"args": [], "kwargs": {}, "retries": 1}', /"retries" is not known/],
    ['a member given twice', '{"args": [1], "args": [2], "kwargs": {}}', /not valid JSON/],
  ]
  for (const [name, document, problem] of refused) {
    test(`is refused with a sentence: ${name}`, () => {
      const reading = readRetry(document)
      assert.ok(!reading.ok)
      assert.match(reading.problem, problem)
    })
  }

  const kept = { priority: 5, expires: '2026-11-21T12:00:00+00:00', headers: '{"tenant":"acme","big":9007199254740993}' }
  const known: RetryPlan = {
    ...plan,
    args: '[12345678901234567890]',
    kwargs: '{}',
    kept: { ...kept, sentences: ['It keeps its priority.'] },
  }

  test('shows what stands beside the arguments, and takes it back with every digit', () => {
    const text = retryText({ ...known, canvas: '{"chain":[]}' })
    assert.match(text, /^\/\/ It keeps its priority\.$/m)
    assert.match(text, /^ {2}"carryCanvas": false$/m)
    const reading = readRetry(text)
    assert.ok(reading.ok, JSON.stringify(reading))
    assert.equal(reading.retry.args, '[12345678901234567890]')
    assert.deepEqual(reading.retry.options, kept)
    const changed = readRetry(text.replace('"priority": 5', '"priority": null').replace('Canvas": false', 'Canvas": true'))
    assert.ok(changed.ok)
    assert.deepEqual(retryMembers(known, changed.retry), {
      ...kept,
      priority: null,
      carryCanvas: true,
      name: 'shop.pay',
      queue: 'celery',
    })
    assert.deepEqual(retryProblems(text), [])
  })

  const problems: [string, string, string, RegExp][] = [
    ['a gap', '{"args": , "kwargs": {}}', ',', /Something is missing here/],
    ['arguments of another kind', '{"args": {"a": 1}, "kwargs": {}}', '{"a": 1}', /"args" must be a JSON array/],
    [
      'a time without a zone',
      '{"args": [], "kwargs": {}, "eta": "2026-11-21T12:00:00"}',
      '"2026-11-21T12:00:00"',
      /a time with its zone/,
    ],
    ['a priority out of bounds', '{"args": [], "kwargs": {}, "priority": 300}', '300', /from 0 to 255/],
    ['headers that are none', '{"args": [], "kwargs": {}, "headers": [1]}', '[1]', /"headers" must be/],
    ['an unknown member', '{"args": [], "kwargs": {}, "retries": 1}', '"retries"', /"retries" is not known/],
    ['nothing but a list', '[]', '[]', /one JSON object/],
  ]
  for (const [name, document, place, message] of problems) {
    test(`says in one sentence, and at its place, what is wrong: ${name}`, () => {
      const [problem, ...others] = retryProblems(document)
      assert.deepEqual(others, [])
      assert.ok(problem)
      assert.match(problem.message, message)
      assert.equal(document.slice(problem.offset, problem.offset + problem.length), place)
    })
  }

  test('tells several problems at once, and what is missing', () => {
    const messages = retryProblems('{"kwargs": [], "priority": "high"}').map(({ message }) => message)
    assert.equal(messages.length, 3)
    assert.match(messages.join(' '), /"kwargs" must.*"priority" must.*"args" must/)
  })

  test('never throws, and what it accepts is JSON of the right kinds', () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), fc.string(), (args, kwargs, noise) => {
        for (const document of [`{"args": ${args}, "kwargs": ${kwargs}}`, noise]) {
          const reading = readRetry(document)
          if (!reading.ok) continue
          assert.ok(Array.isArray(JSON.parse(reading.retry.args)))
          assert.equal(typeof JSON.parse(reading.retry.kwargs), 'object')
          assert.deepEqual(JSON.parse(reading.retry.args), JSON.parse(args))
        }
      }),
    )
  })
})

describe('the boxes for arguments', () => {
  test('take a JSON array, a JSON object, or nothing', () => {
    assert.equal(argsTextProblem('["a", 12345678901234567890]'), undefined)
    assert.equal(kwargsTextProblem('{"a": null}'), undefined)
    assert.equal(argsTextProblem(' '), undefined)
  })

  test('say what is wrong while the user types', () => {
    assert.match(argsTextProblem('{"a": 1}') ?? '', /must be a JSON array/)
    assert.match(kwargsTextProblem('[1]') ?? '', /must be a JSON object/)
    assert.match(kwargsTextProblem("{'a': 1}") ?? '', /Not valid JSON/)
    assert.match(argsTextProblem('[NaN]') ?? '', /Not valid JSON/)
  })
})
