import type { Workflow } from '../../broker-bridge/protocol/index.ts'
import { layOut, shapeOf } from './layout.ts'
import type { Layout } from './layout.ts'
import { outlineOf } from './walk.ts'
import type { OutlineLine } from './walk.ts'

/** A workflow together with where it is drawn. */
export interface Drawing {
  readonly workflow: Workflow
  readonly layout: Layout
  readonly outline: readonly OutlineLine[]
}

/** How much longer a layout stands than it took to make: a growing workflow must not take the page's whole time. */
const rest = 10

/** Keeps a workflow's drawing: states change at once, places only when the shape did, and not too often. */
export class DrawingBoard {
  #drawing: Drawing | null = null
  #shape = ''
  #restsUntil = 0
  readonly #now: () => number

  /** @param now milliseconds of a clock that only goes forward */
  constructor(now: () => number) {
    this.#now = now
  }

  /** @returns the drawing, and in how many milliseconds a newer one can be made; 0 where it is of this workflow */
  draw(workflow: Workflow): { readonly drawing: Drawing; readonly wait: number } {
    const shape = shapeOf(workflow)
    const before = this.#drawing
    const begun = this.#now()
    if (before && shape !== this.#shape && begun < this.#restsUntil && hasNode(before, workflow.askedNode))
      return { drawing: before, wait: this.#restsUntil - begun }
    const layout = before && shape === this.#shape ? before.layout : layOut(workflow)
    this.#shape = shape
    this.#drawing = { workflow, layout, outline: outlineOf(workflow) }
    if (layout !== before?.layout) this.#restsUntil = this.#now() + rest * (this.#now() - begun)
    return { drawing: this.#drawing, wait: 0 }
  }
}

function hasNode({ layout }: Drawing, id: string): boolean {
  return layout.nodes.has(id)
}
