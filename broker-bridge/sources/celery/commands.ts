import type { TellableCommand } from '../taskSystem.ts'

/** What Warren tells workers. Never without a destination: then Celery takes every worker to be meant. */
export const tellable = [
  'pool_grow',
  'pool_shrink',
  'pool_restart',
  'autoscale',
  'add_consumer',
  'cancel_consumer',
  'rate_limit',
  'time_limit',
  'enable_events',
  'disable_events',
  'heartbeat',
  'shutdown',
] as const
/** What may go to all: whoever has such a task is to know of it. */
export const revoking = ['revoke', 'revoke_by_stamped_headers'] as const
export type ToldMethod = (typeof tellable)[number] | (typeof revoking)[number]

/** A command with the keyword arguments of its handler in Celery 4.4 to 5.5. `enable_events` and its like take none at all. */
export function toMethod(command: TellableCommand): {
  readonly method: ToldMethod
  readonly args: Readonly<Record<string, unknown>>
} {
  switch (command.command) {
    case 'pool_grow':
    case 'pool_shrink':
      return { method: command.command, args: { n: command.n } }
    case 'pool_restart':
      return { method: 'pool_restart', args: { reload: false } }
    case 'autoscale':
      return { method: 'autoscale', args: { max: command.max, min: command.min } }
    case 'add_consumer':
      return { method: 'add_consumer', args: { queue: command.queue, ...queueArguments(command.queueArguments) } }
    case 'cancel_consumer':
      return { method: 'cancel_consumer', args: { queue: command.queue } }
    case 'rate_limit':
      return { method: 'rate_limit', args: { task_name: command.task, rate_limit: command.rate === '0' ? 0 : command.rate } }
    case 'time_limit':
      return { method: 'time_limit', args: { task_name: command.task, soft: command.soft, hard: command.hard } }
    case 'enable_events':
    case 'disable_events':
    case 'heartbeat':
    case 'shutdown':
      return { method: command.command, args: {} }
    case 'revoke':
      return { method: 'revoke', args: { task_id: command.ids, ...ending(command) } }
    case 'revoke_by_stamp':
      return { method: 'revoke_by_stamped_headers', args: { headers: { [command.header]: command.values }, ...ending(command) } }
  }
}

function ending({ terminate, signal }: { readonly terminate: boolean; readonly signal: string }) {
  return { terminate, signal }
}

function queueArguments(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.keys(given).length === 0 ? {} : { queue_arguments: given }
}
