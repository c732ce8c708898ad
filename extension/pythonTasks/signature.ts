import { visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { Expression, Parameter } from '../python/module.ts'
import { messageText } from '../shownText.ts'

/** `charge(order_id: int, amount, *, currency='EUR')`, as its author would write it. */
export function signatureText(name: string, parameters: readonly Parameter[]): string {
  const parts = parameters.flatMap((parameter, index) => [
    ...(opensKeywords(parameters, index) ? ['*'] : []),
    parameterText(parameter),
    ...(closesPositional(parameters, index) ? ['/'] : []),
  ])
  return visibleLine(`${name.split('.').at(-1) ?? name}(${parts.join(', ')})`, 300)
}

/** In the prompt of an input box, which makes links of Markdown's, commands included: annotations are the workspace's own words. */
export function signaturePrompt(name: string, parameters: readonly Parameter[]): string {
  return messageText(signatureText(name, parameters), 400)
}

function opensKeywords(parameters: readonly Parameter[], index: number): boolean {
  const before = parameters[index - 1]?.kind
  return parameters[index]?.kind === 'keyword' && before !== 'keyword' && before !== 'rest'
}

function closesPositional(parameters: readonly Parameter[], index: number): boolean {
  return parameters[index]?.kind === 'positional' && parameters[index + 1]?.kind !== 'positional'
}

function parameterText({ name, kind, annotation, standard }: Parameter): string {
  const stars = kind === 'rest' ? '*' : kind === 'keywords' ? '**' : ''
  const typed = annotation === null ? '' : `: ${annotation}`
  return `${stars}${name}${typed}${standard === null ? '' : `=${standardText(standard)}`}`
}

function standardText(value: Expression): string {
  switch (value.kind) {
    case 'string':
      return JSON.stringify(value.value)
    case 'number':
      return value.text
    case 'boolean':
      return value.value ? 'True' : 'False'
    case 'none':
      return 'None'
    case 'name':
      return value.name
    case 'call':
    case 'attribute':
    case 'item':
    case 'list':
    case 'tuple':
    case 'dictionary':
    case 'other':
      return '…'
  }
}

/**
 * What Python would say of a call with so many arguments and these keywords, as one sentence; undefined where it would go well.
 * @param count positional arguments
 */
export function callProblem(parameters: readonly Parameter[], count: number, keywords: readonly string[]): string | undefined {
  const byPlace = parameters.filter(({ kind }) => kind === 'positional' || kind === 'usual')
  const takesRest = parameters.some(({ kind }) => kind === 'rest')
  if (count > byPlace.length && !takesRest)
    return `It takes at most ${byPlace.length} positional arguments, and here are ${count}.`
  const given = byPlace.slice(0, count)
  const twice = keywords.find((name) => given.some((parameter) => parameter.kind === 'usual' && parameter.name === name))
  if (twice !== undefined) return `“${shown(twice)}” is given twice: by its place and by its name.`
  return unexpected(parameters, keywords) ?? missing(parameters, byPlace.slice(count), keywords)
}

function unexpected(parameters: readonly Parameter[], keywords: readonly string[]): string | undefined {
  if (parameters.some(({ kind }) => kind === 'keywords')) return undefined
  const named = parameters.filter(({ kind }) => kind === 'usual' || kind === 'keyword').map(({ name }) => name)
  const strange = keywords.find((name) => !named.includes(name))
  return strange === undefined
    ? undefined
    : `It has no parameter “${shown(strange)}”${named.length > 0 ? `; it has ${named.map(shown).join(', ')}` : ''}.`
}

function missing(parameters: readonly Parameter[], left: readonly Parameter[], keywords: readonly string[]): string | undefined {
  const wanted = [...left, ...parameters.filter(({ kind }) => kind === 'keyword')]
  const names = wanted
    .filter(({ name, kind, standard }) => standard === null && (kind === 'positional' || !keywords.includes(name)))
    .map(({ name }) => `“${shown(name)}”`)
  return names.length === 0 ? undefined : `It also needs ${names.join(', ')}.`
}

const shown = (name: string): string => visibleLine(name, 60)
