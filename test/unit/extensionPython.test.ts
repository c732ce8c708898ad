import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readPython } from '../../extension/python/readPython.ts'
import type { Assignment, Expression } from '../../extension/python/module.ts'

const only = <T>(list: readonly T[]): T => {
  assert.equal(list.length, 1)
  return list[0] ?? assert.fail()
}
/** What an expression says, without its places. */
const said = (expression: Expression): unknown =>
  JSON.parse(JSON.stringify(expression, (key, value: unknown) => (key === 'from' || key === 'to' ? undefined : value)))
const valueOf = (literal: string): unknown => said(only(readPython(`x = ${literal}\n`).assignments).value)
const names = (assignments: readonly Assignment[]): (string | null)[] =>
  assignments.map(({ target }) => (target.kind === 'name' ? target.name : null))

describe('Python is read', () => {
  it('assignments: plain, annotated, chained, of attributes and items', () => {
    const { assignments } = readPython(
      'A: bool = True\nb = c = 1\napp.conf.x = False\napp.conf["y"] = None\nd, e = 1, 2\nn += 1\n',
    )
    assert.deepEqual(names(assignments), ['A', 'b', 'c', 'app.conf.x', null])
    assert.deepEqual(said(assignments[4]?.target ?? assert.fail()), {
      kind: 'item',
      of: { kind: 'name', name: 'app.conf' },
      key: { kind: 'string', value: 'y' },
    })
  })

  it('values, as far as they can be told without running anything', () => {
    const cases: [string, unknown][] = [
      ['True', { kind: 'boolean', value: true }],
      ['(False)', { kind: 'boolean', value: false }],
      ['None', { kind: 'none' }],
      ['12_000', { kind: 'number', text: '12_000' }],
      [`'a' "b"`, { kind: 'string', value: 'ab' }],
      [`r'a\\n'`, { kind: 'string', value: 'a\\n' }],
      [`'\\x41\\u00e4\\101\\q\\''`, { kind: 'string', value: `AäA\\q'` }],
      [`"""a\nb"""`, { kind: 'string', value: 'a\nb' }],
      [`f'{x}'`, { kind: 'other' }],
      [`b'x'`, { kind: 'other' }],
      [`'a' + 'b'`, { kind: 'other' }],
      [`[1, # one\n *rest]`, { kind: 'list', items: [{ kind: 'number', text: '1' }], unpacks: true }],
      [
        `f().x`,
        {
          kind: 'attribute',
          of: { kind: 'call', callee: { kind: 'name', name: 'f' }, args: [], keywords: [], unpacks: false },
          name: 'x',
        },
      ],
    ]
    for (const [literal, expected] of cases) assert.deepEqual(valueOf(literal), expected, literal)
  })

  it('functions with their decorators and every kind of parameter', () => {
    const text = `@app.task(bind=True, name='shop.add')
@shared_task
async def add(self, a, /, b: dict[str, int] = 2, *args, c, d=None, **rest) -> int:
    pass
`
    const add = only(readPython(text).functions)
    assert.equal(text.slice(add.nameSpan.from, add.nameSpan.to), 'add')
    assert.equal(add.isAsync, true)
    assert.deepEqual(add.decorators.map(said), [
      {
        kind: 'call',
        callee: { kind: 'name', name: 'app.task' },
        args: [],
        keywords: [
          { name: 'bind', value: { kind: 'boolean', value: true } },
          { name: 'name', value: { kind: 'string', value: 'shop.add' } },
        ],
        unpacks: false,
      },
      { kind: 'name', name: 'shared_task' },
    ])
    assert.deepEqual(
      add.parameters.map(({ name, kind, annotation, standard }) => [name, kind, annotation, standard?.kind ?? null]),
      [
        ['self', 'positional', null, null],
        ['a', 'positional', null, null],
        ['b', 'usual', 'dict[str, int]', 'number'],
        ['args', 'rest', null, null],
        ['c', 'keyword', null, null],
        ['d', 'keyword', null, 'none'],
        ['rest', 'keywords', null, null],
      ],
    )
  })

  it('where things stand: within what, and whether they certainly run', () => {
    const text = 'class Pay(app.Task):\n    name = "pay"\n    if x:\n        def run(self): pass\nif DEBUG:\n    A = 1\n'
    const { classes, functions, assignments } = readPython(text)
    assert.deepEqual(
      classes.map(({ name, bases }) => [name, bases.map(said)]),
      [['Pay', [{ kind: 'name', name: 'app.Task' }]]],
    )
    assert.deepEqual(
      functions.map(({ name, within, conditional }) => [name, within, conditional]),
      [['run', ['Pay'], true]],
    )
    assert.deepEqual(
      assignments.map(({ within, conditional }) => [within, conditional]),
      [
        [['Pay'], false],
        [[], true],
      ],
    )
  })

  it('imports in both forms, with names of their own', () => {
    const text =
      'import os.path, celery.app as ca\nfrom .. import conf\nfrom celery import (Celery as C, # the app\n  shared_task)\nfrom x import *\n'
    assert.deepEqual(
      readPython(text).imports.map(({ module, name, as }) => [module, name, as]),
      [
        ['os.path', null, 'os'],
        ['celery.app', null, 'ca'],
        ['..', 'conf', 'conf'],
        ['celery', 'Celery', 'C'],
        ['celery', 'shared_task', 'shared_task'],
        ['x', '*', '*'],
      ],
    )
  })

  it('calls, and those that are statements of their own', () => {
    const { calls, callStatements } = readPython('chain(add.s(1), add.s(2)).delay()\nx = f()\n')
    assert.equal(calls.length, 5)
    assert.equal(only(callStatements).call.callee.kind, 'attribute')
  })

  it('nothing that is a comment or a text', () => {
    const { assignments, functions, calls } = readPython('# a = 1\n"""\nb = f()\ndef c(): pass\n"""\n')
    assert.deepEqual([assignments, functions, calls], [[], [], []])
  })

  it('what is whole around what is broken', () => {
    const { assignments, functions } = readPython('A = 1\ndef f(:\n    pass\nB = (\nC = 3\ndef g(x): pass\n')
    assert.equal(names(assignments)[0], 'A')
    assert.ok(functions.some(({ name }) => name === 'g'))
  })

  it('whatever is in a file, without throwing and within its bounds', () => {
    const word = fc.constantFrom(
      ...[
        'def ',
        'class ',
        'f',
        '(',
        ')',
        '[',
        ']',
        '{',
        '}',
        ':',
        ',',
        '=',
        '\n',
        '    ',
        '@',
        '"',
        "'",
        '"""',
        '\\',
        '*',
        '/',
        'import ',
      ],
      ...['from ', '.', 'True', '#', 'b', 'x', 'lambda ', '\u0000', '\ud800', '😀'],
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        const text = words.join('')
        const read = readPython(text)
        for (const { from, to } of [...read.assignments, ...read.functions, ...read.calls])
          assert.ok(from >= 0 && from <= to && to <= text.length)
      }),
      { numRuns: 2_000 },
    )
    const nested = 100_000
    assert.doesNotThrow(() => readPython(`x = ${'['.repeat(nested)}`))
    assert.doesNotThrow(() => readPython(`x = ${'f('.repeat(10_000)}${')'.repeat(10_000)}`))
    assert.doesNotThrow(() => readPython(`x = a${'.b'.repeat(nested)}`))
  })
})
