import type { FailureGroup } from '../../broker-bridge/protocol/index.ts'
import type { Bridge } from '../bridge/bridge.ts'
import type { ConnectionBook } from '../connections/connectionBook.ts'
import { viewIds } from '../contributions.ts'
import { DisposableStore } from '../lifecycle.ts'
import type { Disposable } from '../lifecycle.ts'
import type { Replica } from '../replica.ts'
import { accessOf } from './access.ts'
import { connectionNodes } from './connectionNodes.ts'
import { plumbingNodes, plumbingOf, queueDetailNodes, queueProblemNode } from './queueNodes.ts'
import { QueueViews } from './queueViews.ts'
import type { ViewNode } from './node.ts'
import { countText } from '../shownText.ts'
import { scheduleNodes, scheduleProblemNode, schedulesNodeId, schedulesOf } from './scheduleNodes.ts'
import { failedNodeId, runNodes, taskNameNodes } from './taskNodes.ts'
import { failureNodeId, failureNodes } from './failureNodes.ts'
import { LineTree } from './treeView.ts'
import { workerNodes } from './workerNodes.ts'

export interface TreeParts {
  readonly bridge: Bridge
  readonly book: ConnectionBook
  readonly replica: Replica
  readonly onError: (error: unknown) => void
}

const page = 25
const epoch = (): number => Date.now() / 1000

/** Warren's trees and what they ask of the bridge while somebody looks at them. */
export class Trees implements Disposable {
  readonly #parts: TreeParts
  readonly #store = new DisposableStore()
  readonly #limits = new Map<string, number>()
  readonly #queues: QueueViews
  readonly #connections: LineTree
  readonly #tasks: LineTree
  readonly #failures: LineTree
  readonly #workers: LineTree

  constructor(parts: TreeParts) {
    this.#parts = parts
    const { book, replica, bridge } = parts
    const active = (): string[] => book.activeEntries().map(({ saved }) => saved.id)
    this.#queues = this.#store.add(new QueueViews(bridge, active, parts.onError))
    this.#connections = this.#store.add(
      new LineTree(viewIds.connections, {
        roots: () => connectionNodes(bridge.status, book.entries(), this.#queues.snapshots, epoch()),
        children: (node) => this.#inside(node),
        onVisible: (visible) => this.#queues.look(visible),
      }),
    )
    this.#tasks = this.#store.add(
      new LineTree(viewIds.tasks, {
        selectMany: true,
        roots: () => (this.#anyActive() ? taskNameNodes(replica.pictures.taskNames, replica.pictures.connections) : []),
        children: (node) => this.#runs(node),
        onVisible: (visible) => replica.want(viewIds.tasks, visible ? ['taskNames'] : []),
      }),
    )
    this.#failures = this.#store.add(
      new LineTree(viewIds.failures, {
        selectMany: true,
        roots: () => (this.#anyActive() ? failureNodes(replica.pictures.failures, replica.pictures.connections, epoch()) : []),
        onVisible: (visible) => replica.want(viewIds.failures, visible ? ['failures'] : []),
      }),
    )
    this.#workers = this.#store.add(
      new LineTree(viewIds.workers, {
        roots: () => (this.#anyActive() ? workerNodes(replica.pictures.workers, replica.pictures.connections, epoch()) : []),
        onVisible: (visible) => replica.want(viewIds.workers, visible ? ['workers'] : []),
      }),
    )
    this.#store.add(replica.onDidChange((topic) => (topic === 'activity' ? this.#showBadge() : this.update())))
    this.#store.add(this.#queues.onDidChange(() => this.#connections.update()))
    this.#store.add(book.onDidChange(() => this.#queues.follow()))
    this.#store.add(book.onDidChange(() => this.update()))
    this.#store.add(bridge.onDidChangeStatus(() => this.update()))
  }

  update(): void {
    for (const tree of this.#all) tree.update()
  }

  /** Draws everything anew, runs included. */
  redraw(): void {
    for (const tree of this.#all) tree.redraw()
  }

  get #all(): readonly LineTree[] {
    return [this.#connections, this.#tasks, this.#failures, this.#workers]
  }

  /** Shows another page of runs below one line of the Tasks tree. */
  showMore(id: string): void {
    if (id.startsWith('queues:')) return this.#queues.showMore(id.slice('queues:'.length))
    this.#limits.set(id, (this.#limits.get(id) ?? page) + 2 * page)
    this.#tasks.redraw(id)
  }

  /** Brings a group of failures before the user. */
  showFailure(group: Pick<FailureGroup, 'connection' | 'fingerprint'>): Promise<void> {
    return this.#failures.reveal(failureNodeId(group))
  }

  /** Asks for a connection's schedules again, where they are shown. */
  redrawSchedules(connection: string): void {
    this.#connections.redraw(schedulesNodeId(connection))
  }

  dispose(): void {
    this.#store.dispose()
  }

  /** Without a connection, or without a bridge, a welcome view says what to do. */
  #anyActive(): boolean {
    return this.#parts.bridge.status.kind !== 'stopped' && this.#parts.book.activeEntries().length > 0
  }

  async #runs(node: ViewNode): Promise<readonly ViewNode[]> {
    const session = this.#parts.bridge.current
    if (!session) return []
    const named = node.id === failedNodeId
    const filter =
      node.target?.kind === 'taskName' ? { connection: node.target.connection, name: node.target.name } : { states: ['FAILURE'] }
    const limit = Math.min(1_000, this.#limits.get(node.id) ?? page)
    try {
      const { tasks, matched } = await session.client.request('listTasks', { filter, limit })
      return runNodes({ parent: node.id, tasks, matched, named }, this.#parts.replica.pictures.connections, epoch())
    } catch (error) {
      this.#parts.onError(error)
      return []
    }
  }

  /** What is inside a line of the Connections tree. */
  async #inside(node: ViewNode): Promise<readonly ViewNode[]> {
    const client = this.#parts.bridge.current?.client
    const { target } = node
    const plumbing = plumbingOf(node)
    if (!client || (plumbing === undefined && target?.kind !== 'queue')) return this.#schedules(node)
    try {
      if (target?.kind === 'queue') return queueDetailNodes(await client.request('getQueue', target))
      const offset = this.#queues.snapshots.get(plumbing ?? '')?.matched ?? 0
      const wish = { connection: plumbing ?? '', plumbing: true, offset, limit: 200 }
      return plumbingNodes((await client.request('listQueues', wish)).rows, epoch())
    } catch (error) {
      return [queueProblemNode(node, error)]
    }
  }

  async #schedules(node: ViewNode): Promise<readonly ViewNode[]> {
    const connection = schedulesOf(node)
    const session = this.#parts.bridge.current
    if (connection === undefined || !session) return []
    try {
      const schedules = await session.client.request('listSchedules', { connection })
      return scheduleNodes(connection, schedules, accessOf(this.#parts.replica.pictures.connections, connection), epoch())
    } catch (error) {
      return [scheduleProblemNode(connection, error)]
    }
  }

  #showBadge(): void {
    const groups = this.#parts.replica.pictures.activity?.newFailures ?? 0
    const { view } = this.#failures
    if ((view.badge?.value ?? 0) === groups) return
    view.badge =
      groups === 0 ? undefined : { value: groups, tooltip: `${countText(groups, 'group')} of failures nobody has marked yet` }
  }
}
