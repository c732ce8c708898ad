import { getNodeValue, parseTree } from 'jsonc-parser'
import type { Node, ParseError } from 'jsonc-parser'
import { memberProblem, noObject, readRetry } from './retryText.ts'

/** One sentence about a place in a document. */
export interface RetryProblem {
  readonly message: string
  readonly offset: number
  readonly length: number
}

/** What is wrong in the document of a retry, each with its place. Empty where it can be sent. Never throws. */
export function retryProblems(text: string): RetryProblem[] {
  const errors: ParseError[] = []
  const root = parseTree(text, errors)
  const [first] = errors
  if (first || !root) {
    const { offset = 0, length = 1 } = first ?? {}
    return [{ message: 'Something is missing here, or this is not JSON.', offset, length: Math.max(1, length) }]
  }
  if (root.type !== 'object') return [{ message: noObject, offset: root.offset, length: root.length }]
  const problems = [...(root.children ?? []).flatMap(problemOf), ...missing(root)]
  if (problems.length > 0) return problems
  const reading = readRetry(text)
  return reading.ok ? [] : [{ message: reading.problem, offset: root.offset, length: 1 }]
}

function problemOf({ children = [] }: Node): RetryProblem[] {
  const [name, value] = children
  if (!name || !value) return []
  // Objects are told apart by their kind alone; those that the reader makes have no prototype.
  const message = memberProblem(String(name.value), value.type === 'object' ? {} : (getNodeValue(value) as unknown))
  const { offset, length } = message?.includes('is not known here') === true ? name : value
  return message === undefined ? [] : [{ message, offset, length }]
}

function missing(root: Node): RetryProblem[] {
  const names = new Set(root.children?.map(({ children }) => String(children?.[0]?.value)))
  return ['args', 'kwargs']
    .filter((name) => !names.has(name))
    .map((name) => ({ message: memberProblem(name, undefined) ?? '', offset: root.offset, length: 1 }))
}
