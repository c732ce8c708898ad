import type { Operation, RetryManyPlan, RetryReport } from '../../broker-bridge/protocol/index.ts'
import { operation } from './scriptedMessages.ts'
import { nowSeconds } from './scriptedTasks.ts'

/** A dry run of a shop's tasks. */
export function retryPlan(change: Partial<RetryManyPlan> = {}): RetryManyPlan {
  const ready = change.ready ?? 180
  const examples = [{ id: '1f0e7a52-62f8-4c1b-8c39-0b9f0f5d2a11', name: 'shop.tasks.orders.send_invoice' }]
  return {
    connection: 'local',
    ready,
    edit: 2,
    blocked: 1,
    heaps: [
      { verdict: 'ready', reason: 'Its arguments are known exactly.', count: ready, examples },
      { verdict: 'edit', reason: 'The arguments were shortened by the worker.', count: 2, examples },
      { verdict: 'blocked', reason: 'Retried already, and the new run has not ended.', count: 1, examples },
    ],
    beyond: 0,
    names: [{ name: 'shop.tasks.orders.send_invoice', count: ready }],
    queues: [{ name: 'mail', count: ready }],
    withCanvas: 0,
    keeps: ['It keeps its priority.'],
    ...change,
  }
}

export function retryOperation(change: Partial<Operation> = {}): Operation {
  const title = 'Retrying 180 tasks, at most 20 a second'
  return operation({ id: 'retry-1', what: 'retry', queue: '', target: null, total: 180, title, ...change })
}

export function retryReport(change: Partial<RetryReport> = {}): RetryReport {
  return {
    operation: 'retry-1',
    connection: 'local',
    startedAt: nowSeconds() - 9,
    endedAt: nowSeconds(),
    counts: { retried: 178, failed: 1, uncertain: 0, skipped: 1, unsent: 0 },
    tasks: [
      { id: 'a', name: 'shop.pay', outcome: 'retried', newId: 'b', reason: null },
      { id: 'c', name: 'shop.pay', outcome: 'failed', newId: null, reason: 'Queue “mail” is full.' },
      { id: 'd', name: 'shop.pay', outcome: 'skipped', newId: null, reason: 'Somebody retried it meanwhile.' },
    ],
    query: 'id:abcd1234-*',
    ...change,
  }
}
