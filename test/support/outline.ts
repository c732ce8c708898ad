import type { ViewNode } from '../../extension/views/node.ts'

/** A tree's lines as text, for comparing: `- label | description (icon) [context]`, children indented. */
export function outline(nodes: readonly ViewNode[], depth = 0): string {
  return nodes.map((node) => `${line(node, depth)}\n${outline(node.children ?? [], depth + 1)}`).join('')
}

function line({ label, description, icon, expand, command }: ViewNode, depth: number): string {
  const sign = expand === 'none' ? '-' : expand === 'expanded' ? 'v' : '>'
  const said = description === undefined || description === '' ? '' : ` | ${description}`
  const run = command === undefined ? '' : ` => ${command}`
  return `${'  '.repeat(depth)}${sign} ${label}${said}${icon ? ` (${icon.id})` : ''}${run}`
}
