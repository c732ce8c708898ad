import { isLibraryFrame, parseTraceback } from '../../broker-bridge/protocol/index.ts'
import type { TracebackFrame } from '../../broker-bridge/protocol/index.ts'

/** A traceback as it is read: frames, runs of library frames that fold, and the lines between (headings and the errors themselves). */
export type TracebackPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'frame'; readonly frame: TracebackFrame }
  | { readonly kind: 'library'; readonly frames: readonly TracebackFrame[] }
  | { readonly kind: 'cut'; readonly parts: number }

/** More than a person reads; the whole text is there to be copied. */
const mostParts = 400

/** Splits a traceback. Every line is either part of a frame or kept as text. Never throws. */
export function tracebackParts(text: string): TracebackPart[] {
  const lines = text.split('\n')
  const frames = new Map(parseTraceback(text).map((frame) => [frame.textLine, frame]))
  const parts: TracebackPart[] = []
  for (let at = 0; at < lines.length;) {
    const frame = frames.get(at)
    if (frame) addFrame(parts, frame)
    else addText(parts, lines[at] ?? '')
    at = frame ? afterFrame(lines, at, frames) : at + 1
  }
  return cut(parts.map(trimmed).filter((part) => part.kind !== 'text' || part.text !== ''))
}

/** Python indents a frame's source and its marks (`^^^^`) by four or more; whatever else follows is no part of it. */
function afterFrame(lines: readonly string[], at: number, frames: ReadonlyMap<number, TracebackFrame>): number {
  let next = at + 1
  while (next < lines.length && !frames.has(next) && (lines[next] ?? '').startsWith('    ')) next++
  return next
}

function addFrame(parts: TracebackPart[], frame: TracebackFrame): void {
  const last = parts.at(-1)
  if (!isLibraryFrame(frame.file)) parts.push({ kind: 'frame', frame })
  else if (last?.kind === 'library') parts[parts.length - 1] = { kind: 'library', frames: [...last.frames.slice(0, 500), frame] }
  else parts.push({ kind: 'library', frames: [frame] })
}

function addText(parts: TracebackPart[], line: string): void {
  const last = parts.at(-1)
  if (last?.kind !== 'text') parts.push({ kind: 'text', text: line })
  else if (last.text.length < 20_000) parts[parts.length - 1] = { kind: 'text', text: `${last.text}\n${line}` }
}

function trimmed(part: TracebackPart): TracebackPart {
  return part.kind === 'text' ? { kind: 'text', text: part.text.replace(/^\n+|\s+$/g, '') } : part
}

function cut(parts: readonly TracebackPart[]): TracebackPart[] {
  if (parts.length <= mostParts) return [...parts]
  const head = parts.slice(0, mostParts / 4)
  const tail = parts.slice(-(mostParts * 3) / 4)
  return [...head, { kind: 'cut', parts: parts.length - head.length - tail.length }, ...tail]
}
