import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as v from 'valibot'
import type { Bridge } from '../bridge.ts'
import { confirmed, messageOf, requestSchemas } from '../protocol/index.ts'
import type { Caller, Client } from '../protocol/index.ts'
import { maskText } from '../export/masking.ts'
import { keepSecret, redactText } from '../redact.ts'
import type { CoreMethod } from '../server/core.ts'
import { attach } from './attach.ts'
import type { ModelOptions } from './options.ts'
import type { serveTools } from './server.ts'
import { workspaceSources } from './workspace.ts'
import type { SourceReader } from './workspace.ts'

/** Milliseconds: a broker that was just connected to, and workers that are asked, take their time. */
const patience = 60_000

type Joining = NonNullable<ModelOptions['join']>
type Server = { readonly serveTools: typeof serveTools }

/** Serves models from a bridge of this process, until standard input ends. */
export async function serveModels(bridge: Bridge, options: ModelOptions, version: string): Promise<void> {
  endWithInput(() => bridge.dispose())
  await serve(clientOf(bridge, { name: 'mcp', readOnly: false }), options, version)
}

/**
 * Serves models from a bridge that runs elsewhere, until standard input ends or that bridge does. Ends the process where it cannot be
 * joined.
 */
export async function joinForModels({ url, token }: Joining, options: ModelOptions, version: string): Promise<void> {
  keepSecret(token.reveal())
  const giveUp = (reason: string): never => {
    process.stderr.write(`warren: ${redactText(reason)}\n`)
    process.exit(1)
  }
  const client = await attach(url, token.reveal(), `mcp ${version}`, giveUp).catch((error: unknown) => giveUp(messageOf(error)))
  endWithInput(() => client.close())
  await serve(client, options, version)
}

async function serve(client: Pick<Client, 'request'>, options: ModelOptions, version: string): Promise<void> {
  // The protocol's library is large, and nobody else needs it: it is loaded only here.
  const { serveTools } = (await import(pathToFileURL(program()).href)) as Server
  const sources = maskedSources(workspaceSources(options.workspace, mappings()))
  await serveTools({
    version,
    sources,
    allowActions: options.allowActions,
    read: (tool, input) => client.request('askTool', { tool, input }, patience),
    act: (tool, input, ask) => confirmed(client, 'actWithTool', { tool, input, key: randomUUID() }, ask),
  })
}

/** Beside the bundle; when run from the sources, a source too. */
function program(): string {
  const script = process.argv[1] ?? ''
  return script.endsWith('.cjs') ? join(script, '..', 'mcp.cjs') : join(script, '..', 'mcp', 'server.ts')
}

/** A bridge of the same process, asked as if it were at the other end of a wire: what is sent is validated. */
function clientOf(bridge: Bridge, caller: Caller): Pick<Client, 'request'> {
  const request = (method: CoreMethod, params: unknown): Promise<unknown> =>
    bridge.call<CoreMethod>(method, v.parse(requestSchemas[method], params), caller)
  return { request: request as Client['request'] }
}

/** Source code may hold passwords too. */
function maskedSources(read: SourceReader): SourceReader {
  return async (places) => (await read(places)).map((source) => ({ ...source, code: source.code.map(maskText) }))
}

const Mappings = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string()))

/** Where files of a traceback lie in the workspace, as the setting `warren.tracebackPathMappings` says it. */
function mappings(): Readonly<Record<string, string>> {
  const read = v.safeParse(Mappings, process.env['WARREN_PATH_MAPPINGS'] ?? '{}')
  return read.success ? read.output : {}
}

/** A client that goes away closes standard input; nothing is left to do then. */
function endWithInput(close: () => unknown): void {
  const end = (): void => void Promise.resolve(close()).finally(() => process.exit(0))
  process.stdin.once('end', end).once('close', end)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end)
}
