import type { BlindSetting, BlindSpot } from '../protocol/index.ts'
import type { TaskEvent } from '../sources/events.ts'

/** Received tasks of which nobody told that they were sent, until that is no accident. */
const proof = 20

/** What the stream of a connection's events tells about settings by what is missing in it. Constant cost and memory. */
export class StreamSigns {
  #sent = false
  #unsent = 0

  /** @param queueKnown whether it is known where the task was sent to; asked only while it matters */
  take(event: TaskEvent, queueKnown: () => boolean): void {
    if (this.#sent) return
    if (event.state === 'PENDING') this.#sent = true
    else if (event.state === 'RECEIVED' && this.#unsent < proof && !queueKnown()) this.#unsent++
  }

  /** Some publisher tells that it sends tasks. */
  get sent(): boolean {
    return this.#sent
  }

  /** Enough tasks came of which no publisher told. */
  get neverSent(): boolean {
    return !this.#sent && this.#unsent >= proof
  }
}

/** What is known of one worker. */
export interface WorkerSettings {
  readonly name: string
  /** Settings that are off and matter to this worker's tasks; null while it has not told. */
  readonly off: readonly BlindSetting[] | null
}

/**
 * What cannot be shown, and why. Workers without task events are given by who watches them: a worker started with `-E` sends events
 * whatever its settings say.
 * @param silent workers that send no task events
 */
export function blindSpotsOf(workers: readonly WorkerSettings[], silent: readonly string[], signs: StreamSigns): BlindSpot[] {
  const without = (setting: BlindSetting): string[] => workers.filter(({ off }) => off?.includes(setting)).map(({ name }) => name)
  return [
    ...spot('worker_send_task_events', silent),
    // The publisher's own setting counts; one that is seen to tell is proof enough, whatever the workers' settings are.
    ...(signs.sent ? [] : spot('task_send_sent_event', without('task_send_sent_event'), signs.neverSent)),
    ...spot('task_track_started', without('task_track_started')),
    ...spot('result_extended', without('result_extended')),
  ]
}

function spot(setting: BlindSetting, workers: readonly string[], seen = false): BlindSpot[] {
  return workers.length === 0 && !seen ? [] : [{ setting, workers, ...texts[setting] }]
}

const texts: Readonly<Record<BlindSetting, Pick<BlindSpot, 'fields' | 'effect' | 'fix'>>> = {
  worker_send_task_events: {
    fields: ['tasks'],
    effect: 'Tasks of these workers do not show up: they send no task events.',
    fix: 'Turn events on now, and Warren keeps them on while it watches; or for good with this setting, or by starting the workers with -E.',
  },
  task_send_sent_event: {
    fields: ['queue', 'sent'],
    effect:
      'Queue, routing and the time of sending stay empty, and so does the wait in the queue: only the process that sends a task can tell them, and it does not.',
    fix: 'Set it where tasks are sent: it takes effect when those processes are restarted, and cannot be turned on from here.',
  },
  task_track_started: {
    fields: ['backend'],
    effect: 'The result backend says PENDING of a task that runs. Events tell that it started all the same.',
    fix: 'It takes effect when the workers are restarted.',
  },
  result_extended: {
    fields: ['backend'],
    effect: 'The result backend does not keep a task’s name, arguments, worker and queue, so they cannot be looked up there.',
    fix: 'It takes effect when the workers are restarted, for results from then on.',
  },
}
