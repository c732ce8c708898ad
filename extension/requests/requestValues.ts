import type { Node } from 'jsonc-parser'
import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { Canvas, CanvasTask } from '../../broker-bridge/protocol/index.ts'
import type { Request, RequestCanvas, RequestFile, RequestProblem, RequestTask } from './requestFile.ts'

/** Where the values of generators come from. */
export interface Generators {
  readonly uuid: () => string
  /** Epoch milliseconds. */
  readonly now: () => number
  /** 1 for the first, then one more each time. */
  readonly counter: () => number
  readonly environment: (name: string) => string | undefined
}

const places = /\$\$\{|\$\{([^{}\n]{0,200})\}/g
/** Variables may name variables; a circle ends here. */
const deepest = 10

/** What has no value. */
export class Unfilled extends Error {}

/**
 * A request with all its values, ready to be sent. JSON texts keep every digit as it was written.
 * @throws Unfilled with a sentence where a variable has no value
 */
export function fillIn({ canvas }: Request, file: RequestFile, text: string, generators: Generators): Canvas {
  const filler = new Filler(file.variables, text, generators)
  return filler.canvas(canvas)
}

/** Places in a file's text that stand for nothing known: neither a generator, nor a variable of the file. */
export function unknownPlaces(text: string, variables: ReadonlyMap<string, string>): RequestProblem[] {
  return [...text.matchAll(places)].flatMap(({ 0: found, 1: name, index }) =>
    name === undefined || isGenerator(name) || variables.has(name)
      ? []
      : [
          {
            message: `“${visibleLine(name, 60)}” has no value; give it one under "variables".`,
            offset: index,
            length: found.length,
          },
        ],
  )
}

function isGenerator(name: string): boolean {
  return name === 'uuid' || name === 'now' || name === 'timestamp' || name === 'counter' || /^env:.+/.test(name)
}

class Filler {
  readonly #variables: ReadonlyMap<string, string>
  readonly #text: string
  readonly #generators: Generators

  constructor(variables: ReadonlyMap<string, string>, text: string, generators: Generators) {
    this.#variables = variables
    this.#text = text
    this.#generators = generators
  }

  canvas(canvas: RequestCanvas): Canvas {
    switch (canvas.kind) {
      case 'task':
        return this.#task(canvas)
      case 'chain':
        return { kind: 'chain', steps: canvas.steps.map((step) => this.canvas(step)) }
      case 'group':
        return { kind: 'group', members: canvas.members.map((member) => this.canvas(member)) }
      case 'chord':
        return { kind: 'chord', header: canvas.header.map((member) => this.canvas(member)), body: this.#task(canvas.body) }
    }
  }

  #task({ name, args, kwargs, queue, immutable, link, linkError }: RequestTask): CanvasTask {
    return {
      kind: 'task',
      name: this.#fill(name),
      args: args === undefined ? '[]' : this.#json(args),
      kwargs: kwargs === undefined ? '{}' : this.#json(kwargs),
      ...(queue === undefined ? {} : { queue: this.#fill(queue) }),
      ...(immutable ? { immutable } : {}),
      ...(link.length === 0 ? {} : { link: link.map((task) => this.#task(task)) }),
      ...(linkError.length === 0 ? {} : { linkError: linkError.map((task) => this.#task(task)) }),
    }
  }

  /** The JSON of a value without comments; numbers as they were written. */
  #json(node: Node): string {
    const children = node.children ?? []
    switch (node.type) {
      case 'array':
        return `[${children.map((child) => this.#json(child)).join(',')}]`
      case 'object':
        return `{${children.flatMap(({ children: [name, value] = [] }) => (name && value ? [`${JSON.stringify(name.value)}:${this.#json(value)}`] : [])).join(',')}}`
      case 'string':
        return this.#string(node.value as string)
      case 'number':
      case 'boolean':
      case 'null':
      case 'property':
        return this.#text.slice(node.offset, node.offset + node.length)
    }
  }

  /** A text that is nothing but a number generator becomes that number. */
  #string(value: string): string {
    if (value === '${counter}') return String(this.#generators.counter())
    if (value === '${timestamp}') return String(Math.floor(this.#generators.now() / 1_000))
    return JSON.stringify(this.#fill(value))
  }

  #fill(value: string, depth = 0): string {
    if (depth > deepest) throw new Unfilled('The variables of this file name each other in a circle.')
    return value.replace(places, (_, name: string | undefined) => (name === undefined ? '${' : this.#valueOf(name, depth)))
  }

  #valueOf(name: string, depth: number): string {
    switch (name) {
      case 'uuid':
        return this.#generators.uuid()
      case 'now':
        return new Date(this.#generators.now()).toISOString().replace('Z', '+00:00')
      case 'timestamp':
        return String(Math.floor(this.#generators.now() / 1_000))
      case 'counter':
        return String(this.#generators.counter())
    }
    const value = name.startsWith('env:') ? this.#generators.environment(name.slice(4)) : this.#variables.get(name)
    if (value === undefined) throw new Unfilled(missing(name))
    return name.startsWith('env:') ? value : this.#fill(value, depth + 1)
  }
}

function missing(name: string): string {
  const shown = visibleLine(name, 60)
  return name.startsWith('env:')
    ? `The environment has no variable ${shown.slice(4)}. Set it where VS Code was started, and reload the window.`
    : `“${shown}” has no value: give it one under "variables" in this file, or write $\${ for a plain $\{.`
}
