import type { BlindSetting } from '../../protocol/index.ts'
import { settingsFinder } from './inspection.ts'

/**
 * Reads an answer to `conf` without defaults for the settings that decide what a monitor sees; all of them are off by default.
 * Those about the result backend are told only where the application has one that they can change.
 * @returns null where the answer is none
 */
export function readBlindSettings(payload: unknown): readonly BlindSetting[] | null {
  const find = settingsFinder(payload)
  if (find === null) return null
  const isOff = (...names: readonly string[]): boolean => find(...names) !== true
  const backend = backendOf(find('result_backend'))
  const keepsResults = backend !== null && isOff('task_ignore_result', 'celery_ignore_result')
  const off: readonly (readonly [BlindSetting, boolean])[] = [
    ['worker_send_task_events', isOff('worker_send_task_events', 'celery_send_events')],
    ['task_send_sent_event', isOff('task_send_sent_event', 'celery_send_task_sent_event')],
    ['task_track_started', keepsResults && isOff('task_track_started', 'celery_track_started')],
    // Of the rpc backend's messages none has a place for it.
    ['result_extended', keepsResults && backend !== 'rpc' && isOff('result_extended')],
  ]
  return off.filter(([, holds]) => holds).map(([setting]) => setting)
}

/** The scheme of a result backend's address, or its name; null without one. */
function backendOf(value: unknown): string | null {
  if (typeof value !== 'string' || value === '') return null
  const [scheme = ''] = value.split(/:|\+/, 1)
  return scheme === 'disabled' ? null : scheme
}
