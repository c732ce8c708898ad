import { parse } from 'lossless-json'
import { messageOf, visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { RetryParams, RetryPlan } from '../../broker-bridge/protocol/index.ts'

/** What a person completed in a retry's document: the JSON texts exactly as they wrote them. */
export interface CompletedRetry {
  readonly args: string
  readonly kwargs: string
  /** Null where the plan's own queue is to be used. */
  readonly queue: string | null
  /** Null where the plan's own name is to be used. */
  readonly name: string | null
}

export type RetryReading =
  { readonly ok: true; readonly retry: CompletedRetry } | { readonly ok: false; readonly problem: string }

/** The document for a retry whose arguments are not known for certain: what is known as comments, the rest to be written. */
export function retryText(plan: RetryPlan): string {
  const known = [
    `Retry of ${plan.name ?? 'an unnamed task'}, id ${plan.id}`,
    visibleLine(plan.explanation, 300),
    ...(plan.argsShown === null ? [] : [`Arguments as the event showed them: ${plan.argsShown}`]),
    ...(plan.kwargsShown === null ? [] : [`Keyword arguments as the event showed them: ${plan.kwargsShown}`]),
    plan.queueSource,
    'Write what is missing below, such as ["paul", 42] for args and {"amount": 42} for kwargs, and send it with the button in the editor title, or run it here under a debugger. Nothing is sent before that.',
  ]
  const queue = plan.queue ?? plan.queueChoices[0] ?? null
  return [
    ...known.filter((line) => line !== '').map((line) => `// ${visibleLine(line, 2_000)}`),
    '{',
    `  "name": ${plan.name === null ? '' : quoted(plan.name)},`,
    // What is not known stays empty, which is no JSON: nothing can be sent that nobody wrote.
    `  "args": ${plan.args ?? ''},`,
    `  "kwargs": ${plan.kwargs ?? ''},`,
    `  "queue": ${queue === null ? 'null' : quoted(queue)}`,
    '}',
    '',
  ].join('\n')
}

/** A JSON string in which nothing hides or reorders text, and no line ends. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/\p{C}|[^\P{Z} ]/gu, (hidden) =>
    Array.from({ length: hidden.length }, (_, at) => `\\u${hidden.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  )
}

/** Where a person has to write first in a fresh document, past the comments, whose text an event chose. */
export function firstGap(document: string): number {
  const body = document.search(/^\{$/m)
  const gap = /^ {2}"\w+": (?=,$)/m.exec(document.slice(body))
  return gap ? body + gap.index + gap[0].length : body
}

/** What of a completed retry is to be sent. Arguments left as the plan had them stay with the bridge, which then asks about them. */
export function retryMembers(plan: RetryPlan, retry: CompletedRetry): Pick<RetryParams, 'args' | 'kwargs' | 'name' | 'queue'> {
  const { args, kwargs, name, queue } = retry
  return {
    ...(args === plan.args ? {} : { args }),
    ...(kwargs === plan.kwargs ? {} : { kwargs }),
    // An incomplete plan's name may be a display name, so the one that was let stand is said too.
    ...(name === null || (name === plan.name && plan.source !== 'incomplete') ? {} : { name }),
    ...(queue === null ? {} : { queue }),
  }
}

/** Reads a completed document. A JSON string holds no line break, so a line that begins with `//` is always a comment. */
export function readRetry(document: string): RetryReading {
  const text = document.replace(/^\s*\/\/.*$/gm, '')
  try {
    const value = parse(text)
    const problem = membersProblem(value)
    if (problem !== undefined) return { ok: false, problem }
    const texts = memberTexts(text)
    const { queue, name } = isRecord(value) ? value : {}
    return {
      ok: true,
      retry: {
        args: texts.get('args') ?? '[]',
        kwargs: texts.get('kwargs') ?? '{}',
        queue: typeof queue === 'string' ? queue : null,
        name: typeof name === 'string' ? name : null,
      },
    }
  } catch (error) {
    return {
      ok: false,
      problem: `Something is missing, or this is not valid JSON: ${visibleLine(messageOf(error))}.`,
    }
  }
}

function membersProblem(value: unknown): string | undefined {
  if (!isRecord(value)) return 'The document must hold one JSON object with "args" and "kwargs".'
  const { args, kwargs, queue = null, name = null, ...others } = value
  const strange = Object.keys(others)[0]
  if (strange !== undefined) return `"${visibleLine(strange, 60)}" is not known here: use name, args, kwargs and queue.`
  return argsProblem(args) ?? kwargsProblem(kwargs) ?? queueProblem(queue) ?? nameProblem(name)
}

/** The source texts of an object's members. The text is known to be a valid JSON object, so brackets and strings suffice. */
function memberTexts(text: string): Map<string, string> {
  const members = new Map<string, string>()
  let depth = 0
  let name = ''
  let start = -1
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g)) {
    if (token === '{' || token === '[') depth += 1
    if (token === '}' || token === ']') depth -= 1
    const ends = start >= 0 && ((token === ',' && depth === 1) || (token === '}' && depth === 0))
    if (ends) members.set(name, text.slice(start, index).trim())
    if (ends) start = -1
    if (depth === 1 && start < 0 && token.startsWith('"')) name = String(JSON.parse(token))
    if (depth === 1 && start < 0 && token === ':') start = index + 1
  }
  return members
}

/** What is wrong with a text that should be a JSON array of arguments; undefined when nothing is. */
export function argsTextProblem(text: string): string | undefined {
  return textProblem(text, argsProblem)
}

/** What is wrong with a text that should be a JSON object of keyword arguments; undefined when nothing is. */
export function kwargsTextProblem(text: string): string | undefined {
  return textProblem(text, kwargsProblem)
}

function textProblem(text: string, check: (value: unknown) => string | undefined): string | undefined {
  if (text.trim() === '') return undefined
  try {
    return check(parse(text))
  } catch (error) {
    return `Not valid JSON: ${visibleLine(messageOf(error))}`
  }
}

function argsProblem(value: unknown): string | undefined {
  return Array.isArray(value) ? undefined : '"args" must be a JSON array, for example ["paul", 42].'
}

function kwargsProblem(value: unknown): string | undefined {
  return isRecord(value) ? undefined : '"kwargs" must be a JSON object, for example {"amount": 42}.'
}

function queueProblem(value: unknown): string | undefined {
  if (value === null || (typeof value === 'string' && value !== '' && value.length <= 255)) return undefined
  return '"queue" must be the name of a queue, or null for the one the task came from.'
}

function nameProblem(value: unknown): string | undefined {
  if (value === null || (typeof value === 'string' && value !== '' && value.length <= 1_000)) return undefined
  return '"name" must be the name of a task that a worker has registered.'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.getPrototypeOf(value) === Object.prototype
}
