import { isLibraryFrame, parseTraceback } from '../protocol/index.ts'
import type { TracebackFrame } from '../protocol/index.ts'

/** What failures of one cause have in common. */
export interface FailureCause {
  /** 16 hexadecimal digits. */
  readonly fingerprint: string
  /** Name of the exception's type, without its module. */
  readonly type: string
  /** Where the application's own code was last, as `charge (shop/pay.py)`; null without a traceback. */
  readonly place: string | null
}

/** Characters of one exception's traceback that are read: its frames stand at its beginning. */
const textRead = 64 * 1024
const framesRead = 40
const nameRead = 200

/**
 * Names the cause of a failure: the exception's type and the application's functions that led to it, so that hosts, line numbers,
 * paths of deployment and values in messages make no difference. Pure, bounded, and no text makes it throw.
 * @param exception Celery's text, `ValueError('boom')`
 * @param traceback Python's text; of chained exceptions the last one counts, which is the one that ended the task
 */
export function causeOf(exception: string | null, traceback: string | null): FailureCause {
  const { places, place } = wayOf(traceback ?? '')
  const message = exception ?? lastLine(lastTraceback(traceback ?? ''))
  const type = typeOf(message) ?? typeOf(lastLine(lastTraceback(traceback ?? ''))) ?? 'Error'
  const told = places.length > 0 ? places : [withoutValues(message.slice(0, nameRead))]
  return { fingerprint: digest([type, ...told].join('\n')), type: copied(type), place }
}

/** The application's functions on the way to the failure, and the last of them. */
interface Way {
  readonly places: readonly string[]
  readonly place: string | null
}

/** An outage fails in one place a thousand times: the ways read last are kept. */
const knownWays = new Map<string, Way>()
const waysKept = 200
const wayKept = 16 * 1024

function wayOf(traceback: string): Way {
  const frames = framesOf(traceback)
  const known = knownWays.get(frames)
  if (known) return known
  const way = readWay(frames)
  if (frames.length <= wayKept) knownWays.set(copied(frames), way)
  for (const oldest of knownWays.keys()) if (knownWays.size > waysKept) knownWays.delete(oldest)
  return way
}

function readWay(traceback: string): Way {
  const frames = ownFrames(lastTraceback(traceback))
  // The same function called over and over, however deep, is one place.
  const places = [...new Set(frames.map(placeOf))].slice(0, framesRead)
  return { places, place: copied(placeOfLast(frames)) }
}

/** A traceback without what follows its last frame: the message differs from one task to the next. */
function framesOf(traceback: string): string {
  const end = traceback.indexOf('\n', traceback.lastIndexOf('File "'))
  return end < 0 ? traceback : traceback.slice(0, end)
}

const heading = 'Traceback (most recent call last):'

/** The part of a chain that belongs to the last exception; the members of an exception group are left out. */
function lastTraceback(text: string): string {
  const whole = text.slice(Math.max(0, text.lastIndexOf(`\n${heading}`) + 1))
  const read = whole.slice(0, textRead)
  const members = read.search(/^ *\+-\+-+ 1 -/m)
  return (members < 0 ? read : read.slice(0, members)).replace(/^ {2}[+|] /gm, '')
}

/** The application's frames or, where there are none, all. */
function ownFrames(text: string): readonly TracebackFrame[] {
  const frames = parseTraceback(text)
  const own = frames.filter(({ file }) => !isLibraryFrame(file) && !celerysTracer.test(file))
  return own.length > 0 ? own : frames
}

const celerysTracer = /(^|[/\\])celery[/\\]app[/\\]trace\.py$/

function placeOf({ file, name }: TracebackFrame): string {
  return withoutIds(`${name.slice(0, nameRead)} (${tailOf(file)})`)
}

function placeOfLast(frames: readonly TracebackFrame[]): string | null {
  const frame = frames.at(-1)
  return frame ? placeOf(frame) : null
}

/** Folders that say where an application was put, and nothing about what it is. */
const root =
  /^(?:[a-z]:)?\/(?:(?:home|users)\/[^/]+|srv|opt|var\/www|mnt|workspaces?|tmp|usr\/src|usr\/local\/src|data|builds?|code|projects?)\/(?:[^/]+\/)?/i
const holder =
  /^(?:app|apps|application|src|source|code|backend|server|service|project|current|releases?|site|www|repo|build|dist|lib|python|workspace|v?\d[\d._-]*|[\da-f]{7,40})$/i

/** The longest end of a path that tells what the file is and not where it was deployed: at most its package and its name. */
function tailOf(file: string): string {
  const inside = file.replace(/\\/g, '/').replace(root, '')
  const [name = '', folder = ''] = inside.split('/').reverse()
  const tail = folder === '' || folder === '.' || holder.test(folder) ? name : `${folder}/${name}`
  return tail.slice(-nameRead)
}

/** `shop.errors.PaymentError: declined` and `PaymentError('declined')` are both a PaymentError. */
function typeOf(text: string): string | undefined {
  const match = /^\s*(?:[\p{L}\p{N}_<>]{1,100}\.){0,20}([\p{L}_][\p{L}\p{N}_]{0,199})(?=[(:]|\s*$)/u.exec(text.slice(0, 4_000))
  return match?.[1] === undefined ? undefined : withoutIds(match[1])
}

/** The line below the last frame that says what went wrong. */
function lastLine(text: string): string {
  const lines = text.slice(text.lastIndexOf('\n  File "') + 1).split('\n', 200)
  return lines.find((line) => line !== '' && !line.startsWith(' ') && !line.startsWith('Traceback (')) ?? ''
}

/** Addresses, ids and long numbers: what a program made up while it ran. Short numbers may belong to a name. */
function withoutIds(text: string): string {
  return text.replace(/0x[\da-f]+|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|(?=[a-f]*\d)[\da-f]{12,}|\d{5,}/gi, '#')
}

function withoutValues(text: string): string {
  return withoutIds(text)
    .replace(/'[^']*'|"[^"]*"/g, '#')
    .replace(/\d+/g, '#')
}

/** A part of a text keeps the whole text in memory; a copy does not. */
export function copied<T extends string | null>(text: T): T {
  return (text === null ? null : Buffer.from(text, 'utf8').toString('utf8')) as T
}

/** Two sums of 32 bits: enough to tell thousands of causes apart, and the same on every machine. */
export function digest(text: string): string {
  let [one, other] = [0xdeadbeef, 0x41c6ce57]
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    one = Math.imul(one ^ code, 2_654_435_761)
    other = Math.imul(other ^ code, 1_597_334_677)
  }
  one = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(other ^ (other >>> 13), 3_266_489_909)
  other = Math.imul(other ^ (other >>> 16), 2_246_822_507) ^ Math.imul(one ^ (one >>> 13), 3_266_489_909)
  return [other, one].map((sum) => (sum >>> 0).toString(16).padStart(8, '0')).join('')
}
