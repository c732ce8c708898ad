import type { WorkerRow } from '../../protocol/index.ts'
import type { Core } from '../core.ts'
import { json, text } from '../responses.ts'
import type { ApiResponse } from '../responses.ts'
import type { ApiRequest } from '../server.ts'
import { choice, flag } from './parameters.ts'

/** GET /api/workers: what each worker says of itself, or with `status` only whether it is alive. */
export async function listWorkers(core: Core, { query }: ApiRequest): Promise<ApiResponse> {
  const refresh = flag(query, 'refresh')
  const status = flag(query, 'status')
  const worker = choice(query, 'workername')
  const connection = choice(query, 'connection')
  const reports = await reportsOf(core, { connection, worker, refresh })
  const rows = core.picture('workers').filter((row) => connection === undefined || row.connection === connection)
  if (status) return json(Object.fromEntries(rows.map(({ name, online }) => [name, online])))
  if (worker !== undefined && !rows.some(({ name }) => name === worker) && !reports.has(worker)) {
    return text(`Unknown worker '${worker.slice(0, 1_000)}'`, 404)
  }
  const names = new Set([...rows.map(({ name }) => name), ...reports.keys()])
  const shown = [...names].filter((name) => worker === undefined || name === worker)
  // `fromEntries` defines own properties: a worker may well be called `__proto__`.
  return json(Object.fromEntries(shown.map((name) => [name, { ...known(rows, name), ...reports.get(name) }])))
}

type Reports = ReadonlyMap<string, Readonly<Record<string, unknown>>>

async function reportsOf(
  core: Core,
  options: { connection: string | undefined; worker: string | undefined; refresh: boolean },
): Promise<Reports> {
  if (core.inspectReports) return core.inspectReports(options)
  if (options.refresh) await core.call('refresh', { connection: options.connection })
  return new Map()
}

/** What the bridge knows of a worker without asking it, in the places where Celery's own inspection has it. */
function known(rows: readonly WorkerRow[], name: string): Record<string, unknown> {
  const row = rows.find((candidate) => candidate.name === name)
  if (!row) return {}
  return {
    timestamp: row.lastSeen,
    active_queues: row.queues.map((queue) => ({ name: queue })),
    stats: { pid: row.pid, pool: { implementation: row.pool, 'max-concurrency': row.concurrency } },
  }
}
