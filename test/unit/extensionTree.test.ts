import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { ViewNode } from '../../extension/views/node.ts'
import { treeChange } from '../../extension/views/treeChanges.ts'
import { TreeLines } from '../../extension/views/treeLines.ts'

describe('drawing again', () => {
  const leaf = (id: string, description = ''): ViewNode => ({
    id,
    label: id,
    description,
    contextValue: '',
    accessibility: id,
    expand: 'none',
  })
  const parent = (id: string, ...children: ViewNode[]): ViewNode => ({ ...leaf(id), expand: 'expanded', children })

  test('touches nothing when nothing changed', () =>
    assert.deepEqual(treeChange([parent('a', leaf('b'))], [parent('a', leaf('b'))]), { kind: 'some', ids: [] }))

  test('touches only the line that changed, however deep', () =>
    assert.deepEqual(treeChange([parent('a', leaf('b'), leaf('c'))], [parent('a', leaf('b'), leaf('c', 'new'))]), {
      kind: 'some',
      ids: ['c'],
    }))

  test('touches the parent whose children came or went', () =>
    assert.deepEqual(treeChange([parent('a', leaf('b')), leaf('z')], [parent('a', leaf('b'), leaf('c')), leaf('z')]), {
      kind: 'some',
      ids: ['a'],
    }))

  test('touches everything when the first level came, went or moved', () => {
    assert.deepEqual(treeChange([leaf('a')], [leaf('a'), leaf('b')]), { kind: 'all' })
    assert.deepEqual(treeChange([leaf('a'), leaf('b')], [leaf('b'), leaf('a')]), { kind: 'all' })
  })
})

describe('the lines of a tree', () => {
  const nodes = (...ids: string[]): ViewNode[] =>
    ids.map((id) => ({ id, label: id, contextValue: '', accessibility: id, expand: 'none' }))

  test('are the same objects while the thing is the same', () => {
    const lines = new TreeLines()
    const [name] = lines.below(undefined, nodes('name'))
    const [, second] = lines.below('name', nodes('1', '2'))
    assert.equal(lines.below('name', nodes('2', '3'))[0], second)
    assert.equal(lines.below(undefined, nodes('other', 'name'))[1], name)
  })

  test('stay few however many tasks pass through', () => {
    const lines = new TreeLines()
    lines.below(undefined, nodes('name'))
    for (let task = 0; task < 1_000; task++) lines.below('name', nodes(`${task}`, `${task + 1}`))
    assert.equal(lines.size, 3)
    lines.below(undefined, [])
    assert.equal(lines.size, 0)
    lines.below('name', nodes('late'))
    assert.equal(lines.size, 0)
  })
})
