import type { DeadLetter } from '../../protocol/index.ts'

type Settings = Readonly<Record<string, unknown>>

/** Where a queue's dead letters go: its own arguments win over its policy (RabbitMQ's documentation of policies). */
export function deadLetterOf(own: Settings, policy: Settings): DeadLetter | null {
  const exchange = own['x-dead-letter-exchange'] ?? policy['dead-letter-exchange']
  if (typeof exchange !== 'string') return null
  const routingKey = own['x-dead-letter-routing-key'] ?? policy['dead-letter-routing-key']
  return { exchange, routingKey: typeof routingKey === 'string' ? routingKey : null }
}
