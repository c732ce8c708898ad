import { endedStates, printQuery, typedQueryLimit, visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { Workflow, WorkflowGroup, WorkflowNode } from '../../broker-bridge/protocol/index.ts'
import { formatCount, plural } from '../text/numbers.ts'
import { lookOf } from '../text/taskStates.ts'
import { formatDuration } from '../text/times.ts'

type States = Readonly<Record<string, number>>

/** `3 of 7 ended, 1 failed`. */
export function summaryOf({ total, states }: Pick<Workflow, 'total' | 'states'>): string {
  const ended = sum(states, (state) => endedStates.has(state))
  const failed = states['FAILURE'] ?? 0
  return `${formatCount(ended)} of ${plural(total, 'task')} ended${failed > 0 ? `, ${formatCount(failed)} failed` : ''}`
}

function sum(states: States, fits: (state: string) => boolean): number {
  return Object.entries(states).reduce((total, [state, count]) => total + (fits(state) ? count : 0), 0)
}

/** `3 failure, 9,120 success`: what failed, then the most frequent first. */
export function countsOf(states: States): string {
  return sorted(states)
    .map(([state, count]) => `${formatCount(count)} ${lookOf(state).label.toLowerCase()}`)
    .join(', ')
}

/** What failed, then the most frequent first. */
export function sorted(states: States): [string, number][] {
  const weight = ([state, count]: [string, number]): number => (state === 'FAILURE' ? Number.MAX_VALUE : count)
  return Object.entries(states).sort((one, other) => weight(other) - weight(one))
}

/** The function's own name, without its module. */
export function shortName(name: string | null): string {
  if (name === null) return 'name not seen'
  const text = visibleLine(name, 200)
  return text.slice(text.lastIndexOf('.') + 1) || text
}

/** The second line of a node. */
export function stateLine(node: WorkflowNode): string {
  switch (node.kind) {
    case 'group':
      return countsOf(node.states)
    case 'unseen':
      return 'No event seen'
    case 'task':
      return [lookOf(node.state).label, ...(node.runtime === null ? [] : [formatDuration(node.runtime)])].join(' · ')
  }
}

/** Everything a node tells, as somebody would say it. */
export function spokenNode(node: WorkflowNode): string {
  switch (node.kind) {
    case 'group':
      return `${plural(node.count, 'task')} ${nameOf(node)}: ${countsOf(node.states)}`
    case 'unseen':
      return `A task of which no event was seen, ${visibleLine(node.id, 80)}`
    case 'task': {
      const error = node.exception === null ? '' : `, ${visibleLine(node.exception, 200)}`
      return `${nameOf(node)}, ${stateLine(node)}${error}`
    }
  }
}

function nameOf({ name }: { readonly name: string | null }): string {
  return name === null ? 'without a name' : visibleLine(name, 200)
}

/** The query that finds the tasks of a group; null where it would be too long. */
export function groupQuery(group: WorkflowGroup, root: string): string | null {
  const { name, parent } = group
  const told = parent === null ? textQuery('root', root) : textQuery('parent', parent)
  return within(name === null ? told : `${told} ${textQuery('name', name)}`)
}

/** The query that finds all tasks of a workflow. */
export function workflowQuery(root: string): string | null {
  return within(textQuery('root', root))
}

function textQuery(field: 'root' | 'parent' | 'name', value: string): string {
  return printQuery({ kind: 'text', field, pattern: { parts: [value.toLowerCase()] } })
}

function within(query: string): string | null {
  return query.length > typedQueryLimit ? null : query
}
