// `npm run bench`: Warren beside an amqplib consumer that only parses JSON, on the same private broker, in turns. Ratios travel,
// absolute numbers belong to the machine. `npm run bench -- history`: a million tasks in the history, and questions to it.
// `npm run bench -- queues`: time and bytes to list ten thousand queues, beside the management page's own request.
// `npm run bench -- scroll`: a page that scrolls through a million tasks while events arrive.
// `npm run bench -- views`: how long opening a view of a million tasks holds up everything else.
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from 'amqplib'
import { startRabbit } from '../support/rabbit.ts'
import { cpuSeconds, residentMegabytes, startRaw, startWarren } from './contender.ts'
import type { Contender } from './contender.ts'
import { benchHistory } from './history.ts'
import { benchQueues } from './queues.ts'
import { benchScroll } from './scroll.ts'
import { syntheticLoad } from './syntheticEvents.ts'
import type { SyntheticLoad } from './syntheticEvents.ts'
import { benchViews } from './views.ts'

if (process.argv[2] === 'history') {
  await benchHistory(Number(process.argv[3] ?? 1_000_000))
  process.exit()
}

if (process.argv[2] === 'queues') {
  await benchQueues(Number(process.argv[3] ?? 10_000))
  process.exit()
}

if (process.argv[2] === 'scroll') {
  await benchScroll(Number(process.argv[3] ?? 1_000_000))
  process.exit()
}

if (process.argv[2] === 'views') {
  await benchViews(Number(process.argv[3] ?? 1_000_000))
  process.exit()
}

const rounds = Number(process.argv[2] ?? 5)
/** Single events are published one message each: fewer tasks, so that nobody is frozen longer than heartbeats allow. */
const tasksOf = (batch: number, how: typeof drain) => (batch === 1 && how === drain ? 40_000 : 100_000)
/** Longer than any machine needs; what has not come by then was lost. */
const patience = 120_000

interface Measure {
  readonly perSecond: number
  readonly cpuPerMillion: number
  readonly megabytes: number
  readonly lost: number | null
}

const say = (line: string) => process.stdout.write(`${line}\n`)

await using rabbit = await startRabbit()
await using publisher = await connectPublisher(rabbit.amqpUrl)

async function connectPublisher(address: string) {
  const connection = await connect(address, { noDelay: true })
  const channel = await connection.createChannel()
  await channel.assertExchange('celeryev', 'topic', { durable: true })
  return {
    async publish(load: SyntheticLoad): Promise<void> {
      for (const { routingKey, content } of load.messages) {
        const options = { contentType: 'application/json', contentEncoding: 'utf-8', deliveryMode: 1 }
        if (!channel.publish('celeryev', routingKey, content, options)) await once(channel, 'drain')
      }
      // An answer to any question means that everything before it has arrived.
      await channel.checkExchange('celeryev')
    },
    [Symbol.asyncDispose]: () => connection.close(),
  }
}

/** Frozen while everything is published, then released: the time to drain a full queue. */
async function drain(contender: Contender, load: SyntheticLoad): Promise<Measure> {
  process.kill(contender.pid, 'SIGSTOP')
  await publisher.publish(load)
  return measure(contender, load, () => Promise.resolve(void process.kill(contender.pid, 'SIGCONT')))
}

/** Published flat out at a program that runs. */
function burst(contender: Contender, load: SyntheticLoad): Promise<Measure> {
  return measure(contender, load, () => publisher.publish(load))
}

async function measure(contender: Contender, load: SyntheticLoad, begin: () => Promise<void>): Promise<Measure> {
  const cpu = cpuSeconds(contender.pid)
  const start = performance.now()
  const finished = Promise.race([contender.finished(load), sleep(patience)]).then(() => performance.now())
  const [, end] = await Promise.all([begin(), finished])
  const used = cpuSeconds(contender.pid) - cpu
  await sleep(1_500)
  const states = contender.ended()?.states
  return {
    perSecond: load.events / ((end - start) / 1_000),
    cpuPerMillion: (used / load.events) * 1e6,
    megabytes: residentMegabytes(contender.pid),
    lost: states ? load.tasks - (states['SUCCESS'] ?? 0) - (states['FAILURE'] ?? 0) : null,
  }
}

async function oneRun(start: () => Promise<Contender>, load: SyntheticLoad, how: typeof drain): Promise<Measure> {
  const contender = await start()
  try {
    return await how(contender, load)
  } finally {
    await contender.stop()
  }
}

/** Of an even number of values the mean of the middle two: naming the higher one would flatter. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const [low, high] = [Math.floor((sorted.length - 1) / 2), Math.floor(sorted.length / 2)]
  return ((sorted[low] ?? 0) + (sorted[high] ?? 0)) / 2
}
const whole = (value: number) => Math.round(value).toLocaleString('en')

async function compare(title: string, batch: number, how: typeof drain): Promise<void> {
  const raw: Measure[] = []
  const warren: Measure[] = []
  for (let round = 0; round < rounds; round++) {
    const load = syntheticLoad(tasksOf(batch, how), batch, `${title.replaceAll(' ', '-')}-${round}`)
    raw.push(await oneRun(() => startRaw(rabbit.amqpUrl, load.events), load, how))
    warren.push(await oneRun(() => startWarren(rabbit.amqpUrl), load, how))
  }
  const of = (measures: readonly Measure[], pick: (measure: Measure) => number) => median(measures.map(pick))
  const ratios = warren.map((measured, round) => measured.perSecond / (raw[round]?.perSecond ?? 1))
  say(
    `| ${title} | ${whole(of(raw, (m) => m.perSecond))} | ${whole(of(warren, (m) => m.perSecond))} | ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}) | ${of(raw, (m) => m.cpuPerMillion).toFixed(1)} | ${of(warren, (m) => m.cpuPerMillion).toFixed(1)} | ${of(warren, (m) => m.lost ?? 0)} | ${whole(of(warren, (m) => m.megabytes))} |`,
  )
}

say(
  `100,000 tasks as 300,000 events (40,000 as 120,000 to drain singly), median of ${rounds} rounds in turns; one viewer looks at Warren’s feed.`,
)
say('| load | raw events/s | Warren events/s | ratio | raw CPU s/million | Warren CPU s/million | tasks lost | Warren MB |')
say('| --- | --- | --- | --- | --- | --- | --- | --- |')
await compare('drain, single events', 1, drain)
await compare('drain, batches of 24', 24, drain)
await compare('live burst, single events', 1, burst)
await compare('live burst, batches of 24', 24, burst)
