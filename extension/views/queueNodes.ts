import { messageOf, oldestReason, visibleLine, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { QueueDetail, QueueLine, QueueSnapshot } from '../../broker-bridge/protocol/index.ts'
import { commandIds } from '../contributions.ts'
import { clockText, countText, knownText } from '../shownText.ts'
import type { ViewNode } from './node.ts'

/** The queues of one connection: those of its window, more on request, the task system's own folded away, and what is missing. */
export function queueNodes(connection: string, snapshot: QueueSnapshot, readOnly: boolean, now: number): ViewNode[] {
  const { rows, matched, plumbing } = snapshot
  const [origin] = snapshot.origins
  const limits = origin?.limits ?? null
  return [
    ...rows.map((row) => queueNode(row, readOnly, now)),
    ...(rows.length < matched ? [moreNode(connection, rows.length, matched)] : []),
    ...(matched === 0 && origin && origin.at > 0 ? [noQueuesNode(connection)] : []),
    ...(plumbing > 0 ? [plumbingNode(connection, plumbing)] : []),
    ...(limits === null ? [] : [limitsNode(connection, limits)]),
  ]
}

function noQueuesNode(connection: string): ViewNode {
  return {
    id: `noQueues:${connection}`,
    label: 'No queues yet',
    tooltip: 'A queue appears when a worker consumes it or a task is sent to it.',
    icon: { id: 'info' },
    contextValue: 'notice',
    accessibility: 'No queues yet',
    expand: 'none',
  }
}

/** What makes further queues appear. The tree holds no more than a window; the page searches them all. */
function moreNode(connection: string, shown: number, matched: number): ViewNode {
  const atEnd = shown >= 500
  const label = atEnd ? `${matched - shown} more queues` : 'Show more queues'
  const description = `${shown} of ${matched} shown`
  return {
    id: `more:queues:${connection}`,
    label,
    description,
    tooltip: atEnd ? 'The tree shows no more; search for queues in the page of the monitor.' : description,
    icon: { id: 'ellipsis' },
    contextValue: 'more',
    accessibility: `${label}, ${description}`,
    expand: 'none',
    ...(atEnd ? {} : { target: { kind: 'more', of: `queues:${connection}` } as const, command: commandIds.showMore }),
  }
}

function limitsNode(connection: string, limits: string): ViewNode {
  return {
    id: `limits:${connection}`,
    label: 'Some numbers are not known',
    description: visibleLine(limits),
    tooltip: visibleText(limits, 2_000),
    icon: { id: 'info' },
    contextValue: 'notice',
    accessibility: `Some numbers are not known. ${visibleLine(limits, 500)}`,
    expand: 'none',
  }
}

const warningTexts = {
  unconsumed: 'Messages wait here and nothing is consuming them.',
  growing: 'More and more messages wait here: they come in faster than they are taken.',
} as const
const warningWords = { unconsumed: 'nothing consumes it', growing: 'growing' } as const

/** @param readOnly whether nothing may be changed on its connection: its menu then offers only what reads */
export function queueNode(queue: QueueLine, readOnly: boolean, now: number): ViewNode {
  const name = visibleLine(queue.name)
  const counts = [
    `${knownText(queue.ready)} ready`,
    `${knownText(queue.unacked)} unacked`,
    queue.consumers === null ? '– consumers' : countText(queue.consumers, 'consumer'),
  ]
  const warned = queue.warnings.map((warning) => warningWords[warning])
  return {
    id: `queue:${queue.connection}:${queue.virtualHost}:${queue.name}`,
    label: name,
    description: [...counts, ...warned].join(' · '),
    tooltip: [`Queue ${name}`, ...tooltipLines(queue, counts, now)].join('\n'),
    icon: warned.length > 0 ? { id: 'warning', color: 'problemsWarningIcon.foreground' } : { id: 'inbox' },
    contextValue: `queue ${readOnly ? 'readOnly' : 'writable'}${queue.type === 'stream' ? ' stream' : ''}`,
    accessibility: `Queue ${name}, ${[...counts.map((count) => count.replace('–', 'unknown')), ...warned].join(', ')}`,
    expand: 'collapsed',
    target: { kind: 'queue', connection: queue.connection, queue: queue.name },
  }
}

function tooltipLines(queue: QueueLine, counts: readonly string[], now: number): string[] {
  const { type, inRate, outRate, policy, deadLetter } = queue
  return [
    `Virtual host ${visibleLine(queue.virtualHost)}${type === null ? '' : `, type ${visibleLine(type)}`}`,
    counts.join(', '),
    ...(inRate === null && outRate === null ? [] : [`In ${rateText(inRate)}, out ${rateText(outRate)}`]),
    oldestLine(queue, now),
    ...(policy === null ? [] : [`Policy ${visibleLine(policy)}`]),
    ...(deadLetter === null ? [] : [`Dead letters go to ${deadLetterText(deadLetter)}`]),
    ...queue.warnings.map((warning) => warningTexts[warning]),
  ]
}

/** A time of day, not an age: a line whose text changed every second would be drawn every second. */
function oldestLine(queue: QueueLine, now: number): string {
  return queue.oldest === null
    ? `Oldest message: – (${oldestReason(queue) ?? ''})`
    : `Oldest message: since ${clockText(queue.oldest, now)}`
}

function rateText(rate: number | null): string {
  return rate === null ? '–' : `${rate.toFixed(1)}/s`
}

function deadLetterText({ exchange, routingKey }: NonNullable<QueueLine['deadLetter']>): string {
  if (exchange === '') return routingKey === null ? 'this queue' : `the queue ${visibleLine(routingKey, 200)}`
  return `the exchange ${visibleLine(exchange, 200)}${routingKey === null ? '' : ` with key ${visibleLine(routingKey, 200)}`}`
}

/** Celery's own queues, read when somebody unfolds them. */
function plumbingNode(connection: string, count: number): ViewNode {
  return {
    id: `plumbing:${connection}`,
    label: `Celery plumbing (${count})`,
    tooltip: "Queues of Celery's own: events, remote control and replies.",
    icon: { id: 'tools', color: 'disabledForeground' },
    contextValue: 'plumbing',
    accessibility: `Celery's own queues, ${count}`,
    expand: 'collapsed',
    revision: String(count),
  }
}

/** The connection whose plumbing a line holds; undefined for other lines. */
export function plumbingOf({ id }: ViewNode): string | undefined {
  return id.startsWith('plumbing:') ? id.slice('plumbing:'.length) : undefined
}

export function plumbingNodes(rows: readonly QueueLine[], now: number): ViewNode[] {
  return rows
    .filter((row) => row.plumbing)
    .map((row) => ({ ...queueNode(row, true, now), contextValue: 'plumbingQueue', expand: 'none' }))
}

/** Most lines below one queue, of each kind. */
const mostLines = 50

/** What is inside a queue: where it belongs, what leads into it, who takes from it. */
export function queueDetailNodes(detail: QueueDetail): ViewNode[] {
  const { bindings, consumerList, arguments: own, policyDefinition, limits } = detail
  const facts: readonly (readonly [string, string | null])[] = [
    ['Policy', detail.policy],
    ['Dead letters', detail.deadLetter && deadLetterText(detail.deadLetter)],
    ['Dead letters can end in', detail.deadLetterQueues?.join(', ') ?? null],
    ['Node', detail.node],
  ]
  const lines = [
    ...facts.flatMap(([name, value]) => (value === null || value === '' ? [] : [[name, value] as const])),
    ...(own ?? []).slice(0, mostLines).map(({ name, text }) => [name, text] as const),
    ...(policyDefinition ?? []).slice(0, mostLines).map(({ name, text }) => [`${name} (policy)`, text] as const),
    ...(bindings ?? [])
      .slice(0, mostLines)
      .map(({ source, key }) => ['Binding', `${source === '' ? 'default exchange' : source} with key ${key}`] as const),
    ...(consumerList ?? [])
      .slice(0, mostLines)
      .map(({ from, prefetch }) => ['Consumer', `${from}, prefetch ${prefetch === null ? '–' : prefetch}`] as const),
    ...(limits === null ? [] : [['Not known', limits] as const]),
  ]
  return lines.map(([name, value], index) => factNode(detail, index, name, value))
}

function factNode({ connection, name: queue }: QueueDetail, index: number, name: string, value: string): ViewNode {
  const [label, description] = [visibleLine(name, 100), visibleLine(value, 300)]
  return {
    id: `queueFact:${connection}:${queue}:${index}`,
    label,
    description,
    tooltip: visibleText(`${name}: ${value}`, 2_000),
    contextValue: 'fact',
    accessibility: `${label}: ${description}`,
    expand: 'none',
  }
}

/** Why nothing can be told of a queue. */
export function queueProblemNode(parent: ViewNode, error: unknown): ViewNode {
  const message = visibleLine(messageOf(error), 500)
  return {
    id: `${parent.id}:problem`,
    label: message,
    icon: { id: 'info' },
    contextValue: 'notice',
    accessibility: message,
    expand: 'none',
  }
}
