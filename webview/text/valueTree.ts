import { isLosslessNumber, parse, stringify } from 'lossless-json'
import { readPython } from '../../broker-bridge/protocol/index.ts'
import type { PythonValue } from '../../broker-bridge/protocol/index.ts'

/** A value as the tree of a task's arguments or results shows it. */
export interface ValueNode {
  /** Index or key; null for a value that stands alone. */
  readonly label: string | null
  readonly kind: 'tuple' | 'list' | 'set' | 'dict' | 'text' | 'number' | 'word' | 'other'
  /** As it stands in the text, or a text's own characters: what is shown and what is copied. */
  readonly text: string
  /** Something is missing here. */
  readonly cut: boolean
  readonly children: readonly ValueNode[]
}

/** Reads a display text of Python. Null where it cannot be read exactly: then the text itself is all there is to show. */
export function pythonTree(source: string): ValueNode | null {
  const value = readPython(source)
  return value && toNode(value, source, null)
}

function toNode(value: PythonValue, source: string, label: string | null): ValueNode {
  const { kind, cut, from, to } = value
  const text = kind === 'text' ? value.text : source.slice(from, to)
  return { label, kind, text, cut, children: childrenOf(value, source) }
}

function childrenOf(value: PythonValue, source: string): ValueNode[] {
  if (value.kind === 'dict') {
    return value.entries.map(({ key, value: of }) => {
      const label = key.kind === 'text' ? key.text : source.slice(key.from, key.to)
      return of ? toNode(of, source, label) : { label, kind: 'other', text: '...', cut: true, children: [] }
    })
  }
  return 'items' in value ? value.items.map((item, index) => toNode(item, source, String(index))) : []
}

/** Reads a JSON text, the same way; numbers keep every digit. */
export function jsonTree(source: string): ValueNode | null {
  try {
    return fromJson(parse(source), null)
  } catch {
    return null
  }
}

function fromJson(value: unknown, label: string | null): ValueNode {
  const node = { label, cut: false, children: [] }
  if (typeof value === 'string') return { ...node, kind: 'text', text: value }
  const text = stringify(value) ?? 'null'
  if (isLosslessNumber(value)) return { ...node, kind: 'number', text }
  if (typeof value !== 'object' || value === null) return { ...node, kind: 'word', text }
  const children = Object.entries(value).map(([key, inner]) => fromJson(inner, key))
  return { ...node, kind: Array.isArray(value) ? 'list' : 'dict', text, children }
}

/** `tuple of 2`, `dict of 3 or more`; null for what holds nothing by its nature. */
export function sizeOf({ kind, children, cut }: ValueNode): string | null {
  if (kind === 'text' || kind === 'number' || kind === 'word' || kind === 'other') return null
  if (cut && children.length === 0) return `${kind}, too deep to be shown`
  return children.length === 0 ? `empty ${kind}` : `${kind} of ${children.length}${cut ? ' or more' : ''}`
}

/** A line of the tree: a value, or the place where further ones can be asked for. */
export interface ValueLine {
  readonly path: string
  readonly level: number
  readonly node: ValueNode
  /** From 1, and of how many, among its siblings. */
  readonly place: number
  readonly siblings: number
  /** Children that are not shown yet; null for a value's own line. */
  readonly hidden: number | null
}

/** What is open in a tree, and of long lists how much. */
export interface Openness {
  isOpen(path: string, node: ValueNode): boolean
  shown(path: string): number
}

/** The lines to show, from top to bottom. A container that stands alone has no line of its own. */
export function valueLines(root: ValueNode, openness: Openness): ValueLine[] {
  if (root.children.length === 0) return [{ path: '', level: 1, node: root, place: 1, siblings: 1, hidden: null }]
  const lines: ValueLine[] = []
  addChildren(lines, root, '', 1, openness)
  return lines
}

function addChildren(lines: ValueLine[], parent: ValueNode, path: string, level: number, openness: Openness): void {
  const shown = openness.shown(path)
  const siblings = parent.children.length
  for (const [index, node] of parent.children.slice(0, shown).entries()) {
    const own = `${path}/${index}`
    lines.push({ path: own, level, node, place: index + 1, siblings, hidden: null })
    if (node.children.length > 0 && openness.isOpen(own, node)) addChildren(lines, node, own, level + 1, openness)
  }
  if (siblings > shown)
    lines.push({ path: `${path}/more`, level, node: parent, place: siblings, siblings, hidden: siblings - shown })
}

/** How many lines a tree has when all of it is open; stops counting beyond the limit. */
export function countLines(node: ValueNode, limit: number): number {
  let count = 0
  for (const child of node.children) {
    if (count > limit) break
    count += 1 + countLines(child, limit)
  }
  return count
}
