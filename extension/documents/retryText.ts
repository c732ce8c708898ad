import { parse } from 'lossless-json'
import { messageOf, visibleLine } from '../../broker-bridge/protocol/index.ts'
import type { RetryKept, RetryParams, RetryPlan } from '../../broker-bridge/protocol/index.ts'

/** What a person completed in a retry's document: the JSON texts exactly as they wrote them. */
export interface CompletedRetry {
  readonly args: string
  readonly kwargs: string
  /** Null where the plan's own queue is to be used. */
  readonly queue: string | null
  /** Null where the plan's own name is to be used. */
  readonly name: string | null
  /** What stands beside the arguments, as far as the document has it. */
  readonly options?: RetryOptions
}

/** Null takes one away. */
export type RetryOptions = Partial<Pick<RetryParams, 'priority' | 'eta' | 'expires' | 'headers' | 'carryCanvas'>>

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
    ...(plan.kept?.sentences ?? []),
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
    `  "queue": ${queue === null ? 'null' : quoted(queue)}${plan.kept ? ',' : ''}`,
    ...(plan.kept ? optionLines(plan, plan.kept) : []),
    '}',
    '',
  ].join('\n')
}

function optionLines({ canvas }: RetryPlan, { priority, expires, headers }: RetryKept): string[] {
  return [
    `  "priority": ${priority ?? 'null'},`,
    '  // Times are written as 2026-11-21T12:00:00+00:00.',
    '  "eta": null,',
    `  "expires": ${expires === null ? 'null' : quoted(expires)},`,
    `  "headers": ${headers ?? 'null'}${canvas === null ? '' : ','}`,
    ...(canvas === null ? [] : [`  // What was to follow: ${visibleLine(canvas, 500)}`, '  "carryCanvas": false']),
  ]
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
export function retryMembers(
  plan: RetryPlan,
  retry: CompletedRetry,
): Pick<RetryParams, 'args' | 'kwargs' | 'name' | 'queue'> & RetryOptions {
  const { args, kwargs, name, queue, options } = retry
  return {
    ...(args === plan.args ? {} : { args }),
    ...(kwargs === plan.kwargs ? {} : { kwargs }),
    // An incomplete plan's name may be a display name, so the one that was let stand is said too.
    ...(name === null || (name === plan.name && plan.source !== 'incomplete') ? {} : { name }),
    ...(queue === null ? {} : { queue }),
    ...options,
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
    const options = isRecord(value) ? optionsOf(value, texts) : {}
    return {
      ok: true,
      retry: {
        args: texts.get('args') ?? '[]',
        kwargs: texts.get('kwargs') ?? '{}',
        queue: typeof queue === 'string' ? queue : null,
        name: typeof name === 'string' ? name : null,
        ...(Object.keys(options).length === 0 ? {} : { options }),
      },
    }
  } catch (error) {
    return {
      ok: false,
      problem: `Something is missing, or this is not valid JSON: ${visibleLine(messageOf(error))}.`,
    }
  }
}

/** What stands in a document beside arguments, name and queue; JSON keeps its digits. */
function optionsOf(value: Readonly<Record<string, unknown>>, texts: ReadonlyMap<string, string>): RetryOptions {
  const { priority, eta, expires, headers, carryCanvas } = value
  return {
    ...(priority === undefined ? {} : { priority: priority === null ? null : Number(priority) }),
    ...(typeof eta === 'string' ? { eta } : {}),
    ...(expires === undefined ? {} : { expires: typeof expires === 'string' ? expires : null }),
    ...(headers === undefined ? {} : { headers: headers === null ? null : (texts.get('headers') ?? null) }),
    ...(carryCanvas === true ? { carryCanvas } : {}),
  }
}

function membersProblem(value: unknown): string | undefined {
  if (!isRecord(value)) return noObject
  const { args, kwargs, ...others } = value
  const all = { args, kwargs, ...others }
  return Object.entries(all).flatMap(([name, one]) => memberProblem(name, one) ?? [])[0]
}

export const noObject = 'The document must hold one JSON object with "args" and "kwargs".'

/** What is wrong with one member of a document, as one sentence; undefined when nothing is. */
export function memberProblem(name: string, value: unknown): string | undefined {
  const check = Object.hasOwn(checks, name) ? checks[name] : undefined
  if (check) return check(value)
  return `"${visibleLine(name, 60)}" is not known here: use name, args, kwargs, queue, priority, eta, expires and headers.`
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

function priorityProblem(value: unknown): string | undefined {
  const priority = value === null ? 0 : Number(value)
  const fits = (value === null || typeof value !== 'string') && Number.isInteger(priority) && priority >= 0 && priority <= 255
  return fits ? undefined : '"priority" must be a whole number from 0 to 255, or null for none.'
}

function timeProblem(name: 'eta' | 'expires', value: unknown): string | undefined {
  const isTime = typeof value === 'string' && /(?:Z|[+-]\d\d:\d\d)$/.test(value) && !Number.isNaN(Date.parse(value))
  if (value === null || isTime) return undefined
  return `"${name}" must be a time with its zone, such as "2026-11-21T12:00:00+00:00", or null for none.`
}

function headersProblem(value: unknown): string | undefined {
  return value === null || isRecord(value) ? undefined : '"headers" must be a JSON object, or null for none.'
}

const checks: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  name: nameProblem,
  args: argsProblem,
  kwargs: kwargsProblem,
  queue: queueProblem,
  priority: priorityProblem,
  eta: (value) => timeProblem('eta', value),
  expires: (value) => timeProblem('expires', value),
  headers: headersProblem,
  carryCanvas: (value) => (typeof value === 'boolean' ? undefined : '"carryCanvas" must be true or false.'),
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.getPrototypeOf(value) === Object.prototype
}
