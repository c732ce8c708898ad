import type { SyntaxNode } from '@lezer/common'
import { parser } from '@lezer/python'
import { below, readArguments, readCall, readDecorator, readExpression } from './expression.ts'
import type {
  Assignment,
  Call,
  CallStatement,
  ClassDefinition,
  Expression,
  FunctionDefinition,
  Import,
  Place,
  PythonModule,
} from './module.ts'
import { readParameters } from './parameters.ts'

interface Found {
  readonly imports: Import[]
  readonly assignments: Assignment[]
  readonly functions: FunctionDefinition[]
  readonly classes: ClassDefinition[]
  readonly callStatements: CallStatement[]
  readonly calls: Call[]
}

/**
 * Reads Python without running it. What is broken is left out, and what stands around it is read all the same. Never throws; takes
 * time in proportion to the text.
 */
export function readPython(text: string): PythonModule {
  const found: Found = { imports: [], assignments: [], functions: [], classes: [], callStatements: [], calls: [] }
  parser.parse(text).iterate({
    enter: (place) => {
      if (place.name === 'Decorator') return false
      if (told.has(place.name)) read(text, place.node, found)
      return true
    },
  })
  return found
}

/** Nodes that `read` takes; to make one of the others would be for nothing. */
const told = new Set([
  'ImportStatement',
  'AssignStatement',
  'FunctionDefinition',
  'ClassDefinition',
  'CallExpression',
  'ExpressionStatement',
])

function read(text: string, node: SyntaxNode, found: Found): void {
  switch (node.name) {
    case 'ImportStatement':
      return void found.imports.push(...readImports(text, node))
    case 'AssignStatement':
      return void found.assignments.push(...readAssignments(text, node))
    case 'FunctionDefinition':
      return push(found.functions, readFunction(text, node))
    case 'ClassDefinition':
      return push(found.classes, readClass(text, node))
    case 'CallExpression':
      return void found.calls.push(readCall(text, node))
    case 'ExpressionStatement':
      return push(found.callStatements, readCallStatement(text, node))
  }
}

function push<T>(list: T[], member: T | undefined): void {
  if (member !== undefined) list.push(member)
}

const conditions = new Set(['IfStatement', 'TryStatement', 'ForStatement', 'WhileStatement', 'MatchStatement'])

function placeOf(text: string, { from, to, parent }: SyntaxNode): Place {
  const within: string[] = []
  let conditional = false
  for (let around = parent; around; around = around.parent) {
    const isScope = around.name === 'FunctionDefinition' || around.name === 'ClassDefinition'
    const name = isScope ? around.getChild('VariableName') : null
    if (isScope) within.unshift(name ? text.slice(name.from, name.to) : '')
    if (conditions.has(around.name)) conditional = true
  }
  return { from, to, within, conditional }
}

function readAssignments(text: string, node: SyntaxNode): Assignment[] {
  const parts: SyntaxNode[][] = [[]]
  for (const child of below(node)) {
    if (child.name === 'AssignOp') parts.push([])
    else if (child.name !== 'TypeDef') parts.at(-1)?.push(child)
  }
  const last = parts.pop() ?? []
  const [only, ...more] = last
  if (!only) return []
  const value: Expression =
    more.length === 0 ? readExpression(text, only) : { from: only.from, to: more.at(-1)?.to ?? only.to, kind: 'other' }
  const place = placeOf(text, node)
  return parts.flatMap(([target, ...others]) =>
    target && others.length === 0 ? [{ ...place, target: readExpression(text, target), value }] : [],
  )
}

function readCallStatement(text: string, node: SyntaxNode): CallStatement | undefined {
  const call = node.firstChild
  if (call?.name !== 'CallExpression' || call.nextSibling) return undefined
  return { ...placeOf(text, node), call: readCall(text, call) }
}

function decoratorsOf(text: string, { parent }: SyntaxNode): Expression[] {
  if (parent?.name !== 'DecoratedStatement') return []
  return parent.getChildren('Decorator').map((decorator) => readDecorator(text, decorator))
}

function readFunction(text: string, node: SyntaxNode): FunctionDefinition | undefined {
  const name = node.getChild('VariableName')
  if (!name) return undefined
  const list = node.getChild('ParamList')
  return {
    ...placeOf(text, node),
    name: text.slice(name.from, name.to),
    nameSpan: { from: name.from, to: name.to },
    decorators: decoratorsOf(text, node),
    parameters: list ? readParameters(text, list) : [],
    isAsync: node.getChild('async') !== null,
  }
}

function readClass(text: string, node: SyntaxNode): ClassDefinition | undefined {
  const name = node.getChild('VariableName')
  if (!name) return undefined
  return {
    ...placeOf(text, node),
    name: text.slice(name.from, name.to),
    nameSpan: { from: name.from, to: name.to },
    decorators: decoratorsOf(text, node),
    bases: readArguments(text, node.getChild('ArgList') ?? undefined).args,
  }
}

/** Both forms of the statement: `import a.b as c, d` and `from a.b import c as d, e`. */
function readImports(text: string, node: SyntaxNode): Import[] {
  const place = placeOf(text, node)
  const nodes = below(node)
  const at = nodes.findIndex(({ name }) => name === 'import')
  const module = node.getChild('from') ? text.slice(nodes[0]?.to, nodes[at]?.from).trim() : null
  const parts: SyntaxNode[][] = [[]]
  for (const child of nodes.slice(at + 1)) {
    if (child.name === ',') parts.push([])
    else if (child.name !== '(' && child.name !== ')') parts.at(-1)?.push(child)
  }
  return parts.flatMap((part) => readImported(text, part, module) ?? []).map((imported) => ({ ...place, ...imported }))
}

function readImported(
  text: string,
  part: readonly SyntaxNode[],
  module: string | null,
): Pick<Import, 'module' | 'name' | 'as'> | undefined {
  const [first] = part
  if (!first) return undefined
  const alias = part.findIndex(({ name }) => name === 'as')
  const names = (alias < 0 ? part : part.slice(0, alias)).map(({ from, to }) => text.slice(from, to))
  const name = names.join('')
  const renamed = alias < 0 ? undefined : part[alias + 1]
  const as = renamed ? text.slice(renamed.from, renamed.to) : module === null ? (names[0] ?? '') : name
  return module === null ? { module: name, name: null, as } : { module, name, as }
}
