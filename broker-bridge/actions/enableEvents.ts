import type { ControlAnswers, EnableEventsParams, Question } from '../protocol/index.ts'
import type { Connections } from '../sources/connections.ts'
import type { Action } from './door.ts'

/** Tells workers to send task events, and keeps telling those that restart. */
export class EnableEvents implements Action<EnableEventsParams, ControlAnswers> {
  readonly name = 'Turn On Task Events'
  readonly #connections: Connections

  constructor(connections: Connections) {
    this.#connections = connections
  }

  describe(): string {
    return 'in all workers'
  }

  confirmation(params: EnableEventsParams): Promise<Question> {
    const count = this.#connections.get(params.connection).workers.online().length
    return Promise.resolve({
      question: count === 1 ? 'Turn on task events in 1 worker?' : `Turn on task events in ${count} workers?`,
      detail:
        'Workers then publish a small message for each step of each task. Celery forgets this when a worker restarts; while Warren is connected, it turns events on again.',
      action: 'Turn Events On',
      count,
    })
  }

  perform(params: EnableEventsParams): Promise<ControlAnswers> {
    return this.#connections.get(params.connection).attendance.enableEvents()
  }
}
