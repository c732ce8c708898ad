import type { Result, TaskKey, Workflow } from '../../broker-bridge/protocol/index.ts'

type Watch = (params: { readonly task: TaskKey | null }) => Promise<Result<'watchWorkflow'>>

/** Follows the workflow of one task. While another task of the same workflow is chosen, the picture stays. */
export class WorkflowWatch {
  readonly #watch: Watch
  readonly #changed: () => void
  #key: TaskKey | null = null
  workflow: Workflow | null = null

  /** @param changed called when `workflow` is another one */
  constructor(watch: Watch, changed: () => void) {
    this.#watch = watch
    this.#changed = changed
  }

  /** Follows another task, or none; after a reconnect the same one again. */
  async follow(key: TaskKey | null): Promise<void> {
    if (key === null && this.#key === null) return
    this.#key = key
    if (!key || !this.#shows(key)) this.#set(null)
    try {
      const workflow = await this.#watch({ task: key })
      if (workflow) this.take(workflow)
    } catch {
      // Without an answer the last picture stays; the page says itself that its bridge is away.
    }
  }

  /** A picture came; one of a task that is no longer looked at is dropped. */
  take(workflow: Workflow): void {
    if (this.#key?.id === workflow.asked && this.#key.connection === workflow.connection) this.#set(workflow)
  }

  #shows({ connection, id }: TaskKey): boolean {
    const { workflow } = this
    return workflow !== null && workflow.connection === connection && workflow.nodes.some((node) => node.id === id)
  }

  #set(workflow: Workflow | null): void {
    this.workflow = workflow
    this.#changed()
  }
}
