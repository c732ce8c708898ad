import dagre from '@dagrejs/dagre'
import type { Workflow } from '../../broker-bridge/protocol/index.ts'

/** Size of a node, in em: the graph grows with the text in it. */
export const nodeSize = { width: 13, height: 3.1 } as const

export interface Point {
  readonly x: number
  readonly y: number
}

/** Where everything stands, in em from the upper left. */
export interface Layout {
  readonly width: number
  readonly height: number
  /** Upper left corners, by the node's id. */
  readonly nodes: ReadonlyMap<string, Point>
  /** In the order of the workflow's edges. */
  readonly edges: readonly (readonly Point[])[]
}

/** Lays a workflow out in layers from left to right. Half a second for the largest: do it only when `shapeOf` differs. */
export function layOut({ nodes, edges }: Pick<Workflow, 'nodes' | 'edges'>): Layout {
  const graph = new dagre.graphlib.Graph({ multigraph: true })
  graph.setGraph({ rankdir: 'LR', nodesep: 0.8, edgesep: 0.4, ranksep: 3, marginx: 0.5, marginy: 0.5 })
  for (const { id } of nodes) graph.setNode(id, { ...nodeSize })
  edges.forEach(({ from, to }, index) => graph.setEdge(from, to, {}, String(index)))
  dagre.layout(graph)
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number }
  return {
    width,
    height,
    nodes: new Map(nodes.map(({ id }) => [id, corner(graph.node(id) as Point)])),
    edges: edges.map(({ from, to }, index) => {
      const { points } = graph.edge(from, to, String(index)) as { points: Point[] }
      return [beside(graph.node(from) as Point, 1), ...between(points), beside(graph.node(to) as Point, -1)]
    }),
  }
}

/** Where a long edge goes round other nodes; between neighbouring layers one curve is enough. */
function between(points: readonly Point[]): readonly Point[] {
  return points.length > 3 ? points.slice(1, -1) : []
}

/** The middle of a node's right or left side: lines read as going from left to right. */
function beside({ x, y }: Point, side: 1 | -1): Point {
  return { x: x + (side * nodeSize.width) / 2, y }
}

function corner({ x, y }: Point): Point {
  return { x: x - nodeSize.width / 2, y: y - nodeSize.height / 2 }
}

/** Equal for workflows that are laid out in the same way. */
export function shapeOf({ nodes, edges }: Pick<Workflow, 'nodes' | 'edges'>): string {
  return JSON.stringify([nodes.map(({ id }) => id), edges.map(({ from, to }) => [from, to])])
}

/** A soft line through these points, as SVG's path data. */
export function pathOf(points: readonly Point[]): string {
  const [first, ...others] = points
  if (first === undefined) return ''
  let from = first
  const parts = others.map((to) => {
    const reach = 0.7 * (to.x - from.x)
    const part = `C${at(from.x + reach, from.y)} ${at(to.x - reach, to.y)} ${at(to.x, to.y)}`
    from = to
    return part
  })
  return `M${at(first.x, first.y)}${parts.join('')}`
}

function at(x: number, y: number): string {
  return `${x.toFixed(2)},${y.toFixed(2)}`
}
