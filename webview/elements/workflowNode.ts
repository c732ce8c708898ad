import { html, nothing } from 'lit'
import type { TemplateResult } from 'lit'
import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { WorkflowNode } from '../../broker-bridge/protocol/index.ts'
import { icon } from '../look/icons.ts'
import { place } from '../look/place.ts'
import { formatCount } from '../text/numbers.ts'
import { lookOf } from '../text/taskStates.ts'
import { nodeSize } from '../workflow/layout.ts'
import type { Point } from '../workflow/layout.ts'
import type { OutlineLine } from '../workflow/walk.ts'
import { shortName, sorted, spokenNode, stateLine } from '../workflow/words.ts'

/** How one node is drawn. */
export interface NodePlace {
  readonly at: Point
  /** The task in the pane, or the group that holds it. */
  readonly current: boolean
  /** Where the keyboard is. */
  readonly cursor: boolean
}

/** One node of the graph, which is a line of a tree for who cannot see it. */
export function workflowNode({ node, level }: OutlineLine, { at, current, cursor }: NodePlace): TemplateResult {
  const spoken = spokenNode(node)
  return html`<div
    role="treeitem"
    class="node ${node.kind} tone-${toneOf(node)} ${current ? 'current' : ''}"
    data-node=${node.id}
    tabindex=${cursor ? 0 : -1}
    aria-level=${level}
    aria-current=${current ? 'true' : nothing}
    aria-selected=${current ? 'true' : 'false'}
    aria-label=${spoken}
    title=${spoken}
    ${place({ left: `${at.x}em`, top: `${at.y}em`, width: `${nodeSize.width}em`, height: `${nodeSize.height}em` })}
  >
    ${iconOf(node)}
    <span class="words">
      <span class="name">${node.kind === 'unseen' ? visibleLine(node.id, 40) : shortName(node.name)}</span>
      ${node.kind === 'group' ? bar(node.states, node.count) : nothing}
      <span class="line">${stateLine(node)}</span>
    </span>
  </div>`
}

/** A group is as bad as the worst in it. */
function toneOf(node: WorkflowNode): string {
  if (node.kind === 'unseen') return 'idle'
  if (node.kind === 'task') return lookOf(node.state).tone
  const present = new Set(Object.keys(node.states).map((state) => lookOf(state).tone))
  return (['bad', 'again', 'running', 'custom', 'idle', 'dropped'] as const).find((tone) => present.has(tone)) ?? 'good'
}

function iconOf(node: WorkflowNode): TemplateResult {
  if (node.kind === 'group') return html`<span class="count numbers" aria-hidden="true">${formatCount(node.count)}</span>`
  return icon(node.kind === 'unseen' ? 'question' : lookOf(node.state).icon)
}

function bar(states: Readonly<Record<string, number>>, count: number): TemplateResult {
  return html`<span class="bar" aria-hidden="true"
    >${sorted(states).map(
      ([state, part]) =>
        html`<span class="part tone-${lookOf(state).tone}" ${place({ width: `${(100 * part) / count}%` })}></span>`,
    )}</span
  >`
}
