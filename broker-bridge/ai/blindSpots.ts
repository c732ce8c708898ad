import { settingLine } from '../protocol/index.ts'
import type { ConnectionInfo, QueueOrigin } from '../protocol/index.ts'
import { moment } from './taskLines.ts'

/** Gaps that are told, the newest first. */
const mostGaps = 10

/** What cannot be seen on a connection, why, and what would change it. Pure. */
export function blindSpotsOf(info: ConnectionInfo, origin: QueueOrigin | undefined): object {
  const unavailable = Object.entries(info.capabilities).flatMap(([what, capability]) =>
    capability.available ? [] : [{ what: capabilityWords[what] ?? what, why: capability.reason }],
  )
  const spots = {
    unavailable,
    settings: (info.blindSpots ?? []).map(({ setting, workers, effect, fix }) => ({
      setting,
      workers,
      effect,
      fix: `${settingLine(setting)} in Celery’s settings. ${fix}`,
    })),
    silentWorkers: silentWorkers(info),
    gaps: gaps(info),
    queues: origin?.limits ?? null,
    notUnderstood: info.malformed,
    blocked: info.blocked,
    otherNames: otherNames(info),
    earlierDays: info.history?.message ?? (info.history ? null : 'Nothing is kept of earlier days: history is off.'),
  }
  return { connection: info.id, name: info.name, state: info.status.message, ...spots, always }
}

const capabilityWords: Readonly<Record<string, string>> = {
  events: 'events of tasks and workers',
  control: 'asking and telling workers',
  management: 'RabbitMQ’s management API: types, rates and unacknowledged messages of queues',
}

/** What no setting changes. */
const always = [
  'Warren knows only tasks whose events it heard since it connected, besides those kept from earlier days or replayed from a recording.',
  'Arguments and results are Celery’s display texts: long ones are shortened by the worker.',
  'The text of a task that waits in a queue is not shown by these tools.',
]

function silentWorkers({ silentWorkers: { certain, likely } }: ConnectionInfo): object | null {
  if (certain.length === 0 && likely.length === 0) return null
  const fix =
    'Start these workers with -E, set worker_send_task_events = True, or let the user turn events on with “Warren: Turn On Task Events”.'
  return { effect: 'Tasks of these workers are invisible: they send no task events.', certain, likely, fix }
}

function gaps({ gaps: all }: ConnectionInfo): object[] {
  return all
    .slice(-mostGaps)
    .reverse()
    .map(({ from, until, missed, reason, filledFrom }) => ({
      from: moment(from),
      until: moment(until),
      missedEvents: missed,
      why: reason,
      filledFrom: moment(filledFrom),
    }))
}

function otherNames({ otherNames: names }: ConnectionInfo): string | null {
  if (!names) return null
  return `Workers seem to send their events to the exchange “${names.eventExchange}”, which Warren was not told of; the user can choose “Warren: Use Found Exchanges…”.`
}
