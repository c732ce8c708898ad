import type { SyntaxNode } from '@lezer/common'
import { below, readExpression } from './expression.ts'
import type { Parameter, ParameterKind } from './module.ts'

/** The parameters of a function, as they are written. */
export function readParameters(text: string, list: SyntaxNode): Parameter[] {
  const parameters: Parameter[] = []
  let kind: ParameterKind = 'usual'
  let from = list.from + 1
  for (const part of partsOf(list)) {
    const [first] = part.nodes
    const name = part.nodes.find((node) => node.name === 'VariableName')
    // The parser has no node for the `/` that ends the positional ones.
    if (!name && text.slice(from, part.to).trim() === '/') makePositional(parameters)
    if (first?.name === '*') kind = 'keyword'
    if (name)
      parameters.push(
        readParameter(text, part.nodes, name, first?.name === '*' ? 'rest' : first?.name === '**' ? 'keywords' : kind),
      )
    from = part.to + 1
  }
  return parameters
}

interface Part {
  readonly nodes: readonly SyntaxNode[]
  /** Where its comma or the closing parenthesis stands. */
  readonly to: number
}

function partsOf(list: SyntaxNode): Part[] {
  const parts: Part[] = []
  let nodes: SyntaxNode[] = []
  for (const child of below(list)) {
    if (child.name === ',' || child.name === ')') {
      parts.push({ nodes, to: child.from })
      nodes = []
    } else if (child.name !== '(') nodes.push(child)
  }
  return nodes.length > 0 ? [...parts, { nodes, to: list.to }] : parts
}

function makePositional(parameters: Parameter[]): void {
  for (const [index, parameter] of parameters.entries()) parameters[index] = { ...parameter, kind: 'positional' }
}

function readParameter(text: string, nodes: readonly SyntaxNode[], name: SyntaxNode, kind: ParameterKind): Parameter {
  const type = nodes.find((node) => node.name === 'TypeDef')
  const sign = nodes.findIndex((node) => node.name === 'AssignOp')
  const standard = sign < 0 ? undefined : nodes[sign + 1]
  return {
    from: nodes[0]?.from ?? name.from,
    to: nodes.at(-1)?.to ?? name.to,
    name: text.slice(name.from, name.to),
    kind,
    annotation: type ? text.slice(type.from + 1, type.to).trim() : null,
    standard: standard ? readExpression(text, standard) : null,
  }
}
