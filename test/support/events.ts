import { connect } from 'amqplib'
import type { Options } from 'amqplib'

/** A publisher to the event exchange, as any process in a cluster may be one, with anything for a body. */
export interface EventPublisher extends AsyncDisposable {
  /** Publishes and waits until the broker has it. */
  readonly send: (content: Buffer | object, options?: Options.Publish) => Promise<void>
  /** Publishes many, and waits until the broker has them all. */
  readonly sendAll: (contents: Iterable<Buffer | object>, options?: Options.Publish) => Promise<void>
}

/** Connects, and declares the exchange as workers do. */
export async function startPublisher(url: string): Promise<EventPublisher> {
  const connection = await connect(url, { noDelay: true })
  connection.on('error', () => undefined)
  const channel = await connection.createConfirmChannel()
  await channel.assertExchange('celeryev', 'topic', { durable: true })
  const publish = (content: Buffer | object, options: Options.Publish) => {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content))
    return channel.publish('celeryev', 'task.multi', bytes, {
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      ...options,
    })
  }
  const send = async (content: Buffer | object, options: Options.Publish = {}) => {
    publish(content, options)
    await channel.waitForConfirms()
  }
  const sendAll = async (contents: Iterable<Buffer | object>, options: Options.Publish = {}) => {
    for (const content of contents) {
      if (!publish(content, options)) await new Promise((resolve) => channel.once('drain', resolve))
    }
    await channel.waitForConfirms()
  }
  return { send, sendAll, [Symbol.asyncDispose]: () => connection.close().catch(() => undefined) }
}

let clock = 0

/** One event as a worker sends it. */
export function taskEvent(id: string, type: string, more: object = {}): object {
  const common = { hostname: 'w@test', utcoffset: 0, pid: 1, clock: ++clock, uuid: id, timestamp: Date.now() / 1_000 }
  const received = {
    name: 'tests.task',
    args: '(1,)',
    kwargs: '{}',
    root_id: id,
    parent_id: null,
    retries: 0,
    eta: null,
    expires: null,
  }
  return { ...common, ...(type === 'task-received' ? received : {}), type, ...more }
}

/** Received, started, succeeded: one task as a batch of its own. */
export const wholeTask = (id: string, more: object = {}): object[] => [
  taskEvent(id, 'task-received', more),
  taskEvent(id, 'task-started'),
  taskEvent(id, 'task-succeeded', { result: "'done'", runtime: 0.5 }),
]
