import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Workflow } from '../../broker-bridge/protocol/index.ts'
import { DrawingBoard } from '../../webview/workflow/drawing.ts'
import { layOut, nodeSize, pathOf } from '../../webview/workflow/layout.ts'
import { outlineOf, walk } from '../../webview/workflow/walk.ts'
import { countsOf, groupQuery, spokenNode, summaryOf } from '../../webview/workflow/words.ts'
import { chain, chord, group, largeGroup, workflowOf, workflowTask } from '../support/scriptedWorkflows.ts'

/** Any workflow as a bridge tells it: each node stands behind earlier ones. */
const workflows = fc.array(fc.array(fc.nat(40), { maxLength: 3 }), { minLength: 1, maxLength: 40 }).map((nodes): Workflow => {
  const edges = nodes.flatMap((from, to) => [...new Set(from)].filter((place) => place < to).map((place) => `n${place}>n${to}`))
  return workflowOf(
    nodes.map((_, place) => workflowTask(`n${place}`)),
    edges,
  )
})

test('every node has a place of its own, and every edge leads to the right', () => {
  fc.assert(
    fc.property(workflows, (workflow) => {
      const { nodes, edges, width, height } = layOut(workflow)
      const places = [...nodes.values()]
      for (const { x, y } of places) assert.ok(x >= 0 && y >= 0 && x + nodeSize.width <= width && y + nodeSize.height <= height)
      for (const [place, one] of places.entries()) {
        for (const other of places.slice(place + 1)) {
          const apart = Math.abs(one.x - other.x) >= nodeSize.width || Math.abs(one.y - other.y) >= nodeSize.height
          assert.ok(apart, 'no node lies on another')
        }
      }
      for (const points of edges) assert.ok((points[0]?.x ?? 0) < (points.at(-1)?.x ?? 0))
    }),
    { numRuns: 30 },
  )
  assert.equal(pathOf([]), '')
})

test('read as a tree, a workflow holds each node once, one level below one of those it comes from', () => {
  fc.assert(
    fc.property(workflows, (workflow) => {
      const lines = outlineOf(workflow)
      const levels = new Map(lines.map(({ node, level }) => [node.id, level]))
      assert.equal(levels.size, workflow.nodes.length)
      assert.equal(lines.length, workflow.nodes.length)
      for (const { node, level } of lines) {
        const before = workflow.edges.filter(({ to }) => to === node.id).map(({ from }) => levels.get(from))
        assert.ok(before.length === 0 ? level === 1 : before.includes(level - 1))
      }
    }),
  )
  assert.deepEqual(
    outlineOf(chord).map(({ node, level }) => `${level} ${node.id}`),
    ['1 collect', '2 front', '3 join', '4 publish', '2 back', '2 left', '2 right', '2 top'],
  )
})

test('arrows lead along edges and within a layer, and stop at the ends', () => {
  const layout = layOut(chord)
  const from = (id: string, key: string) => walk(chord, layout, id, key)
  assert.equal(from('join', 'ArrowRight'), 'publish')
  assert.equal(from('publish', 'ArrowRight'), undefined)
  assert.equal(from('collect', 'ArrowLeft'), undefined)
  assert.equal(from('front', 'ArrowLeft'), 'collect')
  assert.equal(from('collect', 'ArrowUp'), undefined)
  assert.equal(from('publish', 'Home'), 'collect')
  assert.equal(from('publish', 'x'), undefined)
  const layer = ['front', 'back', 'left', 'right', 'top'].sort(
    (one, other) => (layout.nodes.get(one)?.y ?? 0) - (layout.nodes.get(other)?.y ?? 0),
  )
  for (const [place, id] of layer.entries()) assert.equal(from(id, 'ArrowDown'), layer[place + 1])
})

test('a drawing keeps its places while only states change, and a growing one is not laid out all the time', () => {
  let now = 0
  // Each look at the clock finds it a moment later, so that a layout takes ten.
  const board = new DrawingBoard(() => (now += 10))
  const first = board.draw(chain)
  const [reserve = workflowTask('reserve'), ...others] = chain.nodes
  const changed = board.draw({ ...chain, nodes: [{ ...reserve, ...workflowTask('reserve', { state: 'RETRY' }) }, ...others] })
  assert.equal(changed.drawing.layout, first.drawing.layout)
  assert.partialDeepStrictEqual(changed.drawing.workflow.nodes[0], { state: 'RETRY' })
  const grown = workflowOf([...chain.nodes, workflowTask('ship')], ['reserve>charge', 'charge>charge-again', 'charge>ship'])
  const waiting = board.draw(grown)
  assert.equal(waiting.drawing.layout, first.drawing.layout)
  assert.ok(waiting.wait > 0)
  now += waiting.wait
  const drawn = board.draw(grown)
  assert.deepEqual([drawn.wait, drawn.drawing.layout.nodes.size], [0, 4])
  const other = board.draw({ ...group, asked: 'render', askedNode: 'render' })
  assert.deepEqual([other.wait, other.drawing.layout.nodes.size], [0, 6], 'another workflow does not wait')
})

test('words say how a workflow stands, what failed first', () => {
  assert.equal(summaryOf(chain), '2 of 3 tasks ended, 1 failed')
  assert.equal(countsOf({ SUCCESS: 9_120, FAILURE: 1, STARTED: 8 }), '1 failure, 9,120 success, 8 started')
  assert.equal(spokenNode({ kind: 'unseen', id: 'x' }), 'A task of which no event was seen, x')
  const [, many] = largeGroup.nodes
  assert.ok(many?.kind === 'group')
  assert.match(spokenNode(many), /^10,000 tasks shop\.tasks\.mail\.send_invoice: 37 failure, /)
  assert.equal(groupQuery(many, 'month'), 'parent:month name:shop.tasks.mail.send_invoice')
  assert.equal(groupQuery({ ...many, parent: null, name: null }, 'month'), 'root:month')
  assert.equal(groupQuery({ ...many, parent: 'x'.repeat(5_000) }, 'month'), null)
})
