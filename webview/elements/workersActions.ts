import { answeredText, confirmed, messageOf } from '../../broker-bridge/protocol/index.ts'
import type { Ask, ControlCommand, ControlName, WorkerRow } from '../../broker-bridge/protocol/index.ts'
import { freshKey } from '../session/freshKey.ts'
import type { Session } from '../session/session.ts'

/** One value that a command wants. */
export interface Wanted {
  readonly name: string
  readonly label: string
  readonly kind: 'number' | 'text'
  readonly value: string
  readonly hint?: string
  readonly optional?: boolean
}

export interface WorkerAction {
  readonly command: ControlName
  readonly label: string
  readonly wants: readonly Wanted[]
}

const n: Wanted = { name: 'n', label: 'By how many processes', kind: 'number', value: '1' }
const queue: Wanted = { name: 'queue', label: 'Queue', kind: 'text', value: '' }
const task: Wanted = { name: 'task', label: 'Task', kind: 'text', value: '', hint: 'Its full name, such as shop.tasks.pay.' }
const rate: Wanted = { name: 'rate', label: 'Rate', kind: 'text', value: '10/m', hint: '10/s, 10/m or 10/h; 0 for none.' }

/** Everything workers can be told, in the order of the menu. */
export const workerActions: readonly WorkerAction[] = [
  { command: 'pool_grow', label: 'Grow Pool…', wants: [n] },
  { command: 'pool_shrink', label: 'Shrink Pool…', wants: [n] },
  { command: 'pool_restart', label: 'Restart Pool…', wants: [] },
  {
    command: 'autoscale',
    label: 'Set Autoscale…',
    wants: [
      { name: 'min', label: 'At least', kind: 'number', value: '1' },
      { name: 'max', label: 'At most', kind: 'number', value: '4' },
    ],
  },
  { command: 'add_consumer', label: 'Add Consumer…', wants: [queue] },
  { command: 'cancel_consumer', label: 'Cancel Consumer…', wants: [queue] },
  { command: 'rate_limit', label: 'Set Rate Limit…', wants: [task, rate] },
  {
    command: 'time_limit',
    label: 'Set Time Limit…',
    wants: [
      task,
      { name: 'soft', label: 'Soft limit in seconds', kind: 'number', value: '', optional: true, hint: 'Empty for none.' },
      { name: 'hard', label: 'Hard limit in seconds', kind: 'number', value: '', optional: true, hint: 'Empty for none.' },
    ],
  },
  { command: 'enable_events', label: 'Turn Task Events On', wants: [] },
  { command: 'disable_events', label: 'Turn Task Events Off…', wants: [] },
  { command: 'heartbeat', label: 'Ask for a Heartbeat', wants: [] },
  { command: 'shutdown', label: 'Shut Down…', wants: [] },
]

/** Puts what was filled in into a command; the bridge says what is wrong with it. */
export function toCommand({ command, wants }: WorkerAction, values: Readonly<Record<string, string>>): ControlCommand {
  const members = wants.map(({ name, kind, optional }) => {
    const value = (values[name] ?? '').trim()
    if (kind === 'text') return [name, value]
    return [name, value === '' ? (optional === true ? null : 0) : Number(value)]
  })
  return { command, ...Object.fromEntries(members) } as ControlCommand
}

/** Tells workers of one connection something. Never throws. @returns what came of it, as sentences; empty when the user said no */
export async function tellWorkers(
  session: Session,
  workers: readonly WorkerRow[],
  control: ControlCommand,
  ask: Ask,
): Promise<string> {
  const [first] = workers
  if (!first) return ''
  try {
    const params = { connection: first.connection, workers: workers.map(({ name }) => name), control, key: freshKey() }
    const told = await confirmed(session, 'controlWorkers', params, ask)
    if (told === null) return ''
    const said = told.answers.map(({ worker, ok, text }) => `${worker}: ${ok ? '' : 'refused. '}${text}`)
    return [answeredText(told.answers.length, told.silent), ...said].join('\n')
  } catch (error) {
    return messageOf(error)
  }
}
