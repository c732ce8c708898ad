import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { HeldChildren } from '../../extension/views/heldChildren.ts'
import type { ViewNode } from '../../extension/views/node.ts'

const node = (id: string, revision?: string): ViewNode => ({
  ...{ id, label: id, contextValue: '', accessibility: id, expand: 'none' },
  ...(revision === undefined ? {} : { revision }),
})

describe('what stands below lines', () => {
  const setUp = () => {
    const asked: string[] = []
    const held = new HeldChildren((parent) => {
      asked.push(`${parent.id}@${parent.revision ?? ''}`)
      return Promise.resolve([node(`${parent.id}/${parent.revision ?? ''}`)])
    })
    return { asked, held }
  }

  test('is asked for once as long as its line stays as it is', async () => {
    const { asked, held } = setUp()
    const [first] = await held.of(node('a', '1'))
    assert.equal((await held.of(node('a', '1')))[0], first)
    assert.equal((await held.of(node('a', '2')))[0]?.id, 'a/2')
    assert.deepEqual(asked, ['a@1', 'a@2'])
  })

  test('is asked for before its line is drawn again, and given at once then', async () => {
    const { asked, held } = setUp()
    for (const id of ['a', 'b', 'c']) await held.of(node(id, '1'))
    const now = new Map([
      ['a', node('a', '2')],
      ['b', node('b', '1')],
    ])
    await held.follow((id) => now.get(id))
    assert.deepEqual(asked.slice(3), ['a@2'])
    await held.of(node('a', '2'))
    assert.equal(asked.length, 4)
    await held.of(node('c', '1'))
    assert.deepEqual(asked.slice(4), ['c@1'], 'what was held of a line that went is let go')
  })

  test('is asked for each time below lines that have no revision, and once more after it was forgotten', async () => {
    const { asked, held } = setUp()
    await held.of(node('queue'))
    await held.of(node('queue'))
    await held.follow(() => node('queue'))
    await held.of(node('a', '1'))
    held.forget('a')
    await held.of(node('a', '1'))
    held.forget()
    await held.of(node('a', '1'))
    assert.deepEqual(asked, ['queue@', 'queue@', 'a@1', 'a@1', 'a@1'])
  })
})
