import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { connect } from 'amqplib'
import type { Channel } from 'amqplib'
import type { Page } from 'playwright-core'
import { bridgeFlags } from '../../broker-bridge/protocol/index.ts'
import type { Activity } from '../../broker-bridge/protocol/index.ts'
import { connectClient } from '../support/bridgeClient.ts'
import { startChromium, watchMainThread } from '../support/chromium.ts'
import { startRabbit } from '../support/rabbit.ts'
import { syntheticLoad } from './syntheticEvents.ts'
import type { SyntheticLoad } from './syntheticEvents.ts'

/** Events a second while a list is measured, and how many are published at once. */
const [rate, spoonful] = [5_000, 100]
/** Seconds each list is measured. */
const stretch = 15
/** Milliseconds between two frames above which a person sees the list stand still. */
const longFrame = 50
/** Tasks of one load: a million at once would be gigabytes of messages. */
const helping = 12_000

const say = (line: string) => process.stdout.write(`${line}\n`)
const whole = (value: number) => Math.round(value).toLocaleString('en')

interface Measured {
  readonly frames: number
  /** Frames that came more than `longFrame` after the one before, and the longest wait, in milliseconds. */
  readonly long: number
  readonly longest: number
  /** What Chromium calls long tasks: more than 50 ms of the main thread in one go. */
  readonly tasks: number
  readonly taskMilliseconds: number
  /** Rows that stood in sight without their contents, over all frames. */
  readonly waiting: number
}

/** Counts long frames of a page that scrolls through a million tasks while events arrive, beside those of one that rests. */
export async function benchScroll(tasks: number): Promise<void> {
  await using rabbit = await startRabbit({ management: false })
  await using events = await openEvents(rabbit.amqpUrl)
  await using warren = await startBridge(rabbit.amqpUrl, tasks)
  const begin = performance.now()
  await fill(events.channel, warren, tasks)
  const seconds = (performance.now() - begin) / 1_000
  say(`${whole(tasks)} tasks in memory after ${seconds.toFixed(0)} s; each list for ${stretch} s, 1280 × 760 pixels.\n`)
  await using browser = await startChromium()
  const page = await browser.newPage({ viewport: { width: 1280, height: 760 } })
  await page.goto(warren.url)
  await page.getByLabel(/token/i).first().fill(warren.token)
  await page.keyboard.press('Enter')
  await page.locator('#row-0').waitFor()
  say(
    '| list | events/s | frames/s | frames > 50 ms | longest, ms | long tasks | their time, ms | main thread, % | rows waited for |',
  )
  say('| --- | --- | --- | --- | --- | --- | --- | --- | --- |')
  const worked = await watchMainThread(page)
  const row = (title: string, events: number, run: () => Promise<Measured>) => tell({ title, events, worked }, run)
  await row('rests', 0, () => measure(page, null))
  await row('rests', rate, () => during(events.channel, () => measure(page, null)))
  await row('by the wheel', 0, () => wheel(page))
  await row('by the wheel', rate, () => during(events.channel, () => wheel(page)))
  await row('from end to end', 0, () => measure(page, 'bar'))
  await row('from end to end', rate, () => during(events.channel, () => measure(page, 'bar')))
}

interface Row {
  readonly title: string
  readonly events: number
  /** Seconds of processor time that the page's main thread has spent: unlike frames, no matter what else the machine does. */
  readonly worked: () => Promise<number>
}

async function tell({ title, events, worked }: Row, run: () => Promise<Measured>): Promise<void> {
  const [before, begin] = [await worked(), performance.now()]
  const { frames, long, longest, tasks, taskMilliseconds, waiting } = await run()
  const busy = ((await worked()) - before) / ((performance.now() - begin) / 1_000)
  const numbers = [events, frames / stretch, long, longest, tasks, taskMilliseconds, 100 * busy, waiting].map(whole)
  say(`| ${title} | ${numbers.join(' | ')} |`)
}

/** The wheel, three notches a frame, down for half of the time and up again. */
async function wheel(page: Page): Promise<Measured> {
  await toTop(page)
  await page.mouse.move(400, 500)
  const measuring = measure(page, null)
  const end = performance.now() + stretch * 1_000
  for (let now = performance.now(); now < end; now = performance.now()) {
    await page.mouse.wheel(0, now < end - stretch * 500 ? 360 : -360)
    await sleep(16)
  }
  return measuring
}

async function toTop(page: Page): Promise<void> {
  await page.locator('.scroller').evaluate((scroller) => (scroller.scrollTop = 0))
  await page.mouse.move(10, 10)
  await sleep(2_000)
}

/** @param how `bar` drags the list from its top to its end and back, a step each frame */
async function measure(page: Page, how: 'bar' | null): Promise<Measured> {
  if (how === 'bar') await toTop(page)
  return page.locator('.scroller').evaluate(
    async (scroller, { how, milliseconds, longFrame }) => {
      const seen = { frames: 0, long: 0, longest: 0, tasks: 0, taskMilliseconds: 0, waiting: 0 }
      const observer = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) {
          seen.tasks++
          seen.taskMilliseconds += duration
        }
      })
      observer.observe({ type: 'longtask' })
      const start = performance.now()
      let before = start
      await new Promise<void>((resolve) => {
        const frame = (now: number): void => {
          const waited = now - before
          before = now
          seen.frames++
          if (waited > longFrame) seen.long++
          seen.longest = Math.max(seen.longest, waited)
          seen.waiting += scroller.querySelectorAll('.row.waiting').length
          const share = (now - start) / milliseconds
          if (how === 'bar') scroller.scrollTop = (1 - Math.abs(1 - 2 * share)) * (scroller.scrollHeight - scroller.clientHeight)
          if (share < 1) requestAnimationFrame(frame)
          else resolve()
        }
        requestAnimationFrame(frame)
      })
      observer.disconnect()
      return seen
    },
    { how, milliseconds: stretch * 1_000, longFrame },
  )
}

let loads = 0

/** While events arrive at their pace. */
async function during<T>(channel: Channel, run: () => Promise<T>): Promise<T> {
  const load = syntheticLoad(Math.ceil((rate * (stretch + 10)) / 3), 1, `live-${loads++}`)
  const going = { on: true }
  const publishing = publishEvenly(channel, load, going)
  // The rate that the page shows is one over two seconds.
  await sleep(2_000)
  const result = await run()
  going.on = false
  await publishing
  await sleep(2_000)
  return result
}

async function publishEvenly(channel: Channel, { messages }: SyntheticLoad, going: { readonly on: boolean }): Promise<void> {
  const start = performance.now()
  for (let first = 0; going.on && first < messages.length; first += spoonful) {
    for (const message of messages.slice(first, first + spoonful)) publish(channel, message)
    const due = start + ((first + spoonful) / rate) * 1_000
    await sleep(Math.max(0, due - performance.now()))
  }
}

function publish(channel: Channel, { routingKey, content }: SyntheticLoad['messages'][number]): boolean {
  const options = { contentType: 'application/json', contentEncoding: 'utf-8', deliveryMode: 1 }
  return channel.publish('celeryev', routingKey, content, options)
}

interface Warren extends AsyncDisposable {
  readonly url: string
  readonly token: string
  readonly activity: () => Activity | null
}

async function fill(channel: Channel, warren: Warren, tasks: number): Promise<void> {
  for (let first = 0; first < tasks; first += helping) {
    const load = syntheticLoad(Math.min(helping, tasks - first), 24, `fill-${first}`)
    for (const message of load.messages) if (!publish(channel, message)) await once(channel, 'drain')
    // No more is on its way than the bridge's queue may hold.
    while ((warren.activity()?.tasks ?? 0) < Math.min(first + load.tasks, tasks) - helping) await sleep(50)
  }
  while ((warren.activity()?.tasks ?? 0) < tasks) await sleep(100)
}

async function openEvents(address: string) {
  const connection = await connect(address, { noDelay: true })
  const channel = await connection.createChannel()
  await channel.assertExchange('celeryev', 'topic', { durable: true })
  return { channel, [Symbol.asyncDispose]: () => connection.close() }
}

/** The bridge as the extension starts it, holding so many tasks. */
async function startBridge(address: string, tasks: number): Promise<Warren> {
  const script = fileURLToPath(new URL('../../dist/bridge.cjs', import.meta.url))
  const options = ['--stdio', '--history', 'off', '--max-tasks', String(tasks)]
  const child = spawn(process.execPath, [...bridgeFlags, script, ...options], { stdio: ['pipe', 'pipe', 'inherit'] })
  const token = randomBytes(32).toString('hex')
  child.stdin.write(`${JSON.stringify({ token, externalAuthorities: [] })}\n`)
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const { port } = JSON.parse(line) as { port: number }
  const { client } = await connectClient(port, token, 'bench')
  let activity: Activity | null = null
  client.on('activity', (now) => (activity = now))
  const flowing = new Promise<void>((resolve) => {
    client.on('connections', ([info]) => info?.capabilities.events.available === true && resolve())
  })
  await client.request('watch', { topics: ['activity', 'connections'] })
  await client.request('connect', { id: 'bench', name: 'bench', address })
  await flowing
  return {
    url: `http://127.0.0.1:${port}/`,
    token,
    activity: () => activity,
    [Symbol.asyncDispose]: async () => {
      client.close()
      child.stdin.end()
      await once(child, 'exit')
    },
  }
}
