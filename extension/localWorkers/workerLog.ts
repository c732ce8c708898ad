const mostLines = 20_000
const longestLine = 2_000
const mostWaiting = 1_000
/** Lines of one task that are handed out, the newest. */
const mostOfTask = 500

interface Line {
  readonly text: string
  task: string | null
}

/** The newest lines of the workers that Warren started, each with the task it is of, as far as that can be told. */
export class WorkerLog {
  #lines: Line[] = []

  /** A reader for the lines of one worker. @param oneAtATime whether each of its processes runs one task at a time */
  reader(oneAtATime: boolean): (line: string) => void {
    const reader = new Reader(oneAtATime)
    return (text) => {
      const line = { text: text.slice(0, longestLine), task: null }
      reader.take(line)
      this.#lines.push(line)
      if (this.#lines.length > mostLines * 1.1) this.#lines = this.#lines.slice(-mostLines)
    }
  }

  /** The lines of a task's runs, the oldest first. @param id of the task */
  linesOf(id: string): string[] {
    return this.#lines
      .filter(({ task }) => task === id)
      .slice(-mostOfTask)
      .map(({ text }) => text)
  }
}

/** Celery's own form of a line; others name the task in their own words or not at all. */
const logged = /^\[[^\]]{10,40}: [A-Z]+\/([^\]]{1,100})\] (.*)$/
const named = /^(?:Task |Discarding revoked task: |)[^\s[\]]{1,300}\[([^\]\s]{1,155})\](?=[: ]|$)(.*)$/
const ended = /^ (?:succeeded|raised|retry|ignored|rejected)\b/

/**
 * Tells which task each line is of. Celery names the task in its own lines and in those of `get_task_logger`. What a task prints names
 * none, but the process that runs it prints nothing else until it tells how the task ended.
 */
class Reader {
  readonly #oneAtATime: boolean
  /** Lines of a process since its last task, whose task will be named. */
  readonly #waiting = new Map<string, Line[]>()
  #last: Line | null = null
  #lastProcess: string | null = null

  constructor(oneAtATime: boolean) {
    this.#oneAtATime = oneAtATime
  }

  take(line: Line): void {
    const [, process, message] = logged.exec(line.text) ?? []
    if (process === undefined || message === undefined) return this.#continue(line)
    const [, task, rest = ''] = named.exec(message) ?? []
    this.#last = line
    this.#lastProcess = process
    if (task === undefined) return this.#wait(process, line)
    line.task = task
    // A process takes tasks in before it runs them; what it said earlier is of none of them.
    if (rest.startsWith(' received')) this.#waiting.delete(process)
    else this.#settle(process, task)
    if (ended.test(rest)) this.#waiting.delete(process)
  }

  /** A traceback, or the further lines of a text. */
  #continue(line: Line): void {
    if (this.#last === null || this.#lastProcess === null) return
    if (this.#last.task === null) this.#wait(this.#lastProcess, line)
    else line.task = this.#last.task
  }

  #wait(process: string, line: Line): void {
    if (!this.#oneAtATime) return
    const waiting = this.#waiting.get(process) ?? []
    this.#waiting.set(process, waiting)
    waiting.push(line)
    if (waiting.length > mostWaiting) waiting.shift()
  }

  #settle(process: string, task: string): void {
    for (const line of this.#waiting.get(process) ?? []) line.task = task
    this.#waiting.delete(process)
  }
}
