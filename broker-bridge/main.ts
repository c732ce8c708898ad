import { join } from 'node:path'
import { Bridge } from './bridge.ts'
import { claimFile } from './claims/place.ts'
import { dataFolder } from './dataFolder.ts'
import type { HistoryOptions } from './history/history.ts'
import { exportApi, firstOf } from './export/api.ts'
import { joinForModels, serveModels } from './mcp/start.ts'
import { readOptionFiles } from './optionFiles.ts'
import { parseOptions } from './options.ts'
import { helpText } from './optionTable.ts'
import type { Options } from './options.ts'
import { redactText } from './redact.ts'
import { flowerApi } from './server/flower.ts'
import { messagesApi } from './server/messages.ts'
import { marksApi } from './server/marks.ts'
import { loadPage } from './server/page.ts'
import { ListenProblem } from './server/listening.ts'
import { startServer } from './server/server.ts'
import type { BridgeServer } from './server/server.ts'
import { Viewer } from './server/viewer.ts'
import { ParentProcess } from './parentProcess.ts'
import { begin, end, runInTerminal } from './terminal.ts'

/** Put in by the build; run from its sources the bridge is a development version. */
declare const WARREN_VERSION: string | undefined
const version = typeof WARREN_VERSION === 'string' ? WARREN_VERSION : 'development'

/** A quarter of a gigabyte: some minutes of a very busy cluster while this bridge cannot keep up. */
const eventQueueBytes = 256 * 2 ** 20

const log = (line: string) => process.stderr.write(`${redactText(line)}\n`)

async function main(): Promise<void> {
  const parsed = parseOptions(process.argv.slice(2), process.env)
  switch (parsed.kind) {
    case 'help':
      return void process.stdout.write(`${helpText()}\n`)
    case 'version':
      return void process.stdout.write(`${version}\n`)
    case 'problem':
      return fail(parsed.problem, 2)
    case 'run':
      return run(parsed.options)
  }
}

async function run(options: Options): Promise<void> {
  if (options.models?.join) return joinForModels(options.models.join, options.models, version)
  const files = readOptionFiles(options)
  if ('problem' in files) return fail(files.problem, 2)
  const bridge = new Bridge({
    version,
    maxTasks: options.maxTasks,
    stuckAfter: options.stuckMinutes * 60,
    fixedConnections: !options.stdio,
    dataFolder: options.history ? dataFolder(options, process.env) : null,
    history: historyOptions(options),
    lookups: threadProgram('lookups'),
    claims: { file: claimFile(process.env), program: threadProgram('claims') },
    payloads: { program: threadProgram('payloads'), watchdog: watchdogProgram() },
    log,
    eventQueueBytes: Number(process.env['WARREN_EVENT_QUEUE_BYTES'] ?? eventQueueBytes),
    name: `Warren ${version}`,
  })
  for (const warning of [...options.warnings, ...files.warnings]) log(warning)
  if (options.stdio) return serveParent(bridge, options)
  if (options.models)
    return (await begin(bridge, options, files)) ? serveModels(bridge, options.models, version) : process.exit(2)
  await runInTerminal(bridge, (onLinkUsed) => start(bridge, options, undefined, onLinkUsed), options, files)
}

async function serveParent(bridge: Bridge, options: Options): Promise<void> {
  const parent = new ParentProcess()
  const server = await start(bridge, options, await parent.greeting())
  parent.serve(server, () => void end(bridge, server))
}

/** @throws ListenProblem */
function start(bridge: Bridge, options: Options, token?: string, onLinkUsed?: () => void): Promise<BridgeServer> {
  return startServer({
    page: loadPage(pageFolder()),
    port: options.port,
    openMetrics: options.openMetrics,
    api: firstOf(exportApi(bridge), marksApi(bridge), messagesApi(bridge), flowerApi(bridge)),
    onViewer: (transport) => new Viewer(bridge, transport, log),
    log,
    // A person at a terminal wants to see the broker's state, not every request of the page.
    ...(options.stdio ? {} : { logRequest: () => undefined }),
    ...(token === undefined ? {} : { token }),
    ...(onLinkUsed === undefined ? {} : { onLinkUsed }),
  })
}

function historyOptions(options: Options): HistoryOptions | null {
  const { history } = options
  if (!history) return null
  return {
    ...history,
    file: history.file ?? join(dataFolder(options, process.env), 'history.db'),
    program: threadProgram('history'),
  }
}

/** What runs in a thread: beside the bundle, or a source like this one. */
function threadProgram(name: 'claims' | 'history' | 'lookups' | 'payloads'): string {
  const script = process.argv[1] ?? ''
  return script.endsWith('.cjs') ? join(script, '..', `${name}.cjs`) : join(script, '..', name, 'worker.ts')
}

/** What runs beside this process while it records payloads. */
function watchdogProgram(): string {
  const script = process.argv[1] ?? ''
  return script.endsWith('.cjs') ? join(script, '..', 'watchdog.cjs') : join(script, '..', 'payloads', 'watchdog.ts')
}

/** Beside the bundle; when run from the sources, where the build puts it. */
function pageFolder(): string {
  const script = process.argv[1] ?? ''
  return script.endsWith('.cjs') ? join(script, '..', 'page') : join(script, '..', '..', 'dist', 'page')
}

function fail(problem: string, code: number): void {
  log(`warren: ${problem}`)
  process.exitCode = code
}

main().catch((error: unknown) => {
  const problem =
    error instanceof ListenProblem ? error.message : String(error instanceof Error ? (error.stack ?? error.message) : error)
  fail(problem, 1)
  process.exit()
})

// What nobody caught must not take the monitor down, and must not be silent either.
process.on('unhandledRejection', (reason) =>
  log(`Unhandled: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`),
)
