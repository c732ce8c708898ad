import { isLibraryFrame, parseTraceback } from '../../broker-bridge/protocol/index.ts'
import type { TracebackFrame } from '../../broker-bridge/protocol/index.ts'

/** How an error of a chain came out of the one above it. */
export type Relation = 'cause' | 'context'

/**
 * A traceback as it is read: frames, runs of library frames that fold, the lines between, and of a chain of errors what leads from
 * one to the next. `error` is what a section ends with.
 */
export type TracebackPart =
  | { readonly kind: 'text' | 'error'; readonly text: string }
  | { readonly kind: 'frame'; readonly frame: TracebackFrame }
  | { readonly kind: 'library'; readonly frames: readonly TracebackFrame[] }
  | { readonly kind: 'relation'; readonly relation: Relation }

/** Lines of one text, so that a page shows a part of even a giant one. */
const mostLines = 40
const longestText = 4_000

const relations: readonly (readonly [string, Relation])[] = [
  ['The above exception was the direct cause of the following exception:', 'cause'],
  ['During handling of the above exception, another exception occurred:', 'context'],
]
/** Says what every traceback says, and nothing of this one. */
const heading = 'Traceback (most recent call last):'

/** Splits a traceback. Every line but the headings is part of a frame or kept as text. Never throws. */
export function tracebackParts(text: string): TracebackPart[] {
  const lines = text.split('\n')
  const frames = new Map(parseTraceback(text).map((frame) => [frame.textLine, frame]))
  const draft = new Draft()
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? ''
    const frame = frames.get(at)
    if (frame) draft.frame(frame)
    else draft.line(line)
    at = frame ? afterFrame(lines, at, frames) : at + 1
  }
  return draft.whole()
}

/** Python indents a frame's source and its marks (`^^^^`) by four or more; whatever else follows is no part of it. */
function afterFrame(lines: readonly string[], at: number, frames: ReadonlyMap<number, TracebackFrame>): number {
  let next = at + 1
  while (next < lines.length && !frames.has(next) && (lines[next] ?? '').startsWith('    ')) next++
  return next
}

class Draft {
  readonly #parts: TracebackPart[] = []
  #lines: string[] = []
  #length = 0
  #library: TracebackFrame[] | null = null
  #afterFrames = false

  frame(frame: TracebackFrame): void {
    this.#endText('text')
    this.#afterFrames = true
    if (!isLibraryFrame(frame.file)) {
      this.#library = null
      this.#parts.push({ kind: 'frame', frame })
    } else if (this.#library) this.#library.push(frame)
    else this.#parts.push({ kind: 'library', frames: (this.#library = [frame]) })
  }

  line(line: string): void {
    const relation = relations.find(([words]) => line === words)?.[1]
    if (relation) return this.#relate(relation)
    if (line === heading && this.#lines.every((before) => before.trim() === '')) return
    this.#lines.push(line)
    this.#length += line.length
    if (this.#lines.length >= mostLines || this.#length >= longestText) this.#endText(this.#afterFrames ? 'error' : 'text')
  }

  whole(): TracebackPart[] {
    this.#endText('error')
    return this.#parts
  }

  #relate(relation: Relation): void {
    this.#endText('error')
    this.#parts.push({ kind: 'relation', relation })
    this.#afterFrames = false
  }

  /** What stands below the last frame is the error; between frames it is only text. */
  #endText(kind: 'text' | 'error'): void {
    const text = this.#lines.join('\n').replace(/^(?:[^\S\n]*\n)+|\s+$/g, '')
    if (text !== '') {
      this.#library = null
      this.#parts.push({ kind: this.#afterFrames ? kind : 'text', text })
    }
    this.#lines = []
    this.#length = 0
  }
}

/** Parts to show of a long traceback: its beginning, and more of its end, where the error is. */
export interface Excerpt {
  readonly head: readonly TracebackPart[]
  readonly hidden: number
  readonly tail: readonly TracebackPart[]
}

export function excerpt(parts: readonly TracebackPart[], most: number): Excerpt {
  if (parts.length <= most) return { head: parts, hidden: 0, tail: [] }
  const head = Math.floor(most / 4)
  return { head: parts.slice(0, head), hidden: parts.length - most, tail: parts.slice(parts.length - (most - head)) }
}
