import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HistoryThread } from '../../broker-bridge/history/thread.ts'
import { readQuery } from '../../broker-bridge/protocol/index.ts'
import type { HistoryPage, Query } from '../../broker-bridge/protocol/index.ts'
import { Lives } from '../../broker-bridge/tasks/life.ts'
import { merge, TaskRecord } from '../../broker-bridge/tasks/record.ts'
import { toStored } from '../../broker-bridge/tasks/stored.ts'
import { eventsOf, start } from './shopDay.ts'

const broker = 'bench'
const rounds = 7

function jsonOf(number: number): string {
  const lives = new Lives()
  const events = eventsOf(number)
  const task = new TaskRecord('c', events[0]?.id ?? '')
  for (const event of events) merge(task, event, lives)
  return JSON.stringify(toStored(task, lives))
}

const indexed = [
  'state:failed',
  'state:revoked',
  'name:shop.orders.tasks.step_3',
  'name:shop.orders.tasks.step_1*',
  'worker:worker3@shop state:failed',
  'state:failed name:shop.orders.tasks.step_20',
  'state:failed name:shop.orders.tasks.step_21',
  'state:revoked OR state:rejected',
  'runtime:>10s',
  'runtime:>2s queue:queue1',
  'received:<10m',
  'retries:>0',
  'id:*000000004711',
  'NOT state:succeeded',
]
const texts = [
  'customer4711@example.org',
  'courier',
  'refused state:failed',
  'nowhere-to-be-found',
  'step13.py charge_the_customer',
  'courier state:revoked',
  'exception:CardRefused',
  'args.1:customer4711@example.org',
  'NOT courier state:failed',
]

const say = (line: string) => process.stdout.write(`${line}\n`)
const whole = (value: number) => Math.round(value).toLocaleString('en')
const median = (values: readonly number[]) => [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0

/** Fills a history and asks it. @param tasks a million, unless less shall do for a look */
export async function benchHistory(tasks: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'warren-bench-'))
  const file = join(folder, 'history.db')
  const place = { file, days: 36_500, megabytes: 100_000, owner: 'bench' }
  const thread = new HistoryThread(new URL('../../broker-bridge/history/worker.ts', import.meta.url), place)
  try {
    const seconds = await fill(thread, tasks)
    const { bytes } = await thread.call('open', null)
    say(
      `${whole(tasks)} tasks written at ${whole(tasks / seconds)} a second; ${whole(bytes / 2 ** 20)} MB, ${whole(bytes / tasks)} bytes a task.`,
    )
    say('\n| query | matches | first page, ms | CPU ms | page 20, ms | CPU ms |\n| --- | --- | --- | --- | --- | --- |')
    for (const text of [...indexed, ...texts]) await ask(thread, text, start + tasks / 20)
    await thread.close(10_000)
    say(`\nThe file has ${whole((await stat(file)).size / 2 ** 20)} MB.`)
  } finally {
    await thread.close(1_000)
    await rm(folder, { recursive: true })
  }
}

async function fill(thread: HistoryThread, tasks: number): Promise<number> {
  const begin = performance.now()
  for (let first = 0; first < tasks; first += 200) {
    const jsons = Array.from({ length: Math.min(200, tasks - first) }, (_, number) => jsonOf(first + number))
    await thread.call('write', { broker, jsons })
  }
  return (performance.now() - begin) / 1_000
}

async function ask(thread: HistoryThread, text: string, now: number): Promise<void> {
  const reading = readQuery(text, now)
  if (!reading.ok) throw new Error(`${text}: ${reading.problem}`)
  const pages: Measured[] = []
  for (let round = 0; round < rounds; round++) pages.push(await page(thread, reading.query, null))
  const first = await page(thread, reading.query, null)
  let later = first
  for (let number = 1; number < 20 && later.next !== null; number++) later = await page(thread, reading.query, later.next)
  const counted = `${whole(first.counted)}${first.countedAll ? '' : '+'}`
  const middle = (pick: (one: Measured) => number) => median(pages.map(pick)).toFixed(0)
  const last = later === first ? '– | –' : `${later.milliseconds.toFixed(0)} | ${later.cpu.toFixed(0)}`
  say(`| \`${text}\` | ${counted} | ${middle((one) => one.milliseconds)} | ${middle((one) => one.cpu)} | ${last} |`)
}

interface Measured {
  readonly milliseconds: number
  readonly cpu: number
}

async function page(thread: HistoryThread, query: Query, before: number | null): Promise<HistoryPage & Measured> {
  const [begin, used] = [performance.now(), process.cpuUsage()]
  const found = await thread.call('find', { broker, connection: 'c', query, before, limit: 100 })
  const { user, system } = process.cpuUsage(used)
  return { ...found, milliseconds: performance.now() - begin, cpu: (user + system) / 1_000 }
}
