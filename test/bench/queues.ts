// How long and how many bytes it takes to show queues, beside what RabbitMQ's own management page asks for, in one run.
// `npm run bench -- queues [COUNT]`
import { get } from 'node:http'
import { Bridge } from '../../broker-bridge/bridge.ts'
import type { QueueSnapshot } from '../../broker-bridge/protocol/index.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

interface Asked {
  readonly milliseconds: number
  readonly bytes: number
}

/** One request as a browser would make it, in whole. */
function ask(rabbit: PrivateRabbit, path: string): Promise<Asked> {
  const began = performance.now()
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Basic ${btoa('guest:guest')}` }
    get(`${rabbit.managementUrl ?? ''}/api/${path}`, { headers }, (response) => {
      let bytes = 0
      response.on('data', (chunk: Buffer) => (bytes += chunk.length))
      response.on('end', () => resolve({ milliseconds: performance.now() - began, bytes }))
      response.on('error', reject)
    }).on('error', reject)
  })
}

/** Until a viewer has its first rows, and until every queue is known; bytes are those of the viewer's picture. */
async function throughWarren(rabbit: PrivateRabbit, count: number): Promise<{ first: Asked; whole: Asked; again: Asked }> {
  const bridge = new Bridge({ version: 'bench', maxTasks: 10, eventQueueBytes: 2 ** 24, name: 'Warren bench' })
  const connection = { id: 'c', name: 'c', readOnly: true, keepEventsOn: false }
  await bridge.connect({ ...connection, address: rabbit.amqpUrl, management: rabbit.managementUrl ?? '' })
  while (bridge.picture('connections')[0]?.status.kind !== 'connected') await pause()
  const began = performance.now()
  const view = bridge.openQueueView({ view: 'v', text: '', warned: false, plumbing: false, first: 0, count: 50 })
  const until = async (holds: (now: QueueSnapshot) => boolean): Promise<Asked> => {
    let snapshot = view.snapshot()
    for (; !holds(snapshot); snapshot = view.snapshot()) await pause()
    return { milliseconds: performance.now() - began, bytes: Buffer.byteLength(JSON.stringify(snapshot)) }
  }
  const first = await until(({ rows }) => rows.length === 50)
  const whole = await until(({ matched }) => matched === count)
  const drawn = performance.now()
  const bytes = Buffer.byteLength(JSON.stringify(view.snapshot()))
  const again = { milliseconds: performance.now() - drawn, bytes }
  view.close()
  await bridge.dispose()
  return { first, whole, again }
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5))

function tell(what: string, { milliseconds, bytes }: Asked): void {
  console.log(`${what.padEnd(62)} ${milliseconds.toFixed(0).padStart(7)} ms ${(bytes / 1_000).toFixed(1).padStart(10)} kB`)
}

/** @param count queues to declare and list */
export async function benchQueues(count: number): Promise<void> {
  await using rabbit = await startRabbit()
  const queues = Array.from({ length: count }, (_, index) => ({
    name: `bulk.${String(index).padStart(6, '0')}`,
    ...{ durable: true, auto_delete: false, arguments: {} },
  }))
  await rabbit.management('definitions/%2F', { queues }, 'POST')
  console.log(`${count} queues on a private RabbitMQ of this machine`)
  // What the management page asks for every five seconds, in the order in which its parts are read here.
  const page =
    'queues/%2F?page=1&page_size=100&name=&use_regex=false&pagination=true&msg_rates_age=60&msg_rates_incr=5&lengths_age=60&lengths_incr=5'
  tell('management page: one page of 100', await ask(rabbit, page))
  tell('management API: all queues, every column', await ask(rabbit, 'queues/%2F'))
  const { first, whole, again } = await throughWarren(rabbit, count)
  tell('Warren: until the first 50 rows stand, the viewer’s bytes', first)
  tell('Warren: until every queue is known, the viewer’s bytes', whole)
  tell('Warren: each further picture of 50 rows', again)
}
