import type { CoreMethod } from './server/core.ts'
import type { Result, ValidParams } from './protocol/index.ts'
import type { Connections } from './sources/connections.ts'
import { layoutOf, queueDetail, virtualHosts } from './sources/queueDetails.ts'
import { queueNames } from './sources/queueNames.ts'
import { listQueues } from './sources/queueView.ts'
import { inspectWorkers } from './workerReports.ts'

type Asked =
  | 'listRegisteredTasks'
  | 'listQueueNames'
  | 'listQueues'
  | 'getQueue'
  | 'listExchanges'
  | 'getExchange'
  | 'listVirtualHosts'
  | 'exportTopology'
  | 'useFoundExchanges'
  | 'inspectWorkers'
export type BrokerHandlers = { readonly [M in Asked & CoreMethod]: (params: ValidParams<M>) => Promise<Result<M>> | Result<M> }

/** Questions that a broker and its workers answer: nothing of them is kept here. */
export function brokerHandlers(connections: Connections): BrokerHandlers {
  return {
    listRegisteredTasks: ({ connection }) => connections.connected(connection).conversation.registeredTasks(),
    listQueueNames: ({ connection }) => queueNames(connections.get(connection)),
    listQueues: (params) => listQueues(connections, params),
    getQueue: ({ connection, queue }) => queueDetail(connections.connected(connection), queue),
    listExchanges: ({ connection, text }) => layoutOf(connections.connected(connection)).exchanges(text),
    getExchange: ({ connection, exchange }) => layoutOf(connections.connected(connection)).exchangeBindings(exchange),
    listVirtualHosts: ({ connection }) => virtualHosts(connections.connected(connection)),
    exportTopology: ({ connection }) => layoutOf(connections.connected(connection)).topology(),
    useFoundExchanges: async ({ connection }) => (await connections.useFoundExchanges(connection)).info,
    inspectWorkers: (params) => inspectWorkers(connections.connected(params.connection), params),
  }
}
