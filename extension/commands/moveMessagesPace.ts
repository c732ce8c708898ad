import type { Operation } from '../../broker-bridge/protocol/index.ts'

/** One step of a progress notification: VS Code adds the increments up, in percent. */
export interface Step {
  readonly message: string
  readonly increment?: number
}

/** Turns pictures of a piece of work into the steps that VS Code's notification wants. */
export class OperationPace {
  readonly #tell: (step: Step) => void
  #percent = 0

  constructor(tell: (step: Step) => void) {
    this.#tell = tell
  }

  take(operation: Operation): void {
    const percent = percentOf(operation)
    const increment = percent === null ? null : Math.max(0, percent - this.#percent)
    if (percent !== null) this.#percent = Math.max(this.#percent, percent)
    this.#tell({ message: messageOf(operation), ...(increment === null ? {} : { increment }) })
  }
}

function percentOf({ done, seen, total }: Operation): number | null {
  return total === null || total === 0 ? null : Math.min(100, (Math.max(done, seen) / total) * 100)
}

function messageOf({ done, total, rate, state }: Operation): string {
  const count = total === null ? `${done}` : `${done} of ${total}`
  if (state === 'stopping') return `${count}, stopping`
  return rate > 0 ? `${count}, ${Math.round(rate)} a second` : count
}
