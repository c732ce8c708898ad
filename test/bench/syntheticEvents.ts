/** Events in the exact form of Celery 5 workers: received, started, and a success or (one in twenty) a failure with a 2 kB traceback. */
export interface SyntheticLoad {
  readonly messages: readonly { readonly routingKey: string; readonly content: Buffer }[]
  readonly events: number
  readonly tasks: number
  readonly lastTask: string
}

const traceback = [
  'Traceback (most recent call last):',
  ...Array.from(
    { length: 14 },
    (_, line) =>
      `  File "/srv/shop/orders/step${line}.py", line ${40 + line}, in charge_the_customer_again\n    return gateway.charge(order, amount)`,
  ),
  "shop.payments.CardRefused: ('card refused', 4002)",
  '',
].join('\n')

const words = 'order 4711 customer anna@example.org amount 129.90 currency EUR retry false note '.repeat(4).slice(0, 250)

function eventsOf(number: number, run: string): object[] {
  const uuid = `${run}-${String(number).padStart(8, '0')}`
  const at = 1_795_220_000 + number / 1_000
  const common = { hostname: `worker${number % 8}@shop`, utcoffset: 0, pid: 4_000 + (number % 8), uuid }
  const end =
    number % 20 === 0
      ? { exception: "CardRefused('card refused', 4002)", traceback, timestamp: at + 0.3, type: 'task-failed' }
      : { result: "{'charged': 129.9}", runtime: 0.2513, timestamp: at + 0.3, type: 'task-succeeded' }
  return [
    {
      ...common,
      clock: number * 3,
      name: `shop.orders.tasks.charge_${number % 40}`,
      args: `(${number}, '${words}')`,
      kwargs: "{'notify': True}",
      root_id: uuid,
      parent_id: null,
      retries: 0,
      eta: null,
      expires: null,
      timestamp: at,
      type: 'task-received',
    },
    { ...common, clock: number * 3 + 1, timestamp: at + 0.05, type: 'task-started' },
    { ...common, clock: number * 3 + 2, ...end },
  ]
}

/** @param batch events per message; 1 gives single objects as Celery's publishers and gevent workers send them */
export function syntheticLoad(tasks: number, batch: number, run: string): SyntheticLoad {
  const events = Array.from({ length: tasks }, (_, number) => eventsOf(number, run)).flat()
  const messages = batch === 1 ? events.map(single) : batches(events, batch)
  return { messages, events: events.length, tasks, lastTask: `${run}-${String(tasks - 1).padStart(8, '0')}` }
}

function single(event: object) {
  const routingKey = 'type' in event ? String(event.type).replaceAll('-', '.') : ''
  return { routingKey, content: Buffer.from(JSON.stringify(event)) }
}

function batches(events: readonly object[], size: number) {
  const messages = []
  for (let first = 0; first < events.length; first += size) {
    messages.push({ routingKey: 'task.multi', content: Buffer.from(JSON.stringify(events.slice(first, first + size))) })
  }
  return messages
}
