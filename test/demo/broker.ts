import { parseOptions } from '../../broker-bridge/options.ts'
import { readOptionFiles } from '../../broker-bridge/optionFiles.ts'
import { hostText, parseAddress, type Address } from '../../broker-bridge/protocol/address.ts'
import { startRabbit } from '../support/rabbit.ts'

/** The broker that somebody runs already and that the demo may use, for its own queues only. */
export interface GivenBroker {
  /** As the person wrote it. */
  readonly url: string
  readonly address: Address
  /** Paths of PEM files. */
  readonly tls: { readonly ca: string | null; readonly cert: string | null; readonly key: string | null }
}

/** What the demo was asked for. */
export type Asked =
  | { readonly kind: 'run'; readonly given: GivenBroker | null; readonly readOnly: boolean }
  | { readonly kind: 'help' }
  | { readonly kind: 'problem'; readonly problem: string }

/** Reads the options, which are those of the bridge. AMQP_URL and its like are not looked at: nobody's broker is used unasked. */
export function readOptions(args: readonly string[]): Asked {
  const parsed = parseOptions(args, {})
  if (parsed.kind === 'problem') return parsed
  if (parsed.kind !== 'run') return { kind: 'help' }
  const { options } = parsed
  if (options.stdio)
    return { kind: 'problem', problem: '--stdio is for programs that start the bridge themselves; the demo does not know it.' }
  const files = readOptionFiles(options)
  if ('problem' in files) return { kind: 'problem', ...files }
  const named = options.brokerFrom === '--broker' || options.brokerFrom === '--broker-file'
  if (!named && options.management !== null)
    return { kind: 'problem', problem: '--management belongs to a broker of yours; name that with --broker.' }
  if (!named || files.broker === null) return { kind: 'run', given: null, readOnly: options.readOnly === true }
  const url = files.broker.reveal()
  const address = parseAddress(url)
  if ('problem' in address) return { kind: 'problem', ...address }
  const { caFile, certFile, keyFile } = address.options.tls
  const tls = { ca: options.ca ?? caFile, cert: options.cert ?? certFile, key: options.key ?? keyFile }
  return { kind: 'run', given: { url, address, tls }, readOnly: options.readOnly === true }
}

/** A broker as the parts of the demo need it. */
export interface DemoBroker extends AsyncDisposable {
  /** For the sample app: its broker and its certificates. */
  readonly shopEnv: Readonly<Record<string, string>>
  /** For the bridge; the address is kept out of the arguments, which everybody on the machine can read. */
  readonly bridgeEnv: Readonly<Record<string, string>>
  readonly bridgeArgs: readonly string[]
  readonly isPrivate: boolean
}

/** Starts a private RabbitMQ. */
export async function privateBroker(): Promise<DemoBroker> {
  const rabbit = await startRabbit()
  return {
    shopEnv: { SHOP_BROKER_URL: rabbit.amqpUrl },
    bridgeEnv: { AMQP_URL: rabbit.amqpUrl },
    bridgeArgs: ['--management', rabbit.managementUrl ?? ''],
    isPrivate: true,
    [Symbol.asyncDispose]: () => rabbit[Symbol.asyncDispose](),
  }
}

/** Uses the broker that was named. */
export function givenBroker({ url, address, tls }: GivenBroker): DemoBroker {
  const files = { SHOP_BROKER_CA: tls.ca, SHOP_BROKER_CERT: tls.cert, SHOP_BROKER_KEY: tls.key }
  const named = Object.entries(files).flatMap(([name, path]) => (path === null ? [] : [[name, path] as const]))
  return {
    shopEnv: { SHOP_BROKER_URL: celeryAddress(address), ...Object.fromEntries(named) },
    bridgeEnv: { AMQP_URL: url },
    bridgeArgs: [],
    isPrivate: false,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

/** The address as Celery reads it: one whole address for each host, and no parameters of other programs. */
function celeryAddress(address: Address): string {
  const user = `${encodeURIComponent(address.username)}:${encodeURIComponent(address.secret())}`
  return address.hosts
    .map((host) => `${address.scheme}://${user}@${hostText(host)}/${encodeURIComponent(address.virtualHost)}`)
    .join(';')
}
