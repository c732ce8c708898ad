import { textLimit } from './limits.ts'

/**
 * The error an event means. Celery puts two texts in place of the real one: `ExceptionWithTraceback()` when a worker process died or
 * ran out of time (seen with 5.2.6 and 5.5.3), and `None` for a retry (seen with 4.4.7). The traceback still tells.
 */
export function trueException(exception: string | null, traceback: string | null): string | null {
  if (traceback === null || (exception !== 'ExceptionWithTraceback()' && exception !== 'None')) return exception
  const last = lastError(traceback)
  if (last === '') return exception
  return exception === 'None' ? (retryCause(last) ?? readable(last)) : readable(last)
}

/** What a traceback ends with: `module.Type: message`, the message perhaps over several lines. Empty where there is none. */
export function lastError(traceback: string): string {
  let start = traceback.lastIndexOf('\n  File "') + 1
  // Below the last frame come its source line and marks, indented; the error begins at the margin.
  while (start < traceback.length && (traceback.startsWith('  ', start) || traceback.startsWith('Traceback (', start))) {
    const end = traceback.indexOf('\n', start)
    start = end === -1 ? traceback.length : end + 1
  }
  return traceback.slice(start, start + textLimit).trim()
}

const retry = /^celery\.exceptions\.Retry: Retry (?:in|at) [^\n]{1,100}?: ([^]+)$/

function retryCause(error: string): string | undefined {
  return retry.exec(error)?.[1]
}

const qualified = /^(?:[^\s:.]{1,200}\.)*([^\s:.]{1,200})(?:: ([^]*))?$/

/** `billiard.exceptions.TimeLimitExceeded: TimeLimitExceeded(2,)` says its name three times; once is enough. */
function readable(error: string): string {
  const [, type = '', message] = qualified.exec(error) ?? []
  if (type === '') return error
  if (message === undefined) return type
  return message.startsWith(`${type}(`) ? message : `${type}: ${message}`
}
