import type { Operation, Peek, PeekPlan, WaitingMessage } from '../../broker-bridge/protocol/index.ts'
import { nowSeconds, shopTask } from './scriptedTasks.ts'

/** Waiting messages as a bridge would describe them. */

export function peekPlan(change: Partial<PeekPlan> = {}): PeekPlan {
  return {
    connection: 'local',
    virtualHost: 'shop',
    queue: 'mail',
    type: 'classic',
    ready: 10_412,
    consumers: 0,
    method: 'take',
    effects: ['Each message is marked as redelivered, for ever; tasks can see that.'],
    refused: null,
    agreed: false,
    ...change,
  }
}

const arguments_ = [
  ['[81234, "invoice-2026-11.pdf"]', '{"notify": true}'],
  ['["products/8812/front.jpg", [320, 640, 1280]]', '{}'],
  ['[12345678901234567890]', '{"full": false}'],
  ['[]', '{"month": "2026-11", "currency": "EUR"}'],
] as const

/** The n-th message of a queue, counted from 1 at its head. */
export function waiting(n: number, change: Partial<WaitingMessage> = {}): WaitingMessage {
  const { id, name } = shopTask(n)
  const [args, kwargs] = arguments_[n % arguments_.length] ?? ['[]', '{}']
  const body = `[${args}, ${kwargs}, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}]`
  return {
    position: n,
    mark: `mark-${String(n).padStart(8, '0')}`,
    kind: 'celery',
    serializer: 'json',
    id,
    name,
    args,
    kwargs,
    canvas: null,
    eta: n % 5 === 0 ? new Date((nowSeconds() + 3_605) * 1000).toISOString().replace('Z', '+00:00') : null,
    expires: null,
    retries: n % 7 === 0 ? 2 : 0,
    priority: n % 11 === 0 ? 5 : 0,
    root: id,
    parent: null,
    group: null,
    origin: 'gen4711@shop-web-1',
    headers: JSON.stringify({ lang: 'py', task: name, id, retries: 0, root_id: id }),
    properties: '{"delivery_mode": 2, "correlation_id": "x"}',
    exchange: '',
    routingKey: 'mail',
    bytes: body.length,
    at: n % 3 === 0 ? nowSeconds() - n * 65 : null,
    contentType: 'application/json',
    contentEncoding: 'utf-8',
    redelivered: n % 4 === 0,
    deliveries: null,
    deaths: [],
    body,
    cut: false,
    problem: null,
    ...change,
  }
}

/** A message that died in a queue and waits among dead letters. */
export function deadLetter(n: number, change: Partial<WaitingMessage> = {}): WaitingMessage {
  const death = { queue: 'mail', exchange: '', routingKeys: ['mail'], reason: 'rejected', count: 2, at: nowSeconds() - 600 }
  return waiting(n, { deaths: [death], exchange: 'dlx', redelivered: true, ...change })
}

export function peekOf(messages: readonly WaitingMessage[], change: Partial<Peek> = {}): Peek {
  return {
    connection: 'local',
    virtualHost: 'shop',
    queue: 'mail',
    at: nowSeconds(),
    messages,
    ready: messages.length,
    limits: null,
    ...change,
  }
}

export function operation(change: Partial<Operation> = {}): Operation {
  return {
    id: 'work-1',
    connection: 'local',
    virtualHost: 'shop',
    queue: 'mail',
    what: 'move',
    title: 'Moving messages from mail to slow',
    target: 'slow',
    done: 0,
    seen: 0,
    total: 10_412,
    rate: 0,
    state: 'running',
    report: null,
    startedAt: nowSeconds(),
    endedAt: null,
    ...change,
  }
}
