import { parseTree } from 'jsonc-parser'
import type { Node, ParseError } from 'jsonc-parser'
import { visibleLine } from '../../broker-bridge/protocol/index.ts'

/** One task as a file describes it. Values keep their places in the text: what they come to is known when they are sent. */
export interface RequestTask {
  readonly kind: 'task'
  readonly name: string
  readonly args: Node | undefined
  readonly kwargs: Node | undefined
  readonly queue: string | undefined
  readonly immutable: boolean
  readonly link: readonly RequestTask[]
  readonly linkError: readonly RequestTask[]
}

export type RequestCanvas =
  | RequestTask
  | { readonly kind: 'chain'; readonly steps: readonly RequestCanvas[] }
  | { readonly kind: 'group'; readonly members: readonly RequestCanvas[] }
  | { readonly kind: 'chord'; readonly header: readonly RequestCanvas[]; readonly body: RequestTask }

/** When and how a single task is sent. */
export interface RequestOptions {
  readonly countdown?: number
  readonly eta?: string
  readonly expires?: number | string
  readonly priority?: number
}

/** Something to be sent with one press. */
export interface Request {
  /** What its author calls it, or the name of its task. */
  readonly title: string
  /** Name of a saved connection; any where absent. */
  readonly connection: string | undefined
  readonly canvas: RequestCanvas
  readonly options: RequestOptions
  readonly offset: number
  readonly length: number
}

export interface RequestProblem {
  readonly message: string
  readonly offset: number
  readonly length: number
}

export interface RequestFile {
  readonly requests: readonly Request[]
  /** The file's own variables, each the text it stands for. */
  readonly variables: ReadonlyMap<string, string>
  readonly problems: readonly RequestProblem[]
}

class Unfit extends Error {
  readonly node: Node

  constructor(node: Node, message: string) {
    super(message)
    this.node = node
  }
}

/** Reads a file of requests. What is wrong is told with its place, and what stands around it can be sent all the same. Never throws. */
export function readRequestFile(text: string): RequestFile {
  const errors: ParseError[] = []
  const root = parseTree(text, errors, { allowTrailingComma: true })
  const problems: RequestProblem[] = errors.slice(0, 1).map(({ offset, length }) => ({
    message: 'This is not JSON from here on.',
    offset,
    length: Math.max(1, length),
  }))
  if (root === undefined) return { requests: [], variables: new Map(), problems }
  const listed = member(root, 'requests')
  const nodes = listed === undefined ? [root] : (listed.children ?? [])
  const requests = nodes.flatMap((node) => attempt(() => readRequest(node), problems))
  const variables = attempt(() => readVariables(member(root, 'variables')), problems)[0] ?? new Map<string, string>()
  return { requests, variables, problems }
}

function attempt<T>(read: () => T, problems: RequestProblem[]): T[] {
  try {
    return [read()]
  } catch (error) {
    if (!(error instanceof Unfit)) throw error
    problems.push({ message: error.message, offset: error.node.offset, length: error.node.length })
    return []
  }
}

function readVariables(node: Node | undefined): Map<string, string> {
  const entries = node === undefined ? [] : membersOf(node, 'The variables are a JSON object of names and texts.')
  return new Map(entries.map(({ name, value }) => [name, textOf(value, `The variable “${name}”`)]))
}

function readRequest(node: Node): Request {
  const canvas = readCanvas(node)
  return {
    title: optionalText(node, 'title') ?? titleOf(canvas),
    connection: optionalText(node, 'connection'),
    canvas,
    options: readOptions(node, canvas),
    offset: node.offset,
    length: node.length,
  }
}

function titleOf(canvas: RequestCanvas): string {
  return canvas.kind === 'task' ? canvas.name : canvas.kind
}

const kinds = ['task', 'chain', 'group', 'chord'] as const

function readCanvas(node: Node): RequestCanvas {
  const said = kinds.filter((kind) => member(node, kind) !== undefined)
  const [kind] = said
  if (kind === undefined || said.length > 1)
    throw new Unfit(node, 'A request has one of "task", "chain", "group" and "chord", which says what is sent.')
  const value = member(node, kind) as Node
  if (kind === 'task') return readTask(node)
  if (kind === 'chain') return { kind, steps: readCanvases(value, 'The steps of a chain') }
  if (kind === 'group') return { kind, members: readCanvases(value, 'The members of a group') }
  const [header, body] = [member(value, 'header'), member(value, 'body')]
  if (header === undefined || body === undefined)
    throw new Unfit(
      value,
      'A chord is an object with a "header", a list of tasks, and a "body", the task that gets their results.',
    )
  return { kind, header: readCanvases(header, 'The header of a chord'), body: readTask(body) }
}

function readCanvases(node: Node, what: string): RequestCanvas[] {
  if (node.type !== 'array' || (node.children ?? []).length === 0) throw new Unfit(node, `${what} are a list with at least one.`)
  return (node.children ?? []).map(readCanvas)
}

function readTask(node: Node): RequestTask {
  const name = member(node, 'task')
  if (name === undefined) throw new Unfit(node, 'This needs a "task", the name under which workers registered it.')
  const [args, kwargs] = [member(node, 'args'), member(node, 'kwargs')]
  if (args !== undefined && args.type !== 'array') throw new Unfit(args, '"args" is a list, for example ["paul", 42].')
  if (kwargs !== undefined && kwargs.type !== 'object')
    throw new Unfit(kwargs, '"kwargs" is an object, for example {"amount": 42}.')
  return {
    kind: 'task',
    name: textOf(name, 'The name of a task'),
    args,
    kwargs,
    queue: optionalText(node, 'queue'),
    immutable: member(node, 'immutable')?.value === true,
    link: readTasks(member(node, 'link')),
    linkError: readTasks(member(node, 'linkError')),
  }
}

function readTasks(node: Node | undefined): RequestTask[] {
  if (node === undefined) return []
  if (node.type !== 'array') throw new Unfit(node, 'Callbacks are a list of tasks.')
  return (node.children ?? []).map(readTask)
}

function readOptions(node: Node, canvas: RequestCanvas): RequestOptions {
  const given = (['countdown', 'eta', 'expires', 'priority'] as const).flatMap((name) => {
    const value = member(node, name)
    return value === undefined ? [] : [{ name, value }]
  })
  const [first] = given
  if (first !== undefined && canvas.kind !== 'task') throw new Unfit(first.value, `"${first.name}" belongs to a single task.`)
  for (const { name, value } of given) checkOption(name, value)
  return Object.fromEntries(given.map(({ name, value }) => [name, value.value as unknown]))
}

function checkOption(name: keyof RequestOptions, node: Node): void {
  const fits = name === 'eta' ? node.type === 'string' : node.type === 'number' || (name === 'expires' && node.type === 'string')
  if (!fits) throw new Unfit(node, name === 'eta' ? '"eta" is a time with its zone.' : `"${name}" is a number.`)
}

function optionalText(node: Node, name: string): string | undefined {
  const value = member(node, name)
  return value === undefined ? undefined : textOf(value, `"${name}"`)
}

function textOf(node: Node, what: string): string {
  if (node.type === 'string' && node.value !== '') return node.value as string
  throw new Unfit(node, `${visibleLine(what, 100)} is a text in quotes.`)
}

/** The value of an object's member of this name; the last one counts, as in JSON. */
function member(node: Node, name: string): Node | undefined {
  if (node.type !== 'object') return undefined
  return node.children?.findLast(({ children }) => children?.[0]?.value === name)?.children?.[1]
}

function membersOf(node: Node, problem: string): { name: string; value: Node }[] {
  if (node.type !== 'object') throw new Unfit(node, problem)
  return (node.children ?? []).flatMap(({ children }) => {
    const [name, value] = children ?? []
    return name && value ? [{ name: String(name.value), value }] : []
  })
}
