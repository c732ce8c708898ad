import { isLibraryFrame, parseTraceback } from '../protocol/index.ts'
import type { CodePlace, TaskDetail } from '../protocol/index.ts'
import { attemptLines, taskLine } from './taskLines.ts'

/** Frames whose source code is shown: those nearest to the error. */
const mostPlaces = 8
/** Lines of a traceback that are looked at; a longer one loses its middle. */
const mostLines = 400
const longestLine = 1_000

/** Why a task failed, as far as its events tell. Pure. */
export function failureOf(task: TaskDetail): { readonly data: object; readonly places: readonly CodePlace[] } {
  const traceback = task.traceback ?? task.attempts.findLast((attempt) => attempt.traceback !== null)?.traceback ?? null
  const data = {
    ...taskLine(task),
    attempts: attemptLines(task),
    traceback: traceback === null ? null : cleaned(traceback),
    ...(traceback === null ? { note: noTraceback(task) } : {}),
  }
  return { data, places: traceback === null ? [] : projectPlaces(traceback) }
}

function noTraceback({ state, exception }: TaskDetail): string {
  return state === 'FAILURE' || exception !== null
    ? 'No event of this task brought a traceback.'
    : `This task has not failed: its state is ${state}.`
}

/** The traceback's lines without the frames of libraries, which are counted in their place. */
function cleaned(text: string): string[] {
  const lines = shortened(text).split('\n')
  const library = new Set(
    parseTraceback(lines.join('\n'))
      .filter(({ file }) => isLibraryFrame(file))
      .map(({ textLine }) => textLine),
  )
  const kept: string[] = []
  let hidden = 0
  for (let at = 0; at < lines.length; at++) {
    if (!library.has(at)) {
      if (hidden > 0) kept.push(leftOut(hidden))
      hidden = 0
      kept.push((lines[at] ?? '').slice(0, longestLine))
      continue
    }
    hidden += 1
    while (lines[at + 1]?.startsWith('    ') === true) at += 1
  }
  return hidden > 0 ? [...kept, leftOut(hidden)] : kept
}

const leftOut = (count: number): string => `  (${count} ${count === 1 ? 'frame' : 'frames'} of libraries left out)`

function shortened(text: string): string {
  const lines = text.replace(/\r\n?/g, '\n').trimEnd().split('\n')
  if (lines.length <= mostLines) return lines.join('\n')
  const half = mostLines / 2
  return [...lines.slice(0, half), `(${lines.length - mostLines} lines left out)`, ...lines.slice(-half)].join('\n')
}

/** Places in the project's own code, without repetition, in the traceback's order. */
function projectPlaces(text: string): CodePlace[] {
  const frames = parseTraceback(shortened(text)).filter(({ file }) => !isLibraryFrame(file) && !file.startsWith('<'))
  const places = new Map(frames.map(({ file, line }) => [`${file}:${line}`, { file, line }]))
  return [...places.values()].slice(-mostPlaces)
}
