const longestRest = 100_000

/** Splits a stream into lines; what is not ended by a line break waits for the rest. */
export class Lines {
  readonly #onLine: (line: string) => void
  #rest = ''

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
  }

  take(text: string): void {
    const lines = (this.#rest + text).split(/\r?\n/)
    this.#rest = lines.pop() ?? ''
    // Somebody who never ends a line shall not fill the memory.
    if (this.#rest.length > longestRest) lines.push(this.#rest)
    if (this.#rest.length > longestRest) this.#rest = ''
    for (const line of lines) this.#onLine(line)
  }

  end(): void {
    if (this.#rest !== '') this.#onLine(this.#rest)
    this.#rest = ''
  }
}

const colours: Readonly<Record<string, string>> = { ERROR: '31', CRITICAL: '31', WARNING: '33', DEBUG: '2' }

/** A line as a terminal may show it: of what a task printed only colours have an effect there. */
export function terminalLine(line: string): string {
  const harmless = line.replace(/\x1b\[[0-9;]*m|[\x00-\x08\x0a-\x1f\x7f-\x9f]/g, (found) => (found.length > 2 ? found : ''))
  const colour = colours[/^\[[^\]]{10,40}: ([A-Z]+)\//.exec(line)?.[1] ?? '']
  return colour === undefined ? `${harmless}\x1b[0m` : `\x1b[${colour}m${harmless}\x1b[0m`
}

/** A line without what only a terminal understands. */
export function plainLine(line: string): string {
  return line.replace(/\x1b\[[0-9;]*m/g, '')
}
