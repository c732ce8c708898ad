import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { Moment } from '../../broker-bridge/protocol/index.ts'
import { readQuery } from '../../broker-bridge/protocol/index.ts'
import { excerpt, tracebackParts } from '../../webview/feed/tracebackParts.ts'
import type { TracebackPart } from '../../webview/feed/tracebackParts.ts'
import { filterFor } from '../../webview/text/filterFor.ts'
import { lifeSpans, phaseTotals } from '../../webview/text/lifeSpans.ts'
import { shorteningOf } from '../../webview/text/shortened.ts'
import { celeryCall, pythonCall } from '../../webview/text/taskCalls.ts'
import { formatRelative, momentOf } from '../../webview/text/times.ts'
import { jsonTree, pythonTree, sizeOf, valueLines } from '../../webview/text/valueTree.ts'
import type { ValueNode } from '../../webview/text/valueTree.ts'
import { traceback } from '../support/scriptedTasks.ts'

const outline = (parts: readonly TracebackPart[]): unknown[] =>
  parts.map((part) => (part.kind === 'library' ? part.frames.length : part.kind === 'frame' ? part.frame.name : part.kind))

describe('tracebacks', () => {
  test('fold library frames, and say of a chain what led to what', () => {
    const parts = tracebackParts(traceback)
    assert.deepEqual(outline(parts), [3, 'error', 'relation', 2, 'send_invoice', 'deliver', 1, 'error'])
    assert.deepEqual(parts[2], { kind: 'relation', relation: 'cause' })
    const last = parts.at(-1)
    assert.ok(last?.kind === 'error' && last.text.startsWith('requests.exceptions.ConnectionError'))
    const context = traceback.replace(/The above.*:/, 'During handling of the above exception, another exception occurred:')
    assert.deepEqual(tracebackParts(context)[2], { kind: 'relation', relation: 'context' })
  })

  test('of Celery run from a checkout, of Windows and of a zip fold as well; modules of the same name do not', () => {
    const frame = (file: string): string => `  File "${file}", line 1, in f\n    f()`
    const libraries = [
      '/src/celery/celery/app/trace.py',
      '/src/billiard/billiard/pool.py',
      'C:\\Python311\\Lib\\json\\decoder.py',
      'C:\\venv\\Lib\\site-packages\\kombu\\x.py',
      '/usr/lib/python311.zip/json/decoder.py',
      '<frozen importlib._bootstrap>',
      '/opt/lib64/python3.12/asyncio/runners.py',
    ]
    const own = ['/srv/shop/celery/tasks.py', '/srv/shop/app/task.py', '/srv/mylib/python/x.py', '/srv/shop/celery.py']
    assert.deepEqual(outline(tracebackParts(libraries.map(frame).join('\n'))), [libraries.length])
    assert.deepEqual(outline(tracebackParts(own.map(frame).join('\n'))), ['f', 'f', 'f', 'f'])
  })

  test('keep every line that is no heading and no frame, in parts of a bounded size', () => {
    const notes = Array.from({ length: 1_000 }, (_, n) => `note ${n}`)
    const parts = tracebackParts(`${traceback}${notes.join('\n')}`)
    const text = parts.map((part) => ('text' in part ? part.text : '')).join('\n')
    for (const note of notes) assert.ok(text.includes(note))
    assert.ok(parts.every((part) => !('text' in part) || part.text.split('\n').length <= 40))
    assert.deepEqual(outline(tracebackParts('[Previous line repeated 983 more times]\nRecursionError: x')), ['text'])
  })

  test('of any shape are read without throwing', () => {
    for (const odd of ['', '\n\n', 'no traceback at all', 'x'.repeat(100_000), '  File "', '    deeper\n'.repeat(50)])
      tracebackParts(odd)
  })

  test('of a hundred thousand lines are shown in part: the beginning, and more of the end', () => {
    const long = tracebackParts(
      Array.from({ length: 50_000 }, (_, n) => `  File "a.py", line ${n + 1}, in f\n    f()`).join('\n'),
    )
    assert.equal(long.length, 50_000)
    const { head, hidden, tail } = excerpt(long, 240)
    assert.deepEqual([head.length, hidden, tail.length], [60, 49_760, 180])
    assert.equal(tail.at(-1), long.at(-1))
    assert.deepEqual(excerpt(long.slice(0, 240), 240), { head: long.slice(0, 240), hidden: 0, tail: [] })
  })
})

/** `P0 R1 S3 O4`: moments at their seconds. */
const letters: Readonly<Record<string, string>> = {
  P: 'PENDING',
  R: 'RECEIVED',
  S: 'STARTED',
  T: 'RETRY',
  G: 'PROGRESS',
  O: 'SUCCESS',
}
const life = (text: string): Moment[] =>
  text.split(' ').map((word) => ({
    state: letters[word[0] ?? ''] ?? '',
    at: Number(word.slice(1)),
    worker: word.startsWith('P') ? 'gen@p' : 'w@a',
    exception: null,
  }))

describe('the time between moments', () => {
  const told = (text: string): string =>
    lifeSpans(life(text))
      .slice(1)
      .map(({ since, skew }) => (skew === null ? `${since?.phase ?? '?'} ${since?.seconds ?? '?'}` : `skew ${skew}`))
      .join(', ')
  const lives: [string, string][] = [
    ['P0 R1 S3 O7', 'queued 1, held 2, ran 4'],
    ['R1 S3 G4 O7', 'held 2, ran 1, ran 3'],
    // A retry's message comes before the attempt before it is seen to end, or after.
    ['R1 S2 R3 T4 S9 O10', 'held 1, ran 1, ran 1, held 5, ran 1'],
    ['R1 S2 T3 R5 S9 O10', 'held 1, ran 1, again 2, held 4, ran 1'],
    ['R1 S2 P3 T4 R5 S6', 'held 1, ran 1, ran 1, again 1, held 1'],
    ['R1 S2 O3 R5 S6', 'held 1, ran 1, rested 2, held 1'],
    // The publisher's clock is ahead: said in words, never as a negative time.
    ['R1 S2 P2.5 O3', 'held 1, skew 1.5, ran 0.5'],
  ]
  for (const [text, expected] of lives) test(`of ${text} is ${expected}`, () => assert.equal(told(text), expected))

  test('adds up by what it was', () =>
    assert.deepEqual(phaseTotals(lifeSpans(life('P0 R1 S2 T3 R5 S9 O10'))), [
      { phase: 'queued', seconds: 1 },
      { phase: 'held', seconds: 5 },
      { phase: 'ran', seconds: 2 },
      { phase: 'again', seconds: 2 },
    ]))
})

describe('values', () => {
  const paths = (root: ValueNode | null, shown = 100): string[] =>
    root === null
      ? []
      : valueLines(root, { isOpen: () => true, shown: () => shown }).map(
          ({ path, hidden, node }) => `${path} ${hidden === null ? node.text : `+${hidden}`}`,
        )

  test('are a tree with the very digits and texts, whatever could not be read staying as it is written', () => {
    const tree = pythonTree("(123456789012345678901, {'a': [datetime.date(2024, 1, 2)]}, 'x')")
    assert.deepEqual(paths(tree), [
      '/0 123456789012345678901',
      "/1 {'a': [datetime.date(2024, 1, 2)]}",
      '/1/0 [datetime.date(2024, 1, 2)]',
      '/1/0/0 datetime.date(2024, 1, 2)',
      '/2 x',
    ])
    assert.equal(pythonTree("('unclosed"), null)
  })

  test('of long lists are shown in portions', () =>
    assert.deepEqual(paths(pythonTree('[1, 2, 3, 4, 5]'), 2), ['/0 1', '/1 2', '/more +3']))

  test('of JSON are a tree as well', () => {
    assert.deepEqual(paths(jsonTree('{"a": [1, null], "__proto__": "x"}')), ['/0 [1,null]', '/0/0 1', '/0/1 null', '/1 x'])
    assert.equal(jsonTree('{'), null)
  })

  test('say their size, and where something is missing that there is more', () => {
    const sizes = ['()', '(1,)', '(1, ...)', "{'a': 1}", '[...]', '1'].map((text) => {
      const tree = pythonTree(text)
      return tree && sizeOf(tree)
    })
    assert.deepEqual(sizes, ['empty tuple', 'tuple of 1', 'tuple of 1 or more', 'dict of 1', 'list, too deep to be shown', null])
  })

  test('that were shortened say by whom, and which setting changes it', () => {
    assert.equal(shorteningOf("('a', 1)", 'args'), null)
    assert.match(shorteningOf("('a...', ...)", 'args')?.code ?? '', /^app\.amqp\.argsrepr_maxsize = /)
    assert.match(shorteningOf("{'a': 'b...', ...}", 'kwargs')?.code ?? '', /^app\.amqp\.kwargsrepr_maxsize = /)
    assert.match(shorteningOf("'a...'", 'result')?.code ?? '', /resultrepr_maxsize/)
    const deep = shorteningOf("({'a': {'b': {...}}},)", 'args')
    assert.match(deep?.why ?? '', /three levels/)
    assert.equal(deep?.code, null)
    assert.match(shorteningOf("('a… [shortened by Warren]", 'args')?.why ?? '', /^Warren/)
  })
})

/** No shell takes a NUL, and half a character is none. */
const isUnicode = (text: string): boolean => !/[\0\p{Cs}]/u.test(text)

describe('calls to paste', () => {
  const task = { name: 'shop.mail.send', args: "(12345678901234567890, 'a b')", kwargs: "{'notify': True}", queue: null }

  test('are Python with its import, exact to the last digit', () => {
    const expected = "from shop.mail import send\n\nsend.delay(12345678901234567890, 'a b', notify=True)"
    assert.deepEqual(pythonCall(task), { text: expected, complete: true })
    assert.match(pythonCall({ ...task, queue: 'mail' }).text, /send\.apply_async\(args=\(.*\), kwargs=\{.*\}, queue='mail'\)$/)
    assert.match(pythonCall({ ...task, kwargs: "{'no name': 1}" }).text, /apply_async\(args=.*, kwargs=\{'no name': 1\}\)$/)
    assert.match(pythonCall({ ...task, args: '()', kwargs: '{}' }).text, /send\.delay\(\)$/)
    assert.match(pythonCall({ ...task, name: "Pay 'it'" }).text, /^app\.send_task\('Pay \\'it\\'', args=/)
    assert.match(pythonCall({ ...task, name: 'shop.class.send' }).text, /^app\.send_task\('shop\.class\.send'/)
  })

  test('are a line for a shell, quoted', () => {
    assert.equal(
      celeryCall({ ...task, queue: 'mail; rm -rf /' }).text,
      `celery -A shop call shop.mail.send --args='[12345678901234567890, "a b"]' --kwargs='{"notify": true}' --queue='mail; rm -rf /'`,
    )
    assert.match(celeryCall({ ...task, name: "it's" }).text, /^celery -A your_app call 'it'\\''s' /)
    assert.match(celeryCall({ ...task, name: 'a\n\u001b[31m' }).text, /call \$'a\\u000a\\u001b\[31m' /)
    assert.match(celeryCall({ ...task, name: '--help' }).text, /call '--help' /)
  })

  const texts = fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }).filter(isUnicode), {
    minLength: 300,
    maxLength: 300,
  })

  const nasty = [
    "it's",
    'a\n\u001b[31m',
    '$(id)',
    '`id`',
    '\\',
    "\\'",
    '"',
    '-n',
    '!x',
    '~',
    '*',
    '\u0085\u202e',
    '\u{e0001}',
    'ä😀',
  ]
  const drawn = (): string[] => [...nasty, ...fc.sample(texts, 1).flat()]

  test('reach a real bash as the very words, whatever is in them', () => {
    const names = drawn()
    const lines = names.map((name) => celeryCall({ ...task, name, queue: name }).text)
    const script = `celery() { printf '%s\\0' "$4" "\${7#--queue=}"; }\n${lines.join('\n')}`
    const said = execFileSync('/bin/bash', ['-s'], { input: script, encoding: 'utf8', env: { LC_ALL: 'C.UTF-8' } })
    assert.deepEqual(
      said.split('\0').slice(0, -1),
      names.flatMap((name) => [name, name]),
    )
  })

  test('reach a real Python as the very texts, whatever is in them', () => {
    const names = drawn()
    const calls = names.map((name) => pythonCall({ ...task, name: `${name} x`, queue: name }).text)
    const script = `import json, sys\nclass app:\n    def send_task(name, args, kwargs, queue): said.append([name, queue])\nsaid = []\n${calls.join('\n')}\nprint(json.dumps(said))`
    const said = execFileSync('python3', ['-'], { input: script, encoding: 'utf8' })
    assert.deepEqual(
      JSON.parse(said),
      names.map((name) => [`${name} x`, name]),
    )
  })

  for (const doubtful of ["('a...', ...)", '(datetime.date(2024, 1, 2),)', '(<x>,)', null, "('\u202e',)", "('a\n# b',)"]) {
    test(`of ${JSON.stringify(doubtful)} say that they are not complete, and do not run`, () => {
      for (const call of [pythonCall({ ...task, args: doubtful }), celeryCall({ ...task, args: doubtful })]) {
        assert.equal(call.complete, false)
        assert.match(call.text, /<complete them>/)
        const [comment = ''] = call.text.split('\n')
        assert.match(comment, /^# The arguments are not known exactly/)
        assert.ok(!/[\p{Cc}\p{Cf}]/u.test(call.text.replaceAll('\n', '')), 'nothing in it acts')
        assert.equal(call.text.split('\n').filter((line) => line.startsWith('#')).length, 1)
      }
    })
  }
})

describe('facts', () => {
  test('a time is read only where it names its zone, and told as a distance', () => {
    assert.equal(momentOf('2026-11-21T00:11:23.177521+00:00'), Date.UTC(2026, 10, 21, 0, 11, 23, 177) / 1000)
    assert.equal(momentOf('2026-11-21T00:11:23'), null)
    assert.equal(momentOf('soon'), null)
    const told = [10, 400, -7_300, 0.4, Number.NaN].map((distance) => formatRelative(1_000 + distance, 1_000))
    assert.deepEqual(told, ['in 10 s', 'in 6 min', '2 h ago', 'now', '–'])
  })

  test('a link’s filter finds just this value, whatever is in it', () => {
    for (const value of ['shop@worker-1', 'a b', 'a*b', 'a"b', '(x)', 'name:y', 'OR', '-a']) {
      const text = filterFor('worker', value)
      assert.ok(text)
      const query = { kind: 'text', field: 'worker', pattern: { parts: [value.toLowerCase()] } }
      assert.deepEqual(readQuery(text, 0), { ok: true, query })
    }
    assert.equal(filterFor('root', 'x'.repeat(5_000)), null)
  })
})
