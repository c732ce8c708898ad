import type { TaskEvent } from '../../broker-bridge/sources/events.ts'
import { taskEvent } from '../unit/taskEvents.ts'

/** Epoch seconds. */
export const start = 1_795_220_000

const traceback = [
  'Traceback (most recent call last):',
  ...Array.from(
    { length: 14 },
    (_, line) => `  File "/srv/shop/orders/step${line}.py", line ${40 + line}, in charge_the_customer_again`,
  ),
  "shop.payments.CardRefused: ('card refused', 4002)",
].join('\n')

/** A shop's day: 40 names, 8 workers, 3 queues, one failure in twenty, one revoked in a thousand, one in a hundred slow. */
export function eventsOf(number: number): TaskEvent[] {
  const id = `${(number * 2_654_435_761).toString(16).padStart(14, '0')}-4c5e-9f00-${String(number).padStart(12, '0')}`
  const at = start + number / 20
  const worker = `worker${number % 8}@shop`
  const args = `(${number}, 'customer${number % 5_000}@example.org', 'order of ${number % 97} pieces, to be sent by ${number % 7 ? 'post' : 'courier'}')`
  const said = {
    worker,
    name: `shop.orders.tasks.step_${number % 40}`,
    args,
    kwargs: "{'notify': True}",
    root: id,
    queue: `queue${number % 3}`,
  }
  const runtime = number % 100 === 7 ? 2 + (number % 13) : 0.2 + (number % 11) / 10
  const end = at + runtime
  if (number % 1_000 === 3) return [taskEvent(id, 'RECEIVED', at, said), taskEvent(id, 'REVOKED', end, { worker })]
  return [
    taskEvent(id, 'RECEIVED', at, said),
    taskEvent(id, 'STARTED', at + 0.05, { worker }),
    number % 20 === 0
      ? taskEvent(id, 'FAILURE', end, { worker, exception: "CardRefused('card refused', 4002)", traceback })
      : taskEvent(id, 'SUCCESS', end, { worker, result: "{'charged': 129.9}", runtime }),
  ]
}
