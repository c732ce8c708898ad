import { parseArgs } from 'node:util'
import { modelFlags } from './mcp/options.ts'

/** Minutes without news after which a task counts as stuck: the usual, and the most. */
export const [defaultStuckMinutes, mostStuckMinutes] = [5, 10_080]
/** Tasks held in memory: the usual number, and the most. */
export const [defaultMaxTasks, mostTasks] = [100_000, 10_000_000]
/** How long and how much a history keeps. */
export const [defaultDays, defaultMegabytes] = [30, 500]
const known = {
  broker: {
    type: 'string',
    value: 'ADDRESS',
    help: 'amqp://user:password@host:5672/virtualhost (a list with ; or , for fail-over)',
  },
  'broker-file': { type: 'string', value: 'FILE', help: 'read the address from a file that only you can read (mode 0600)' },
  open: { type: 'string', value: 'FILE', help: 'show a bundle that Warren exported, without a broker' },
  management: { type: 'string', value: 'URL', help: 'RabbitMQ management API, for example http://localhost:15672' },
  'result-backend': {
    type: 'string',
    value: 'URL',
    help: 'where results or schedules are kept: redis://…, db+postgresql://…, db+sqlite:////srv/db.sqlite3 or a path',
  },
  'event-exchange': { type: 'string', value: 'NAME', help: 'the application’s event_exchange where it is not celeryev' },
  'control-exchange': { type: 'string', value: 'NAME', help: 'the application’s control_exchange where it is not celery' },
  'event-queue-prefix': { type: 'string', value: 'NAME', help: 'its event_queue_prefix where it is not celeryev' },
  name: { type: 'string', value: 'TEXT', help: 'how this connection is called' },
  ca: { type: 'string', value: 'FILE', help: 'certificate authority for amqps, as PEM' },
  cert: { type: 'string', value: 'FILE', help: 'client certificate for amqps, as PEM (needs --key)' },
  key: { type: 'string', value: 'FILE', help: 'key of the client certificate, as PEM (needs --cert)' },
  port: { type: 'string', value: 'N', help: 'port of the monitor on 127.0.0.1 (default: a free one)' },
  environment: {
    type: 'string',
    value: 'NAME',
    help: 'what the broker is for: development, staging, or production, which is read-only without --read-write',
  },
  'read-only': { type: 'boolean', value: '', help: 'refuse everything that would change something' },
  'read-write': { type: 'boolean', value: '', help: 'allow changes in production too' },
  'open-metrics': { type: 'boolean', value: '', help: 'answer /metrics without the token, to every program on this machine' },
  'no-open': { type: 'boolean', value: '', help: 'do not open a browser' },
  json: { type: 'boolean', value: '', help: 'print {"url":…,"token":…} as the first line, for programs' },
  'max-tasks': { type: 'string', value: 'N', help: `tasks to hold in memory (default: ${defaultMaxTasks})` },
  'stuck-minutes': {
    type: 'string',
    value: 'N',
    help: `minutes without news after which a task counts as stuck (default: ${defaultStuckMinutes})`,
  },
  history: { type: 'string', value: 'off|FILE', help: 'where tasks are kept across restarts, or off for nowhere' },
  'history-days': { type: 'string', value: 'N', help: `days they are kept (default: ${defaultDays})` },
  'history-megabytes': {
    type: 'string',
    value: 'N',
    help: `size of that file before the oldest go (default: ${defaultMegabytes})`,
  },
  stdio: { type: 'boolean', value: '', help: 'run as a child process: end when standard input ends' },
  ...modelFlags,
  help: { type: 'boolean', value: '', help: 'show this text' },
  version: { type: 'boolean', value: '', help: 'show the version' },
} as const
type Name = keyof typeof known
/** What was written, by name; flags have an empty text. */
export type Given = ReadonlyMap<Name, string>

/** The text of `--help`. */
export function helpText(): string {
  const lines = Object.entries(known).map(([name, { value, help }]) => `  ${`--${name} ${value}`.padEnd(22)} ${help}`)
  return [
    'Warren: a live monitor for Celery over RabbitMQ.',
    '',
    'Usage: npm start -- [options]',
    '',
    ...lines,
    '',
    'Without --broker the address is taken from AMQP_URL, then from CELERY_BROKER_URL, then amqp://guest@localhost:5672/.',
    'An address given with --broker or --result-backend can be seen by other users of this machine while the program runs;',
    'WARREN_RESULT_BACKEND in the environment says the same as --result-backend.',
  ].join('\n')
}

/** @returns a problem as a sentence */
export function readArguments(args: readonly string[]): Given | string {
  const { tokens } = parseArgs({ args: [...args], options: parserOptions(), strict: false, allowPositionals: true, tokens: true })
  const given = new Map<Name, string>()
  for (const token of tokens) {
    // What stands alone may be an address with a password, so it is not repeated.
    if (token.kind === 'positional')
      return 'An argument without an option was found; write --broker before the address, and see --help.'
    if (token.kind === 'option-terminator') continue
    if (!isKnown(token.name)) return unknownOption(token.rawName)
    const wrong = wrongValue(token.name, token.value, token.inlineValue === true)
    if (wrong !== undefined) return wrong
    if (given.has(token.name)) return `--${token.name} is given twice; give it once.`
    given.set(token.name, token.value ?? '')
  }
  return given
}

function parserOptions(): Record<string, { type: 'string' | 'boolean' }> {
  return Object.fromEntries(Object.entries(known).map(([name, { type }]) => [name, { type }]))
}

function isKnown(name: string): name is Name {
  return Object.hasOwn(known, name)
}

function wrongValue(name: Name, value: string | undefined, inline: boolean): string | undefined {
  const { type, value: shape } = known[name]
  if (type === 'boolean') return value === undefined ? undefined : `--${name} takes no value.`
  const missing = value === undefined || value === '' || (!inline && value.startsWith('-'))
  return missing ? `--${name} needs a value: --${name} ${shape}.` : undefined
}

function unknownOption(rawName: string): string {
  const name = rawName.replace(/^-+/, '')
  const [nearest] = Object.keys(known)
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .filter(({ candidate, distance }) => distance <= 2 || (name.length >= 3 && candidate.startsWith(name)))
    .sort((a, b) => a.distance - b.distance)
  const hint = nearest ? `did you mean --${nearest.candidate}?` : 'see --help.'
  return `The option ${rawName.slice(0, 40)} is not known; ${hint}`
}

/** Letters to add, remove or replace to get from one text to the other. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let index = 0; index < Math.min(from.length, 40); index++) {
    const next = [index + 1]
    for (let column = 1; column <= to.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (from[index] === to[column - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}

type NumberName = 'port' | 'max-tasks' | 'stuck-minutes' | 'history-days' | 'history-megabytes'

/** @returns a problem as a sentence; undefined where nothing was given */
export function wholeNumber(given: Given, name: NumberName, least: number, most: number): number | string | undefined {
  const text = given.get(name)
  if (text === undefined) return undefined
  const value = /^\d{1,9}$/.test(text) ? Number(text) : -1
  return value >= least && value <= most ? value : `--${name} must be a whole number from ${least} to ${most}.`
}
