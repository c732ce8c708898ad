import type { ViewNode } from './node.ts'

type Asked = Pick<ViewNode, 'id' | 'revision'>

/**
 * What was asked for below lines, as long as the line's revision stands. While VS Code waits for a line's children, it knows none of
 * them, and a command of a menu would come without its line: so they are asked for first, and given at once.
 */
export class HeldChildren {
  readonly #ask: (node: ViewNode) => Promise<readonly ViewNode[]>
  readonly #held = new Map<string, { readonly revision: string; readonly nodes: readonly ViewNode[] }>()

  constructor(ask: (node: ViewNode) => Promise<readonly ViewNode[]>) {
    this.#ask = ask
  }

  /** What is held of this line, or what is asked for now. */
  async of(node: ViewNode): Promise<readonly ViewNode[]> {
    return this.#fresh(node) ?? (await this.#renew(node))
  }

  /**
   * Asks again for what is held of an earlier revision.
   * @param lineOf the line of an id as it is now; what is held of one that is gone is let go
   */
  async follow(lineOf: (id: string) => ViewNode | undefined): Promise<void> {
    const stale = [...this.#held.keys()].flatMap((id) => {
      const node = lineOf(id)
      if (!node) this.forget(id)
      return node && !this.#fresh(node) ? [node] : []
    })
    await Promise.all(stale.map((node) => this.#renew(node)))
  }

  /** Asks anew the next time; without an id, for all. */
  forget(id?: string): void {
    if (id === undefined) this.#held.clear()
    else this.#held.delete(id)
  }

  #fresh({ id, revision }: Asked): readonly ViewNode[] | undefined {
    const held = this.#held.get(id)
    return held?.revision === revision ? held?.nodes : undefined
  }

  async #renew(node: ViewNode): Promise<readonly ViewNode[]> {
    const nodes = await this.#ask(node)
    if (node.revision !== undefined) this.#held.set(node.id, { revision: node.revision, nodes })
    return nodes
  }
}
