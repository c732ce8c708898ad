import type { TaskEvent } from '../../broker-bridge/sources/events.ts'

const nothing = {
  worker: 'w1@host',
  pid: 10,
  clock: 0,
  name: null,
  args: null,
  kwargs: null,
  root: null,
  parent: null,
  retries: null,
  eta: null,
  expires: null,
  queue: null,
  exchange: null,
  routingKey: null,
  result: null,
  runtime: null,
  exception: null,
  traceback: null,
  custom: null,
}

/** An event with only what a test cares about. */
export function taskEvent(id: string, state: string, at: number, more: Partial<TaskEvent> = {}): TaskEvent {
  return { ...nothing, id, state, at, clock: at, ...more }
}

/** One task from received to its end, a second apart. */
export function wholeTask(id: string, end: 'SUCCESS' | 'FAILURE' = 'SUCCESS', start = 1_000): TaskEvent[] {
  const outcome = end === 'SUCCESS' ? { result: '3', runtime: 1 } : { exception: "ValueError('boom')", traceback: 'Traceback …' }
  return [
    taskEvent(id, 'RECEIVED', start, { name: 'shop.add', args: '(1, 2)', kwargs: '{}', root: id, retries: 0 }),
    taskEvent(id, 'STARTED', start + 1),
    taskEvent(id, end, start + 2, outcome),
  ]
}
