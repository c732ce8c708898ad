import type { Workflow, WorkflowEdge, WorkflowNode, WorkflowTask } from '../../broker-bridge/protocol/index.ts'

/** Workflows as a bridge would describe them: a chain, a group, a chord, a group too large to be drawn one by one. */

export function workflowTask(id: string, change: Partial<WorkflowTask> = {}): WorkflowTask {
  return {
    kind: 'task',
    id,
    name: `shop.tasks.orders.${id}`,
    state: 'SUCCESS',
    worker: 'shop@worker-1',
    runtime: 0.42,
    retries: 0,
    exception: null,
    ...change,
  }
}

/** @param edges as `from>to`, or `from>to kind` */
export function workflowOf(nodes: readonly WorkflowNode[], edges: readonly string[], change: Partial<Workflow> = {}): Workflow {
  const states: Record<string, number> = {}
  const add = (state: string, count: number) => (states[state] = (states[state] ?? 0) + count)
  for (const node of nodes) {
    if (node.kind === 'task') add(node.state, 1)
    if (node.kind === 'group') for (const [state, count] of Object.entries(node.states)) add(state, count)
  }
  const root = nodes[0]?.id ?? ''
  return {
    connection: 'local',
    asked: root,
    askedNode: root,
    root,
    nodes,
    edges: edges.map(readEdge),
    leftOut: 0,
    total: Object.values(states).reduce((sum, count) => sum + count, 0),
    states,
    ...change,
  }
}

function readEdge(text: string): WorkflowEdge {
  const [ends = '', kind = 'sent'] = text.split(' ')
  const [from = '', to = ''] = ends.split('>')
  return { from, to, kind: kind as WorkflowEdge['kind'] }
}

export const chain = workflowOf(
  [
    workflowTask('reserve'),
    workflowTask('charge', { state: 'FAILURE', exception: "PaymentError('card declined')" }),
    workflowTask('charge-again', { name: 'shop.tasks.orders.charge', state: 'STARTED', runtime: null }),
  ],
  ['reserve>charge', 'charge>charge-again retried'],
)

const parts = ['front', 'back', 'left', 'right', 'top']
export const group = workflowOf(
  [
    workflowTask('render'),
    ...parts.map((part, place) =>
      workflowTask(part, {
        name: 'shop.tasks.images.resize',
        state: ['SUCCESS', 'STARTED', 'RECEIVED', 'RETRY', 'REVOKED'][place] ?? '',
      }),
    ),
  ],
  parts.map((part) => `render>${part}`),
)

export const chord = workflowOf(
  [
    workflowTask('collect'),
    ...parts.map((part) => workflowTask(part, { name: 'shop.tasks.images.resize' })),
    workflowTask('join', { name: 'celery.chord_unlock' }),
    workflowTask('publish', { state: 'STARTED', runtime: null }),
  ],
  [...parts.map((part) => `collect>${part}`), ...parts.map((part) => `${part}>join awaited`), 'join>publish joined'],
)

const many: WorkflowNode = {
  kind: 'group',
  id: 'group:0123456789abcdef',
  name: 'shop.tasks.mail.send_invoice',
  count: 10_000,
  states: { SUCCESS: 9_120, FAILURE: 37, STARTED: 8, RECEIVED: 835 },
  parent: 'month',
}
export const largeGroup = workflowOf(
  [
    workflowTask('month'),
    many,
    { kind: 'group', id: 'group:2', name: 'shop.tasks.mail.delivered', count: 9_120, states: { SUCCESS: 9_120 }, parent: null },
  ],
  [`month>${many.id}`, `${many.id}>group:2`],
)
