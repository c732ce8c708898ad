import type { Core } from '../core.ts'
import { text } from '../responses.ts'
import type { ApiResponse } from '../responses.ts'
import type { ApiRequest } from '../server.ts'
import { onlyConnection } from './parameters.ts'
import { activeQueues } from './queues.ts'

/** GET /metrics, for Prometheus: `?connection=ID` where several brokers are connected. */
export async function metrics(core: Core, { query }: ApiRequest): Promise<ApiResponse> {
  const connection = onlyConnection(core, query)
  if (!core.metrics) return text('This monitor counts nothing.', 404)
  const { type, text: body } = await core.metrics(connection, await activeQueues(core, connection))
  return { status: 200, body, headers: { 'Content-Type': type } }
}
