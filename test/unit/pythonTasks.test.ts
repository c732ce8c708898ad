import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { callProblem, signaturePrompt, signatureText } from '../../extension/pythonTasks/signature.ts'
import { definitionOf, readTaskDefinitions } from '../../extension/pythonTasks/taskDefinitions.ts'
import type { TaskDefinition } from '../../extension/pythonTasks/taskDefinitions.ts'

const file = `
from celery import shared_task
from shop.celery import app

@shared_task
def charge(order_id: int, amount, /, note="a b", *rest, currency: str = 'EUR', **more):
    pass

@app.task(bind=True, name="shop.refund", max_retries=3)
def refund(self, order_id, *, reason):
    pass

@app.task
async def plain():
    pass

def no_task(x):
    pass

class Work:
    @app.task
    def method(self): pass

@pytest.mark.task_like
def other(): pass
`
const tasks = readTaskDefinitions('src/shop/orders/tasks.py', file)
const find = (name: string): TaskDefinition => {
  const found = definitionOf(name, tasks)
  assert.ok(found, name)
  return found
}

describe('tasks that files define', () => {
  test('by what decorates them', () =>
    assert.deepEqual(
      tasks.map(({ dotted, given }) => [dotted, given]),
      [
        ['src.shop.orders.tasks.charge', null],
        ['src.shop.orders.tasks.refund', 'shop.refund'],
        ['src.shop.orders.tasks.plain', null],
      ],
    ))

  test('are found by the names workers registered', () => {
    assert.equal(find('shop.orders.tasks.charge').dotted, 'src.shop.orders.tasks.charge')
    assert.equal(find('shop.refund').dotted, 'src.shop.orders.tasks.refund')
    assert.equal(definitionOf('orders.tasks.refund', tasks), undefined, 'its name is another one')
    assert.equal(definitionOf('asks.plain', tasks), undefined)
    assert.equal(readTaskDefinitions('shop/tasks/__init__.py', '@app.task\ndef a(): pass\n')[0]?.dotted, 'shop.tasks.a')
  })

  test('no text makes the reading throw', () => {
    fc.assert(fc.property(fc.string(), (text) => void readTaskDefinitions('a.py', `${text}\n@app.task\ndef f(${text}): pass`)))
  })
})

describe('what they are called with', () => {
  test('as their author would write it', () => {
    assert.equal(
      signatureText('shop.charge', find('orders.tasks.charge').parameters),
      'charge(order_id: int, amount, /, note="a b", *rest, currency: str="EUR", **more)',
    )
    assert.equal(signatureText('refund', find('shop.refund').parameters), 'refund(order_id, *, reason)')
    const link = {
      name: 'x',
      kind: 'usual',
      from: 0,
      to: 0,
      annotation: '[Fix](command:workbench.action.terminal.new)',
      standard: null,
    } as const
    assert.equal(signaturePrompt('shop.pay', [link]), 'pay(x: [Fix] (command:workbench.action.terminal.new))')
  })

  const problem = (name: string, count: number, keywords: string[] = []): string | undefined =>
    callProblem(find(name).parameters, count, keywords)

  test('what Python would refuse is said', () => {
    assert.equal(problem('shop.refund', 1, ['reason']), undefined)
    assert.match(problem('shop.refund', 2, ['reason']) ?? '', /at most 1 positional arguments, and here are 2/)
    assert.match(problem('shop.refund', 0, ['reason']) ?? '', /also needs “order_id”/)
    assert.match(problem('shop.refund', 1) ?? '', /also needs “reason”/)
    assert.match(problem('shop.refund', 1, ['reason', 'order_id']) ?? '', /“order_id” is given twice/)
    assert.match(problem('shop.refund', 1, ['reason', 'rason']) ?? '', /no parameter “rason”; it has order_id, reason/)
    assert.equal(problem('orders.tasks.charge', 9, ['anything']), undefined)
    assert.match(problem('orders.tasks.charge', 0, ['order_id', 'amount']) ?? '', /also needs “order_id”, “amount”/)
    assert.equal(problem('tasks.plain', 0), undefined)
  })
})
