import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { launchModule, startWorker, type CeleryApp, type CeleryWorker } from '../support/celeryWorker.ts'
import type { Launched } from '../support/childProcess.ts'
import { watchFolder } from '../support/leftovers.ts'
import type { DemoBroker } from './broker.ts'

const prefix = 'warren-demo.'
/** On somebody else's broker a warm end is given this long; on our own there is nothing worth waiting for. In milliseconds. */
const patience = 4_000

/** The sample app at work: two workers and the trickle of tasks for them. */
export interface Shop extends AsyncDisposable {
  /** One sentence as soon as one of its processes has ended; null when that was asked for. */
  readonly broken: Promise<string | null>
}

/** Starts the workers, waits until they are ready, and lets the work begin. */
export async function openShop(broker: DemoBroker): Promise<Shop> {
  const folder = await mkdtemp(join(tmpdir(), 'warren-demo-'))
  const watched = watchFolder(folder)
  const app = shopApp(broker, folder)
  const workers = await Promise.all([
    startWorker(app, worker(broker, 'emails', ['mail'], 2)),
    // Two or three reports run at any time, for up to a minute each; the rest must not wait for them.
    startWorker(app, worker(broker, 'default', ['default', 'reports'], 5)),
  ])
  const trickleLog = join(folder, 'trickle.log')
  const trickle = await launchModule(app, 'shop.trickle', trickleLog)
  let closing = false
  const close = async (): Promise<void> => {
    closing = true
    await trickle.kill()
    await Promise.all(workers.map((one) => endWorker(one, broker)))
    if (!broker.isPrivate) await tidy(app, folder)
    await rm(folder, { recursive: true, force: true })
    watched.forget()
  }
  const broken = breakage(workers, trickle, trickleLog, () => closing)
  return { broken, [Symbol.asyncDispose]: close }
}

function shopApp(broker: DemoBroker, folder: string): CeleryApp {
  const env = { ...broker.shopEnv, SHOP_RESULT_BACKEND: `db+sqlite:///${join(folder, 'results.sqlite')}` }
  return { folder: fileURLToPath(new URL('.', import.meta.url)), module: 'shop', env }
}

function worker(
  broker: DemoBroker,
  name: string,
  queues: readonly string[],
  concurrency: number,
): Parameters<typeof startWorker>[1] {
  // A worker's queue for remote control is called after the worker. On somebody else's broker that name shall be ours as well, and
  // the queues that workers use to talk to each other are not made at all.
  const hostname = broker.isPrivate ? `${name}@%h` : `${prefix}${name}@%h`
  const args = broker.isPrivate ? [] : ['--without-gossip', '--without-mingle']
  return { hostname, queues: queues.map((queue) => prefix + queue), concurrency, args }
}

async function endWorker(one: CeleryWorker, broker: DemoBroker): Promise<void> {
  if (!broker.isPrivate) await one.stop(patience)
  await one[Symbol.asyncDispose]()
}

async function tidy(app: CeleryApp, folder: string): Promise<void> {
  const log = join(folder, 'tidy.log')
  const tidying = await launchModule(app, 'shop.tidy', log)
  const timer = setTimeout(() => void tidying.kill(), patience)
  const code = await tidying.ended
  clearTimeout(timer)
  if (code !== 0)
    process.stderr.write(`The queues ${prefix}* could not be deleted; they are still on the broker. ${await lastLine(log)}\n`)
}

function breakage(
  workers: readonly CeleryWorker[],
  trickle: Launched,
  trickleLog: string,
  expected: () => boolean,
): Promise<string | null> {
  const ofWorkers = workers.map(async (one) => `The worker ${one.hostname} has ended (${await one.ended}).`)
  const ofTrickle = trickle.ended.then(async (how) => `What sends the tasks has ended (${how}): ${await lastLine(trickleLog)}`)
  return Promise.race([...ofWorkers, ofTrickle]).then((sentence) => (expected() ? null : sentence))
}

async function lastLine(log: string): Promise<string> {
  const text = await readFile(log, 'utf8').catch(() => '')
  return text.trim().split('\n').at(-1) ?? ''
}
