/** One `File "…", line N, in name` of a Python traceback, with the source line that followed it. */
export interface TracebackFrame {
  readonly file: string
  readonly line: number
  readonly name: string
  readonly code: string | null
  /** Index of the frame's own line within the text, from 0. */
  readonly textLine: number
}

const frameLine = /^\s*File "([^"\n]{1,4000})", line (\d{1,9})(?:, in (.{0,500}))?$/

/** Reads the frames of a Python traceback text, of all chained exceptions, in their order. Never throws; knows no file system. */
export function parseTraceback(text: string): TracebackFrame[] {
  const lines = text.split('\n')
  const frames: TracebackFrame[] = []
  lines.forEach((line, textLine) => {
    const match = line.length < 5_000 ? frameLine.exec(line) : null
    if (!match) return
    const next = lines[textLine + 1]
    const code = next !== undefined && !frameLine.test(next) && next.startsWith('    ') ? next.trim() : null
    frames.push({ file: match[1] ?? '', line: Number(match[2]), name: match[3] ?? '', code, textLine })
  })
  return frames
}

/** Installed packages and Python's own library: on Linux, macOS, Windows, and in a zip. */
const installed = /(^|[/\\])(site-packages|dist-packages|lib(64)?[/\\]python\d[^/\\]*|python\d+[/\\]lib|python\d+\.zip)[/\\]/i
/** Celery and what it stands on, where they run from a checkout. Only modules that nobody would call their own ones. */
const celeryItself =
  /[/\\](celery[/\\](app[/\\](trace|task|base|autoretry)|canvas|local|worker[/\\]\w+|concurrency[/\\]\w+)|billiard[/\\](pool|process|popen_fork)|kombu[/\\](connection|messaging|serialization|transport[/\\]\w+))\.py$/

/** True for frames of the interpreter, of installed packages and of Celery's own tracing: what a reader skips first. */
export function isLibraryFrame(file: string): boolean {
  return file.startsWith('<frozen') || installed.test(file) || celeryItself.test(file)
}
