/**
 * The names under which one Celery application reaches its brokers' plumbing. Applications may choose others
 * (`event_exchange`, `event_queue_prefix` and `control_exchange`, since Celery 4.3).
 */
export interface CeleryNames {
  /** Topic exchange, durable: where workers and publishers send events. */
  readonly eventExchange: string
  readonly eventQueuePrefix: string
  /** Fanout exchange, not durable: where commands for workers go. */
  readonly commandExchange: string
  /** Direct exchange, not durable: where workers answer. */
  readonly replyExchange: string
}

/** Names derived from the application's settings the way Celery derives them. */
export function celeryNames(eventExchange = 'celeryev', controlExchange = 'celery', eventQueuePrefix = 'celeryev'): CeleryNames {
  return {
    eventExchange,
    eventQueuePrefix,
    commandExchange: `${controlExchange}.pidbox`,
    replyExchange: `reply.${controlExchange}.pidbox`,
  }
}

/** What an application that configures nothing uses. */
export const defaultNames: CeleryNames = celeryNames()

/** Queue a task goes to when nobody says otherwise (`task_default_queue`). */
export const defaultQueue = 'celery'
