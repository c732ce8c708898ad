import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { BlindSetting, BlindSpot, ConnectionInfo } from '../../broker-bridge/protocol/index.ts'
import { countText } from '../shownText.ts'

/** A setting that workers say is off, on whatever connection. */
export interface KnownOff {
  readonly setting: BlindSetting
  /** Where it is off: workers and connections, as one phrase. */
  readonly where: string
  readonly effect: string
}

/**
 * The settings that connected workers have off. What only the stream of events hints at is none: it names no worker, or one that may
 * have been started with `-E`.
 */
export function knownOff(connections: readonly ConnectionInfo[]): KnownOff[] {
  const found = new Map<BlindSetting, { readonly spot: BlindSpot; readonly where: string[] }>()
  for (const connection of connections)
    for (const spot of connection.blindSpots ?? []) {
      const workers = certainOf(spot, connection)
      if (workers.length === 0) continue
      const known = found.get(spot.setting) ?? { spot, where: [] }
      known.where.push(`${workersText(workers)} of ${visibleLine(connection.name, 60)}`)
      found.set(spot.setting, known)
    }
  return [...found].map(([setting, { spot, where }]) => ({ setting, where: where.join(', '), effect: spot.effect }))
}

function certainOf({ setting, workers }: BlindSpot, { silentWorkers }: ConnectionInfo): readonly string[] {
  return setting === 'worker_send_task_events' ? workers.filter((name) => silentWorkers.certain.includes(name)) : workers
}

function workersText([first = '', ...others]: readonly string[]): string {
  return others.length === 0 ? `the worker ${visibleLine(first, 60)}` : countText(others.length + 1, 'worker')
}
