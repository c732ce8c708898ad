import type { Target, ViewNode } from './node.ts'

/** The element VS Code holds: one object per id, whose line may change. */
export class TreeLine {
  node: ViewNode

  constructor(node: ViewNode) {
    this.node = node
  }

  get target(): Target | undefined {
    return this.node.target
  }
}

/** The lines of one tree by id: those that stand in it and no others, however many tasks passed through. */
export class TreeLines {
  readonly #lines = new Map<string, TreeLine>()
  /** Ids below each line whose children were drawn; below undefined those of the first level. */
  readonly #below = new Map<string | undefined, ReadonlySet<string>>()

  get size(): number {
    return this.#lines.size
  }

  get(id: string): TreeLine | undefined {
    return this.#lines.get(id)
  }

  /** The line a line stands below; undefined for one of the first level. */
  parentOf(id: string): TreeLine | undefined {
    for (const [parent, ids] of this.#below) if (parent !== undefined && ids.has(id)) return this.#lines.get(parent)
    return undefined
  }

  /** The lines that stand below a parent from now on. What stood there before and does no longer is let go. */
  below(parent: string | undefined, nodes: readonly ViewNode[]): TreeLine[] {
    const ids = new Set(nodes.map(({ id }) => id))
    for (const id of this.#below.get(parent) ?? []) if (!ids.has(id)) this.#forget(id)
    // A parent may have gone while its children were asked for; then nobody would let them go.
    const stays = parent === undefined || this.#lines.has(parent)
    if (stays) this.#below.set(parent, ids)
    return nodes.map((node) => (stays ? this.#keep(node) : new TreeLine(node)))
  }

  /** Gives the lines VS Code already holds their new content, known children included. */
  refresh(node: ViewNode): void {
    const line = this.#lines.get(node.id)
    if (line) line.node = node
    for (const child of node.children ?? []) this.refresh(child)
  }

  #keep(node: ViewNode): TreeLine {
    const line = this.#lines.get(node.id) ?? new TreeLine(node)
    line.node = node
    this.#lines.set(node.id, line)
    return line
  }

  #forget(id: string): void {
    for (const child of this.#below.get(id) ?? []) this.#forget(child)
    this.#below.delete(id)
    this.#lines.delete(id)
  }
}
