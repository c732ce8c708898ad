import { Filling } from '../../broker-bridge/filling.ts'
import { readQuery } from '../../broker-bridge/protocol/index.ts'
import type { ViewWindow } from '../../broker-bridge/tasks/filter.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import { eventsOf } from './shopDay.ts'

const rounds = 3
const views: readonly (readonly [string, Partial<ViewWindow>])[] = [
  ['all', {}],
  ['`state:failed`', { filter: { query: read('state:failed') } }],
  ['`customer4711@example.org`', { filter: { query: read('customer4711@example.org') } }],
  ['`nowhere-to-be-found`', { filter: { query: read('nowhere-to-be-found') } }],
  ['a worker', { filter: { worker: 'worker3@shop' } }],
  ['a name', { filter: { name: 'shop.orders.tasks.step_3' } }],
  ['sorted by runtime', { sort: { column: 'runtime', descending: true } }],
  ['sorted by received', { sort: { column: 'received', descending: false } }],
  ['sorted by arguments', { sort: { column: 'args', descending: false } }],
]

/**
 * How long a view's first rows, its longest turn and its completion take, with so many tasks in memory: in processor time of the thread,
 * which does not grow with what else the machine does. Of each the median of the rounds.
 */
export async function benchViews(count: number): Promise<void> {
  const store = filled(count)
  console.log(`| view of ${count.toLocaleString('en')} tasks | first rows, ms | longest turn, ms | complete, ms | matched |`)
  console.log('| --- | --- | --- | --- | --- |')
  for (const [what, window] of views) {
    const measured: Measure[] = []
    for (let round = 0; round < rounds; round++) measured.push(await measure(store, window))
    const [first, longest, complete] = (['first', 'longest', 'complete'] as const).map((key) => median(measured, key))
    console.log(`| ${what} | ${first} | ${longest} | ${complete} | ${measured[0]?.matched.toLocaleString('en')} |`)
  }
}

interface Measure {
  readonly first: number
  readonly longest: number
  readonly complete: number
  readonly matched: number
}

async function measure(store: TaskStore, window: Partial<ViewWindow>): Promise<Measure> {
  const start = threadMilliseconds()
  const view = store.openView({ view: 'v', filter: {}, first: 0, count: 50, resting: false, ...window })
  view.snapshot()
  const first = threadMilliseconds() - start
  const longest = await longestTurn(store)
  const complete = threadMilliseconds() - start
  const { matched } = view.snapshot()
  view.close()
  return { first, longest: Math.max(first, longest), complete, matched }
}

/** Fills all views as the bridge does. @returns the longest time for which nothing else had its turn, in milliseconds */
async function longestTurn(store: TaskStore): Promise<number> {
  let longest = 0
  const filling = new Filling(store, () => undefined)
  filling.start()
  let before = threadMilliseconds()
  while (store.isFilling) {
    await new Promise((resolve) => setImmediate(resolve))
    const now = threadMilliseconds()
    longest = Math.max(longest, now - before)
    before = now
  }
  return longest
}

function threadMilliseconds(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

function filled(count: number): TaskStore {
  const store = new TaskStore(count)
  for (let number = 0; number < count; number++) store.apply('c', eventsOf(number), 1)
  store.drain()
  return store
}

function median(measured: readonly Measure[], key: 'first' | 'longest' | 'complete'): string {
  const sorted = measured.map((one) => one[key]).sort((one, other) => one - other)
  return (sorted[sorted.length >> 1] ?? Number.NaN).toFixed(0)
}

function read(text: string) {
  const reading = readQuery(text, 0)
  if (!reading.ok) throw new Error(reading.problem)
  return reading.query
}
