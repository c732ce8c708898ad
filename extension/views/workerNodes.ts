import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { ConnectionInfo, WorkerRow } from '../../broker-bridge/protocol/index.ts'
import { clockText, countText } from '../shownText.ts'
import { accessOf } from './access.ts'
import type { Access } from './access.ts'
import { silentWorkerNodes } from './noticeNodes.ts'
import type { ViewNode } from './node.ts'

/** The workers, those online first; what each does and consumes below it. */
export function workerNodes(workers: readonly WorkerRow[], connections: readonly ConnectionInfo[], now: number): ViewNode[] {
  const several = connections.length > 1
  const sorted = [...workers].sort((a, b) => Number(b.online) - Number(a.online) || (a.name < b.name ? -1 : 1))
  return [
    ...connections.filter(({ silentWorkers }) => silentWorkers.certain.length > 0).flatMap(silentWorkerNodes),
    ...sorted.map((worker) => {
      const connection = connections.find((each) => each.id === worker.connection)
      const name = several ? visibleLine(connection?.name ?? worker.connection) : undefined
      return workerNode(worker, accessOf(connections, worker.connection), name, now)
    }),
  ]
}

function workerNode(worker: WorkerRow, access: Access, connection: string | undefined, now: number): ViewNode {
  const name = visibleLine(worker.name)
  const marks = [
    worker.online ? 'online' : `offline since ${clockText(worker.lastSeen, now)}`,
    ...(worker.active === null ? [] : [`${worker.active} active`]),
    ...(worker.processed === null ? [] : [`${worker.processed} processed`]),
    ...(worker.sendsEvents === false ? ['no task events'] : []),
    ...(connection === undefined ? [] : [connection]),
  ]
  return {
    id: `worker:${worker.connection}:${worker.name}`,
    label: name,
    description: marks.join(' · '),
    tooltip: [
      name,
      ...marks,
      ...facts(worker).map(([label, value]) => `${label}: ${visibleLine(value, 300)}`),
      `Last heard of: ${clockText(worker.lastSeen, now)}`,
    ].join('\n'),
    icon: worker.online
      ? { id: 'server-process', color: 'testing.iconPassed' }
      : { id: 'server-process', color: 'disabledForeground' },
    contextValue: `worker ${worker.online ? 'online' : 'offline'}${worker.sendsEvents === false ? ' silent' : ''} ${access}`,
    accessibility: `Worker ${name}, ${marks.join(', ')}`,
    expand: 'collapsed',
    children: facts(worker).map(([label, value]) => factNode(worker, label, value)),
    target: { kind: 'worker', connection: worker.connection, worker: worker.name },
  }
}

function facts(worker: WorkerRow): [string, string][] {
  const { queues, pool, concurrency, software, pid, load, sendsEvents } = worker
  return [
    ...(queues.length > 0 ? [[queues.length === 1 ? 'Queue' : 'Queues', queues.join(', ')] as [string, string]] : []),
    ...(pool === null && concurrency === null ? [] : [['Pool', poolText(pool, concurrency)] as [string, string]]),
    ['Task events', sendsEvents === null ? 'not known yet' : sendsEvents ? 'sent' : 'not sent'],
    ...(software === null ? [] : [['Software', software] as [string, string]]),
    ...(pid === null ? [] : [['Process', String(pid)] as [string, string]]),
    ...(load === null ? [] : [['Load', load.map((value) => value.toFixed(2)).join(' ')] as [string, string]]),
    ...(worker.drift == null ? [] : [['Clock', driftText(worker.drift)] as [string, string]]),
  ]
}

/** A sign of life is on its way for a moment, too. */
function driftText(drift: number): string {
  if (Math.abs(drift) < 2) return 'in step'
  return `${Math.abs(drift).toFixed(0)} s ${drift > 0 ? 'ahead' : 'behind'}`
}

function poolText(pool: string | null, concurrency: number | null): string {
  const size = concurrency === null ? '' : countText(concurrency, 'process', 'processes')
  return [pool ?? '', size].filter(Boolean).join(', ')
}

function factNode(worker: WorkerRow, label: string, value: string): ViewNode {
  const shown = visibleLine(value)
  return {
    id: `worker:${worker.connection}:${worker.name}/${label}`,
    label,
    description: shown,
    tooltip: `${label}: ${visibleLine(value, 1_000)}`,
    contextValue: 'workerFact',
    accessibility: `${label}: ${shown}`,
    expand: 'none',
  }
}
