import type { Death } from '../../protocol/index.ts'

const mostDeaths = 50

/** The way of a dead-lettered message as RabbitMQ wrote it down, newest first. Never throws. */
export function deathsOf(headers: unknown): readonly Death[] {
  const list = field(headers, 'x-death')
  if (!Array.isArray(list)) return []
  return list.slice(0, mostDeaths).flatMap((entry: unknown) => {
    const queue = field(entry, 'queue')
    return typeof queue === 'string' ? [deathOf(entry, queue)] : []
  })
}

function deathOf(entry: unknown, queue: string): Death {
  const keys = field(entry, 'routing-keys')
  const count = field(entry, 'count')
  const at = field(field(entry, 'time'), 'value')
  return {
    queue,
    exchange: text(field(entry, 'exchange')),
    routingKeys: Array.isArray(keys) ? keys.slice(0, 20).map(text) : [],
    reason: text(field(entry, 'reason')),
    count: typeof count === 'number' ? count : 1,
    at: typeof at === 'number' ? at : null,
  }
}

/**
 * The queue a dead letter came from into the one it is in now: the newest entry of another queue. The first death is not it: with
 * Celery's delayed delivery, a message died in the queues of its delay first.
 */
export function homeOf(deaths: readonly Death[], here: string): string | null {
  return deaths.find(({ queue }) => queue !== here)?.queue ?? null
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
