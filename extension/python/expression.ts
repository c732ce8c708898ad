import type { SyntaxNode } from '@lezer/common'
import type { Call, Entry, Expression, Keyword } from './module.ts'
import { readString } from './string.ts'

/** Deeper than this nothing is looked at: a file may nest as it likes. */
const deepest = 40

/** The nodes directly below a node, without comments. */
export function below(node: SyntaxNode): SyntaxNode[] {
  const nodes: SyntaxNode[] = []
  for (let child = node.firstChild; child; child = child.nextSibling) if (child.name !== 'Comment') nodes.push(child)
  return nodes
}

/** What an expression says. Never throws. */
export function readExpression(text: string, node: SyntaxNode, depth = 0): Expression {
  const { from, to } = node
  const own = { from, to }
  const source = text.slice(from, to)
  if (depth > deepest) return { ...own, kind: 'other' }
  switch (node.name) {
    case 'String':
      return readStrings(text, own, [node])
    case 'ContinuedString':
      return readStrings(text, own, below(node))
    case 'Number':
      return { ...own, kind: 'number', text: source }
    case 'Boolean':
      return { ...own, kind: 'boolean', value: source === 'True' }
    case 'None':
      return { ...own, kind: 'none' }
    case 'VariableName':
      return { ...own, kind: 'name', name: source }
    case 'MemberExpression':
      return readMember(text, node, depth)
    case 'CallExpression':
      return readCall(text, node, depth)
    case 'ParenthesizedExpression':
      return readParenthesized(text, node, depth)
    case 'ArrayExpression':
      return { ...own, kind: 'list', ...readItems(text, below(node), depth) }
    case 'TupleExpression':
      return { ...own, kind: 'tuple', ...readItems(text, below(node), depth) }
    case 'DictionaryExpression':
      return { ...own, kind: 'dictionary', ...readEntries(text, below(node), depth) }
    default:
      return { ...own, kind: 'other' }
  }
}

function readStrings(text: string, own: { from: number; to: number }, nodes: readonly SyntaxNode[]): Expression {
  const parts = nodes.map((node) => (node.name === 'String' ? readString(text.slice(node.from, node.to)) : null))
  const value = parts.reduce((all, part) => (all === null || part === null ? null : all + part), '')
  return value === null ? { ...own, kind: 'other' } : { ...own, kind: 'string', value }
}

function readParenthesized(text: string, node: SyntaxNode, depth: number): Expression {
  const inner = below(node).find(({ name }) => name !== '(')
  return inner ? readExpression(text, inner, depth + 1) : { from: node.from, to: node.to, kind: 'other' }
}

function readMember(text: string, node: SyntaxNode, depth: number): Expression {
  const { from, to } = node
  const [object, sign, member] = below(node)
  if (!object || !member) return { from, to, kind: 'other' }
  const of = readExpression(text, object, depth + 1)
  if (sign?.name === '[') return { from, to, kind: 'item', of, key: readExpression(text, member, depth + 1) }
  return attribute(of, text.slice(member.from, member.to), { from, to })
}

function attribute(of: Expression, name: string, span: { readonly from: number; readonly to: number }): Expression {
  return of.kind === 'name' ? { ...span, kind: 'name', name: `${of.name}.${name}` } : { ...span, kind: 'attribute', of, name }
}

/** A call. Never throws. */
export function readCall(text: string, node: SyntaxNode, depth = 0): Call {
  const [callee, list] = below(node)
  const called: Expression = callee ? readExpression(text, callee, depth + 1) : { from: node.from, to: node.from, kind: 'other' }
  return { from: node.from, to: node.to, kind: 'call', callee: called, ...readArguments(text, list, depth) }
}

/** What stands in the parentheses of a call or a class. */
export function readArguments(
  text: string,
  list: SyntaxNode | undefined,
  depth = 0,
): { readonly args: readonly Expression[]; readonly keywords: readonly Keyword[]; readonly unpacks: boolean } {
  const args: Expression[] = []
  const keywords: Keyword[] = []
  const parts = split(list ? below(list) : [])
  for (const part of parts) {
    const [first, sign, value] = part
    if (first && sign?.name === 'AssignOp' && value) {
      keywords.push({
        from: first.from,
        to: value.to,
        name: text.slice(first.from, first.to),
        value: readExpression(text, value, depth + 1),
      })
    } else if (first && part.length === 1) args.push(readExpression(text, first, depth + 1))
  }
  return { args, keywords, unpacks: args.length + keywords.length < parts.length }
}

/** What stands between commas, without brackets; empty parts are none. */
function split(nodes: readonly SyntaxNode[]): SyntaxNode[][] {
  const parts: SyntaxNode[][] = [[]]
  for (const node of nodes) {
    if (node.name === ',') parts.push([])
    else if (!'()[]{}'.includes(node.name)) parts.at(-1)?.push(node)
  }
  return parts.filter((part) => part.length > 0)
}

function readItems(
  text: string,
  nodes: readonly SyntaxNode[],
  depth: number,
): { readonly items: readonly Expression[]; readonly unpacks: boolean } {
  const parts = split(nodes)
  const items = parts.flatMap(([item, ...more]) => (item && more.length === 0 ? [readExpression(text, item, depth + 1)] : []))
  return { items, unpacks: items.length < parts.length }
}

function readEntries(
  text: string,
  nodes: readonly SyntaxNode[],
  depth: number,
): { readonly entries: readonly Entry[]; readonly unpacks: boolean } {
  const parts = split(nodes)
  const entries = parts.flatMap(([key, colon, value]) =>
    key && colon?.name === ':' && value
      ? [{ key: readExpression(text, key, depth + 1), value: readExpression(text, value, depth + 1) }]
      : [],
  )
  return { entries, unpacks: entries.length < parts.length }
}

/** A decorator without its `@`: its name is not nested as names elsewhere are. */
export function readDecorator(text: string, node: SyntaxNode): Expression {
  const [first, ...rest] = below(node).filter(({ name }) => name !== 'At' && name !== '.')
  if (!first) return { from: node.from, to: node.to, kind: 'other' }
  let read = readExpression(text, first)
  for (const part of rest) {
    const span = { from: first.from, to: part.to }
    if (part.name === 'ArgList') read = { ...span, kind: 'call', callee: read, ...readArguments(text, part) }
    else if (part.name === 'VariableName' || part.name === 'PropertyName')
      read = attribute(read, text.slice(part.from, part.to), span)
    else return { from: node.from, to: node.to, kind: 'other' }
  }
  return read
}
