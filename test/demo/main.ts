// `npm run demo`: a private RabbitMQ, a sample Celery app with steady work, and the monitor that looks at them.
import { fileURLToPath } from 'node:url'
import { helpText } from '../../broker-bridge/optionTable.ts'
import { bridgeFlags } from '../../broker-bridge/protocol/index.ts'
import { launch } from '../support/childProcess.ts'
import { provide } from '../support/debian.ts'
import { celery, rabbitmq } from '../support/needs.ts'
import { givenBroker, privateBroker, readOptions, type DemoBroker, type GivenBroker } from './broker.ts'
import { ending } from './ending.ts'
import { openShop } from './shop.ts'

const bridge = fileURLToPath(new URL('../../dist/bridge.cjs', import.meta.url))
const opened: AsyncDisposable[] = []

// Standard output belongs to the monitor, which prints one line of JSON there when it is asked to.
const say = (line: string): void => void process.stderr.write(`${line}\n`)
// A closed terminal must not keep us from tidying up.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

/** Starts everything; resolves to the monitor's exit code when that ends by itself. */
async function show(args: readonly string[], given: GivenBroker | null): Promise<number> {
  await provide(given ? [celery] : [rabbitmq, celery], say)
  const broker = await openBroker(given)
  say('Starting two Celery workers …')
  const shop = await openShop(broker)
  opened.push(shop)
  void shop.broken.then((sentence) => sentence === null || say(sentence))
  say('Work is trickling in. The monitor opens; Ctrl-C ends everything.')
  return runBridge(args, broker)
}

async function openBroker(given: GivenBroker | null): Promise<DemoBroker> {
  if (given) say(`Using the broker ${given.address.toString()}, and there only queues named warren-demo.*.`)
  else say('Starting a private RabbitMQ (a few seconds) …')
  const broker = given ? givenBroker(given) : await privateBroker()
  opened.push(broker)
  return broker
}

async function runBridge(args: readonly string[], broker: DemoBroker): Promise<number> {
  const monitor = await launch({
    command: process.execPath,
    args: [...bridgeFlags, bridge, ...broker.bridgeArgs, ...withoutBroker(args), ...withoutHistory(args)],
    env: { ...process.env, ...broker.bridgeEnv },
    log: null,
  })
  opened.push({ [Symbol.asyncDispose]: () => monitor.stop(3_000) })
  const ended = await monitor.ended
  return typeof ended === 'number' ? ended : 1
}

/** A demo leaves nothing behind, unless it is asked to. */
function withoutHistory(args: readonly string[]): string[] {
  return args.some((argument) => /^--history(=|$)/.test(argument)) ? [] : ['--history', 'off']
}

/** The broker's address goes to the monitor by its environment. */
function withoutBroker(args: readonly string[]): string[] {
  const at = args.indexOf('--broker')
  const rest = at < 0 ? args : [...args.slice(0, at), ...args.slice(at + 2)]
  return rest.filter((argument) => !argument.startsWith('--broker='))
}

/** Ends what was started, the last first. */
async function close(): Promise<void> {
  for (const part of opened.reverse()) await part[Symbol.asyncDispose]()
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

async function main(args: readonly string[]): Promise<number> {
  const asked = readOptions(args)
  if (asked.kind === 'help')
    return tell(
      `${helpText().replace('npm start', 'npm run demo')}\nThe demo reads no address from the environment: without --broker it starts a private RabbitMQ.`,
      0,
    )
  if (asked.kind === 'problem') return tell(asked.problem, 2)
  const asking = ending()
  const showing = show(args, asked.given).catch((error: unknown) => tell(messageOf(error), 1))
  const result = await Promise.race([showing, asking])
  if (typeof result === 'string') say('\nEnding everything the demo started …')
  await close()
  if (typeof result === 'string') say('Everything has ended.')
  return typeof result === 'number' ? result : 0
}

function tell(text: string, code: number): number {
  say(text)
  return code
}

process.exit(await main(process.argv.slice(2)))
