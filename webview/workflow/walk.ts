import type { Workflow, WorkflowNode } from '../../broker-bridge/protocol/index.ts'
import type { Layout, Point } from './layout.ts'

type Graph = Pick<Workflow, 'nodes' | 'edges'>

/** One line of the workflow read as a tree. */
export interface OutlineLine {
  readonly node: WorkflowNode
  /** 1 for what nothing stands before. */
  readonly level: number
}

/** The nodes as a tree is read: each under the first of those it comes from, in the order of the workflow. */
export function outlineOf({ nodes, edges }: Graph): OutlineLine[] {
  const parents = new Map<string, string>()
  for (const { from, to } of edges) if (!parents.has(to)) parents.set(to, from)
  const children = new Map<string | undefined, WorkflowNode[]>()
  for (const node of nodes) {
    const parent = parents.get(node.id)
    const siblings = children.get(parent)
    if (siblings) siblings.push(node)
    else children.set(parent, [node])
  }
  // Without recursion: a chain may be hundreds of steps long.
  const lines: OutlineLine[] = []
  const waiting = (children.get(undefined) ?? []).map((node) => ({ node, level: 1 })).reverse()
  for (let line = waiting.pop(); line !== undefined; line = waiting.pop()) {
    const { node, level } = line
    lines.push(line)
    for (const child of (children.get(node.id) ?? []).toReversed()) waiting.push({ node: child, level: level + 1 })
  }
  return lines
}

/** The node an arrow key leads to: along an edge to the right or left, to the next in the same layer above or below. */
export function walk(graph: Graph, layout: Layout, from: string, key: string): string | undefined {
  switch (key) {
    case 'ArrowRight':
      return nearest(
        layout,
        from,
        graph.edges.filter((edge) => edge.from === from).map(({ to }) => to),
      )
    case 'ArrowLeft':
      return nearest(
        layout,
        from,
        graph.edges.filter((edge) => edge.to === from).map((edge) => edge.from),
      )
    case 'ArrowDown':
      return nearest(
        layout,
        from,
        inLayer(layout, from, (place, own) => place.y > own.y),
      )
    case 'ArrowUp':
      return nearest(
        layout,
        from,
        inLayer(layout, from, (place, own) => place.y < own.y),
      )
    case 'Home':
      return graph.nodes[0]?.id
    case 'End':
      return graph.nodes.at(-1)?.id
    default:
      return undefined
  }
}

function inLayer(layout: Layout, from: string, fits: (place: Point, own: Point) => boolean): string[] {
  const own = layout.nodes.get(from)
  if (!own) return []
  const same = [...layout.nodes].filter(([, place]) => Math.abs(place.x - own.x) < 1 && fits(place, own))
  return same.map(([id]) => id)
}

function nearest(layout: Layout, from: string, ids: readonly string[]): string | undefined {
  const own = layout.nodes.get(from)?.y ?? 0
  const away = (id: string): number => Math.abs((layout.nodes.get(id)?.y ?? 0) - own)
  return ids.toSorted((one, other) => away(one) - away(other))[0]
}
