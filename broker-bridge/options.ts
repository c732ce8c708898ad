import { readDatabase } from './lookups/database.ts'
import { readModelOptions } from './mcp/options.ts'
import type { ModelOptions } from './mcp/options.ts'
import {
  defaultDays,
  defaultMaxTasks,
  defaultMegabytes,
  defaultStuckMinutes,
  mostStuckMinutes,
  mostTasks,
  readArguments,
  wholeNumber,
} from './optionTable.ts'
import type { Given } from './optionTable.ts'
import { parseAddress } from './protocol/address.ts'
import { environments } from './protocol/environment.ts'
import type { Environment as BrokerEnvironment } from './protocol/environment.ts'
import { Secret } from './redact.ts'
import { parseManagement } from './sources/rabbitmq/managementAddress.ts'

/** How the bridge shall run. Whatever may hold a password is a `Secret`; files are named, not read yet. */
export interface Options {
  /** Null with `--stdio`, where the parent process names its connections itself, and with `--broker-file`. */
  readonly broker: Secret | null
  /** File that holds the broker's address. */
  readonly brokerFile: string | null
  /** Where `broker` was found, for messages. */
  readonly brokerFrom: string
  readonly management: Secret | null
  /** 0 lets the system choose. */
  readonly port: number
  /** Null where neither was asked for: then production alone is read-only. */
  readonly readOnly: boolean | null
  /** What the broker is for; null where its address has to tell. */
  readonly environment: BrokerEnvironment | null
  /** Whether /metrics is answered without the token, for a Prometheus on this machine. */
  readonly openMetrics: boolean
  readonly open: boolean
  /** File of a bundle to show instead of a broker. */
  readonly bundle: string | null
  readonly json: boolean
  readonly stdio: boolean
  readonly ca: string | null
  readonly cert: string | null
  readonly key: string | null
  readonly name: string | null
  /** Database of results and schedules. */
  readonly resultBackend: Secret | null
  /** Names of an application's own; null for the address's, or the usual ones. */
  readonly eventExchange: string | null
  readonly controlExchange: string | null
  readonly eventQueuePrefix: string | null
  readonly maxTasks: number
  /** Minutes without an event after which a task that should be running counts as stuck. */
  readonly stuckMinutes: number
  /** Null keeps none. */
  readonly history: HistoryChoice | null
  /** Null unless language models are served. */
  readonly models: ModelOptions | null
  /** Whole sentences for the standard error output. */
  readonly warnings: readonly string[]
}

export interface HistoryChoice {
  /** Null stands for the user's own data folder. */
  readonly file: string | null
  readonly days: number
  readonly megabytes: number
}

/** What the arguments ask for. A problem is one sentence; the program ends with code 2. */
export type Parsed =
  | { readonly kind: 'run'; readonly options: Options }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'problem'; readonly problem: string }

type Environment = Readonly<Record<string, string | undefined>>

/** Reads arguments and environment. Pure: it reads no file, and never throws. */
export function parseOptions(args: readonly string[], env: Environment): Parsed {
  const given = readArguments(args)
  if (typeof given === 'string') return { kind: 'problem', problem: given }
  if (given.has('help')) return { kind: 'help' }
  if (given.has('version')) return { kind: 'version' }
  const wrong = conflict(given)
  if (wrong !== undefined) return { kind: 'problem', problem: wrong }
  const port = wholeNumber(given, 'port', 0, 65_535) ?? 0
  // A bundle is shown whole unless less is asked for.
  const maxTasks = wholeNumber(given, 'max-tasks', 1, mostTasks) ?? (given.has('open') ? mostTasks : defaultMaxTasks)
  const stuckMinutes = wholeNumber(given, 'stuck-minutes', 1, mostStuckMinutes) ?? defaultStuckMinutes
  const history = chooseHistory(given)
  if (typeof port === 'string') return { kind: 'problem', problem: port }
  if (typeof maxTasks === 'string') return { kind: 'problem', problem: maxTasks }
  if (typeof stuckMinutes === 'string') return { kind: 'problem', problem: stuckMinutes }
  if (typeof history === 'string') return { kind: 'problem', problem: history }
  const resultBackend = chooseResultBackend(given, env)
  if (typeof resultBackend === 'string') return { kind: 'problem', problem: resultBackend }
  const environment = chooseEnvironment(given)
  if (environment !== null && typeof environment === 'object') return { kind: 'problem', problem: environment.problem }
  const models = readModelOptions(given, env)
  if (typeof models === 'string') return { kind: 'problem', problem: models }
  const broker = chooseBroker(given, env)
  if ('problem' in broker) return { kind: 'problem', problem: broker.problem }
  const numbers = { port, maxTasks, stuckMinutes }
  return { kind: 'run', options: { ...plain(given), ...broker, ...numbers, history, resultBackend, environment, models } }
}

function plain(
  given: Given,
): Omit<Options, keyof Broker | 'port' | 'maxTasks' | 'stuckMinutes' | 'history' | 'resultBackend' | 'environment' | 'models'> {
  return {
    readOnly: given.has('read-only') ? true : given.has('read-write') ? false : null,
    openMetrics: given.has('open-metrics'),
    // A program that asked for JSON opens the page itself, or not at all.
    bundle: given.get('open') ?? null,
    open: !given.has('no-open') && !given.has('json') && !given.has('stdio') && !given.has('mcp'),
    json: given.has('json'),
    stdio: given.has('stdio'),
    ca: given.get('ca') ?? null,
    cert: given.get('cert') ?? null,
    key: given.get('key') ?? null,
    name: given.get('name') ?? null,
    eventExchange: given.get('event-exchange') ?? null,
    controlExchange: given.get('control-exchange') ?? null,
    eventQueuePrefix: given.get('event-queue-prefix') ?? null,
  }
}

function chooseEnvironment(given: Given): BrokerEnvironment | null | { readonly problem: string } {
  const name = given.get('environment')
  if (name === undefined) return null
  return environments.find((one) => one === name) ?? { problem: `--environment is one of ${environments.join(', ')}.` }
}

/** @returns a problem as a sentence */
function chooseResultBackend(given: Given, env: Environment): Secret | null | string {
  const named = given.get('result-backend')
  const address = named ?? env['WARREN_RESULT_BACKEND'] ?? ''
  if (address === '') return null
  const place = readDatabase(address)
  return 'problem' in place
    ? `${named === undefined ? 'WARREN_RESULT_BACKEND' : '--result-backend'}: ${place.problem}`
    : new Secret(address)
}

function conflict(given: Given): string | undefined {
  if (given.has('broker') && given.has('broker-file')) return 'Give either --broker or --broker-file, not both.'
  if (given.has('open')) return bundleConflict(given)
  if (given.has('read-only') && given.has('read-write')) return 'Give either --read-only or --read-write, not both.'
  if (given.has('cert') !== given.has('key')) return 'A client certificate needs both --cert and --key.'
  if (given.has('stdio') && given.has('json')) return 'Give either --stdio or --json, not both.'
  return undefined
}

/** A child process keeps a history only where its parent says where. */
function chooseHistory(given: Given): HistoryChoice | null | string {
  const days = wholeNumber(given, 'history-days', 1, 36_500) ?? defaultDays
  const megabytes = wholeNumber(given, 'history-megabytes', 10, 1_000_000) ?? defaultMegabytes
  if (typeof days === 'string') return days
  if (typeof megabytes === 'string') return megabytes
  const file = given.get('history') ?? (given.has('stdio') ? 'off' : null)
  return file === 'off' ? null : { file, days, megabytes }
}

function bundleConflict(given: Given): string | undefined {
  const other = (['broker', 'broker-file', 'management', 'stdio', 'ca', 'cert', 'key', 'name'] as const).find((name) =>
    given.has(name),
  )
  return other === undefined ? undefined : `--open shows a bundle and nothing else; leave --${other} away.`
}

type Broker = Pick<Options, 'broker' | 'brokerFile' | 'brokerFrom' | 'management' | 'warnings'>

function chooseBroker(given: Given, env: Readonly<Record<string, string | undefined>>): Broker | { readonly problem: string } {
  const management = given.get('management') ?? null
  const found = findBroker(given, env)
  const wrong = problemOf(found, management)
  if (wrong !== undefined) return { problem: wrong }
  return {
    broker: found.text === null ? null : new Secret(found.text),
    brokerFile: given.get('broker-file') ?? null,
    brokerFrom: found.from,
    management: management === null ? null : new Secret(management),
    warnings: visiblePasswords(given),
  }
}

function findBroker(given: Given, env: Readonly<Record<string, string | undefined>>): { text: string | null; from: string } {
  const option = given.get('broker')
  if (option !== undefined) return { text: option, from: '--broker' }
  if (given.has('broker-file')) return { text: null, from: '--broker-file' }
  if (given.has('stdio')) return { text: null, from: '--stdio' }
  if (given.has('attach')) return { text: null, from: '--attach' }
  if (given.has('open')) return { text: null, from: '--open' }
  for (const name of ['AMQP_URL', 'CELERY_BROKER_URL']) {
    const text = env[name]
    if (text !== undefined && text.trim() !== '') return { text, from: name }
  }
  return { text: 'amqp://guest@localhost:5672/', from: 'the default' }
}

function problemOf(found: { text: string | null; from: string }, management: string | null): string | undefined {
  // Only the form of the management address is looked at here; its default user comes with the broker later.
  const broker = parseAddress(found.text ?? 'amqp://')
  if ('problem' in broker) return `${found.from}: ${broker.problem}`
  const api = management === null ? undefined : parseManagement(management, broker)
  return api !== undefined && 'problem' in api ? `--management: ${api.problem}` : undefined
}

function visiblePasswords(given: Given): string[] {
  const shown = (['broker', 'management'] as const).filter((name) => /:\/\/[^\s/@]*:[^\s@]+@/.test(given.get(name) ?? ''))
  return shown.map(
    (name) =>
      `The password in --${name} can be seen by other users of this machine; ` +
      (name === 'broker'
        ? 'use --broker-file, AMQP_URL or CELERY_BROKER_URL instead.'
        : 'leave it out where it is the same as the broker’s.'),
  )
}
