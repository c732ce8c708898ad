import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { RetryPlan } from '../../broker-bridge/protocol/index.ts'
import { testText } from '../../extension/pythonTasks/testText.ts'

const plan = (args: string | null, kwargs: string | null): RetryPlan => ({
  ...{ connection: 'c', id: 'an-id', name: 'shop.pay', source: 'event', explanation: 'From an event.', args, kwargs },
  ...{ argsShown: '(1, …)', kwargsShown: '{}', queue: 'q', queueSource: '', queueChoices: [], canvas: null },
})
const failed = { id: 'an-id', state: 'FAILURE', exception: "shop.errors.Refused('no')", result: null }

describe('a task as a test', () => {
  test('fails as it failed', () =>
    assert.equal(
      testText('shop.tasks.pay', failed, plan('[1,"a",null,{"b":[true,9007199254740993]}]', '{}'), undefined),
      `import pytest

from shop.tasks import pay


def test_pay_fails():
    # Task an-id. From an event.
    args = [1, "a", None, {"b": [True, 9007199254740993]}]
    kwargs = {}
    with pytest.raises(Exception) as raised:
        pay(*args, **kwargs)
    assert type(raised.value).__name__ == "Refused"
    # It was shop.errors.Refused('no')
`,
    ))

  test('arguments that are not known are left to be written', () =>
    assert.match(
      testText('pay', failed, plan(null, '{}'), undefined),
      /perhaps shortened: \(1, …\)\n {4}args = \[\] {2}# write them here/,
    ))

  test('a name of its own is imported by where its code stands', () => {
    const definition = { given: 'pay', dotted: 'shop.money.charge', path: 'shop/money.py', from: 0, parameters: [] }
    assert.match(testText('pay', failed, plan('[]', '{}'), definition), /from shop\.money import charge/)
  })

  test('whatever came from the broker is no code: Python reads the file, and finds nothing but what stands here', () => {
    const hostile = fc.oneof(
      fc.constantFrom(
        '"""',
        "'''",
        '\n__import__("os")',
        '\u2028x()',
        '\\',
        '"+evil()+"',
        '\r\nevil()',
        '\u202Eevil',
        '#\fevil()',
      ),
      fc.string({ unit: 'binary' }),
    )
    const texts = fc.sample(
      fc
        .tuple(hostile, hostile, hostile)
        .map(([name, exception, value]) =>
          testText(
            name,
            { ...failed, id: name, exception },
            plan(JSON.stringify([value]), JSON.stringify({ [value]: value })),
            undefined,
          ),
        ),
      60,
    )
    const check = `
import ast, json, sys
for text in json.load(sys.stdin):
    tree = ast.parse(text)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert len(tree.body) <= 3 and len(names - {"pytest", "raised", "args", "kwargs", "Exception", "type"}) == 1, text
print("fine")`
    assert.equal(execFileSync('python3', ['-c', check], { input: JSON.stringify(texts), encoding: 'utf8' }).trim(), 'fine')
  })
})
