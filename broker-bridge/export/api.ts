import * as v from 'valibot'
import { exportFileName, ExportParams, RequestError } from '../protocol/index.ts'
import type { ConnectionInfo, ExportFormat } from '../protocol/index.ts'
import { json, text } from '../server/responses.ts'
import type { ApiResponse } from '../server/responses.ts'
import type { Api, ApiRequest } from '../server/server.ts'

/** What downloads and uploads need of the bridge. */
export interface ExportCore {
  /** @throws RequestError `invalid` */
  exportTasks(params: ExportParams): Promise<AsyncIterable<string | Uint8Array>>
  /** @throws RequestError `invalid`, `refused` */
  takeBundle(bytes: AsyncIterable<Uint8Array>): Promise<readonly ConnectionInfo[]>
}

const types: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  jsonl: 'application/jsonl; charset=utf-8',
  bundle: 'application/gzip',
}

/** `POST api/export` answers with a file, `POST api/bundle` takes one. */
export function exportApi(core: ExportCore): Api {
  return async (request) => {
    const answer = routes.get(request.path)
    if (!answer) return undefined
    if (request.method !== 'POST') return { status: 405, headers: { Allow: 'POST' } }
    try {
      return await answer(core, request)
    } catch (error) {
      if (!(error instanceof RequestError)) throw error
      return text(error.message, error.code === 'refused' ? 403 : 400)
    }
  }
}

const routes: ReadonlyMap<string, (core: ExportCore, request: ApiRequest) => Promise<ApiResponse>> = new Map([
  ['/api/export', download],
  ['/api/bundle', upload],
])

async function download(core: ExportCore, request: ApiRequest): Promise<ApiResponse> {
  const asked = v.safeParse(ExportParams, parsed(await request.body()))
  if (!asked.success) return text(`The export was asked for with a wrong ${v.getDotPath(asked.issues[0]) ?? 'body'}.`, 400)
  const { format } = asked.output
  const name = exportFileName(format, Date.now() / 1000)
  return {
    status: 200,
    headers: { 'Content-Type': types[format], 'Content-Disposition': `attachment; filename="${name}"` },
    body: await core.exportTasks(asked.output),
  }
}

/** The connections that the file became. */
async function upload(core: ExportCore, request: ApiRequest): Promise<ApiResponse> {
  return json(await core.takeBundle(request.bytes))
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** The first of these that knows a request answers it. */
export function firstOf(...apis: readonly Api[]): Api {
  return async (request) => {
    for (const api of apis) {
      const answer = await api(request)
      if (answer) return answer
    }
    return undefined
  }
}
