import { spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import type { Bridge } from './bridge.ts'
import type { OptionFiles } from './optionFiles.ts'
import type { Options } from './options.ts'
import { hideUserInfo } from './protocol/addressText.ts'
import { environmentByName, leftTracingSentence, messageOf } from './protocol/index.ts'
import type { ConnectParams, Environment } from './protocol/index.ts'
import { redactText } from './redact.ts'
import type { BridgeServer } from './server/server.ts'

type Start = (onLinkUsed: () => void) => Promise<BridgeServer>

/** The monitor on its own: one connection, its state told in the terminal, the page opened in a browser, until it is interrupted. */
export async function runInTerminal(bridge: Bridge, start: Start, options: Options, files: OptionFiles): Promise<void> {
  const server = await start(() => sayLink(server, options, 'The link was used. For another window open '))
  if (options.json) process.stdout.write(`${JSON.stringify({ url: server.url, token: server.token })}\n`)
  followStatus(bridge)
  if (!(await begin(bridge, options, files))) return end(bridge, server, 2)
  sayLink(server, options, 'Warren is at ')
  if (options.open) openInBrowser(server.mintLink(seenFrom(server)))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void end(bridge, server))
}

/** Connects, or opens the bundle; false where that cannot be opened, which is told. */
export async function begin(bridge: Bridge, options: Options, files: OptionFiles): Promise<boolean> {
  if (options.bundle === null) {
    await bridge.connect(toParams(options, files))
    tellOfLeftTracing(bridge)
    return true
  }
  try {
    return Boolean(await bridge.openBundle(createReadStream(options.bundle)))
  } catch (error) {
    process.stderr.write(`warren: --open: ${redactText(messageOf(error))}\n`)
    return false
  }
}

/** This broker's own is turned off by now, or soon. */
function tellOfLeftTracing({ leftTracing }: Bridge): void {
  for (const left of leftTracing) {
    const told = leftTracingSentence(left, new Date(left.at * 1_000).toLocaleString())
    process.stderr.write(`${redactText(`${told} Open it with Warren once, or run: rabbitmqctl trace_off -p VHOST`)}\n`)
  }
}

/** Closes what is open; a broker that does not answer the goodbye is given a second. */
export async function end(bridge: Bridge, server: BridgeServer, code = 0): Promise<void> {
  await Promise.allSettled([server.close(), bridge.dispose()])
  process.exit(code)
}

function toParams(options: Options, files: OptionFiles): ConnectParams {
  const address = files.broker?.reveal() ?? ''
  const environment = options.environment ?? environmentByName(hideUserInfo(address))
  return {
    id: 'main',
    name: options.name ?? 'Broker',
    address,
    readOnly: startsReadOnly(options, environment),
    ...(environment === null ? {} : { environment }),
    keepEventsOn: false,
    ...(options.management === null ? {} : { management: options.management.reveal() }),
    ...(files.tls === null ? {} : { tls: files.tls }),
    ...(options.eventExchange === null ? {} : { eventExchange: options.eventExchange }),
    ...(options.controlExchange === null ? {} : { controlExchange: options.controlExchange }),
    ...(options.eventQueuePrefix === null ? {} : { eventQueuePrefix: options.eventQueuePrefix }),
    ...(options.resultBackend === null ? {} : { resultBackend: options.resultBackend.reveal() }),
  }
}

/** Production is only looked at until somebody says otherwise, and that is told: nobody shall wonder why nothing can be done. */
function startsReadOnly({ readOnly }: Options, environment: Environment | null): boolean {
  if (readOnly !== null) return readOnly
  if (environment !== 'production') return false
  process.stderr.write('This is production, so nothing is changed there; --read-write allows changes.\n')
  return true
}

function sayLink(server: BridgeServer, options: Options, before: string): void {
  if (options.json) return
  process.stdout.write(`${before}${server.mintLink(seenFrom(server))}\n`)
}

/** Inside a remote editor's terminal the page is seen through the editor's own proxy, whose address template it gives its terminals. */
function seenFrom(server: BridgeServer): string {
  const proxied = process.env['VSCODE_PROXY_URI']?.replace('{{port}}', String(server.port)) ?? ''
  if (!URL.canParse(proxied) || !server.allowAuthority(new URL(proxied).host)) return server.url
  return proxied.endsWith('/') ? proxied : `${proxied}/`
}

/** Tells each new state of the connection once, on standard error: standard output belongs to the address. */
function followStatus(bridge: Bridge): void {
  let told = ''
  bridge.onChange((change) => {
    if (change !== 'connections') return
    const message = bridge.picture('connections')[0]?.status.message ?? ''
    if (message === told) return
    told = message
    process.stderr.write(`${redactText(message)}\n`)
  })
}

const openers: Readonly<Partial<Record<NodeJS.Platform, string>>> = { darwin: 'open', win32: 'explorer', linux: 'xdg-open' }

/** Opens the page where there is a desktop; without one the printed address has to do. The link works once, so it may be seen in the process list. */
function openInBrowser(link: string): void {
  const opener = openers[process.platform]
  if (opener === undefined || (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY'])) return
  const child = spawn(opener, [link], { stdio: 'ignore', detached: true, shell: false })
  child.on('error', () => undefined)
  child.unref()
}
