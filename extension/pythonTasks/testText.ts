import { parseTree } from 'jsonc-parser'
import type { Node } from 'jsonc-parser'
import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { RetryPlan, TaskDetail } from '../../broker-bridge/protocol/index.ts'
import type { TaskDefinition } from './taskDefinitions.ts'

type Task = Pick<TaskDetail, 'id' | 'state' | 'exception' | 'result'>

/**
 * A file for pytest that runs a task as it ran: its own code, its arguments, and the error it ended with. Whatever came from the
 * broker stands in it as a comment or inside a literal, never as code.
 */
export function testText(name: string, task: Task, plan: RetryPlan, definition: TaskDefinition | undefined): string {
  const { module, called } = importOf(name, definition)
  const failed = task.state === 'FAILURE'
  const type = failed ? typeOf(task.exception) : null
  return [
    ...(failed ? ['import pytest', ''] : []),
    module === null ? `# Import the code of ${comment(name)} here, as ${called}.` : `from ${module} import ${called}`,
    '',
    '',
    `def test_${called}${failed ? '_fails' : ''}():`,
    `    # Task ${comment(task.id)}. ${comment(plan.explanation)}`,
    ...argumentLines('args', plan.args, plan.argsShown),
    ...argumentLines('kwargs', plan.kwargs, plan.kwargsShown),
    ...(failed ? failing(called, type, task.exception) : succeeding(called, task.result)),
    '',
  ].join('\n')
}

function failing(called: string, type: string | null, exception: string | null): string[] {
  return [
    '    with pytest.raises(Exception) as raised:',
    `        ${called}(*args, **kwargs)`,
    ...(type === null ? [] : [`    assert type(raised.value).__name__ == ${JSON.stringify(type)}`]),
    `    # It was ${comment(exception ?? 'an error no event told')}`,
  ]
}

function succeeding(called: string, result: string | null): string[] {
  return [
    `    result = ${called}(*args, **kwargs)`,
    `    # It was ${comment(result ?? 'what no event told')}`,
    '    assert result is not None',
  ]
}

function argumentLines(variable: 'args' | 'kwargs', json: string | null, shown: string | null): string[] {
  const node = json === null ? undefined : parseTree(json)
  if (node !== undefined && json !== null) return [`    ${variable} = ${pythonOf(node, json)}`]
  return [
    `    # Only a text of them is known, perhaps shortened: ${comment(shown ?? 'none')}`,
    `    ${variable} = ${variable === 'args' ? '[]' : '{}'}  # write them here`,
  ]
}

/** JSON as Python: numbers keep their digits, and a JSON string is a Python string. */
function pythonOf(node: Node, text: string): string {
  const children = node.children ?? []
  switch (node.type) {
    case 'array':
      return `[${children.map((child) => pythonOf(child, text)).join(', ')}]`
    case 'object':
      return `{${children.map((child) => pythonOf(child, text)).join(', ')}}`
    case 'property':
      return children.map((child) => pythonOf(child, text)).join(': ')
    case 'string':
      return pythonString(node.value as string)
    case 'boolean':
      return node.value === true ? 'True' : 'False'
    case 'null':
      return 'None'
    case 'number':
      return text.slice(node.offset, node.offset + node.length)
  }
}

/** Nothing in it ends the string, hides or reorders what stands around it. */
function pythonString(value: string): string {
  return JSON.stringify(value).replace(
    /\p{C}|[^\P{Z} ]/gu,
    (hidden) => `\\U${(hidden.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`,
  )
}

const dotted = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$/

function importOf(name: string, definition: TaskDefinition | undefined): { module: string | null; called: string } {
  const path = definition === undefined ? name : importable(name, definition)
  const [called = '', ...module] = path.split('.').reverse()
  if (!dotted.test(path) || module.length === 0) return { module: null, called: dotted.test(called) ? called : 'task' }
  return { module: module.reverse().join('.'), called }
}

/** Workers import the module by the name they registered; a name of its own says nothing of that. */
function importable(name: string, { given, dotted: path }: TaskDefinition): string {
  return given === null ? name : path
}

/** `shop.errors.Refused('x')` and `Refused: x` are a Refused. */
function typeOf(exception: string | null): string | null {
  return /^(?:[A-Za-z_]\w*\.)*([A-Za-z_]\w*)(?=[(:]|$)/.exec(exception ?? '')?.[1] ?? null
}

function comment(text: string): string {
  return visibleLine(text, 300)
}
