import { existsSync } from 'node:fs'
import { readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { launch, output, until, type Launched } from '../childProcess.ts'
import { environment, type RabbitPorts } from './files.ts'

/** Where one private node lives and how it is reached. */
export interface NodePlace {
  readonly home: string
  readonly folder: string
  readonly name: string
  readonly ports: RabbitPorts
}

/** Starts RabbitMQ's own port mapper in the foreground; one started by RabbitMQ itself would stay for ever. */
export function startEpmd({ folder, name, ports }: NodePlace): Promise<Launched> {
  return launch({ command: 'epmd', args: [], env: environment(folder, name, ports), log: join(folder, 'log', 'epmd.log') })
}

/** Starts the server and waits until it serves. Throws with what its log says when it gives up. */
export async function startServer(place: NodePlace): Promise<Launched> {
  const log = join(place.folder, 'log', 'rabbit.log')
  if (existsSync(log)) await rename(log, `${log}.previous`)
  const node = await launch({
    command: join(place.home, 'sbin', 'rabbitmq-server'),
    // RABBITMQ_ALLOW_INPUT makes the script become the Erlang machine instead of waiting in front of it, so that the pid we know
    // is the server's. It leaves out -noinput, which is therefore added.
    args: ['-noinput', '+B', 'i'],
    env: { ...environment(place.folder, place.name, place.ports), RABBITMQ_ALLOW_INPUT: '1' },
    log: join(place.folder, 'log', 'stdout.log'),
  })
  await until('RabbitMQ says that it has started', 90_000, async () => {
    if (!node.running()) throw new Error(`RabbitMQ ended while it started. ${await complaints(place.folder)}`)
    return (await textOf(log)).includes('Server startup complete')
  })
  return node
}

async function complaints(folder: string): Promise<string> {
  const text = (await textOf(join(folder, 'log', 'rabbit.log'))) + (await textOf(join(folder, 'log', 'stdout.log')))
  const lines = text.split('\n').filter((line) => /\[(error|critical)\]|eaddrinuse|eacces/i.test(line))
  return lines.length > 0 ? lines.slice(0, 20).join('\n') : text.slice(-2000)
}

async function textOf(path: string): Promise<string> {
  return existsSync(path) ? readFile(path, 'utf8') : ''
}

/** Runs one of RabbitMQ's tools against the node; each call starts an Erlang machine and takes about half a second. */
export function runTool(place: NodePlace, tool: string, args: readonly string[]): Promise<string> {
  return output(join(place.home, 'sbin', tool), args, { env: environment(place.folder, place.name, place.ports) })
}
