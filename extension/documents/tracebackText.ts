import { visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { TaskDetail } from '../../broker-bridge/protocol/index.ts'
import { stateWord } from '../views/taskState.ts'

const longest = 1_000_000

/** The document `Show Traceback` opens: a few lines about the run, then the traceback as the worker wrote it. */
export function tracebackText(task: TaskDetail, clock: (at: number) => string): string {
  const about: [string, string | null][] = [
    ['Task', task.name],
    ['Id', task.id],
    ['State', `${stateWord(task.state)}, ${clock(task.at)}`],
    ['Worker', task.worker],
    ['Arguments', task.args],
    ['Keywords', task.kwargs],
    ['Retries', task.retries > 0 ? String(task.retries) : null],
    ['Error', task.exception],
  ]
  const head = about.flatMap(([label, value]) => (value === null ? [] : [`# ${label.padEnd(10)} ${visibleLine(value, 500)}`]))
  return `${[...head, '', body(task)].join('\n')}\n`
}

function body(task: TaskDetail): string {
  if (task.traceback !== null) return visibleText(task.traceback.replace(/\r\n?/g, '\n'), longest).trimEnd()
  if (task.state === 'FAILURE' || task.exception !== null) return '# No event of this task brought a traceback.'
  return `# This task ${stateWord(task.state)}: it has no traceback.`
}

/** What a document about a task is called in its tab: nothing of a hostile name may act as a path. */
export function documentName(name: string | null, id: string): string {
  const clean = (text: string, limit: number): string => text.replace(/[^\w.-]+/g, '_').slice(0, limit)
  return `${clean(name ?? 'task', 80)} ${clean(id, 8)}`
}
