import type { ChannelModel } from 'amqplib'
import { abandon, openChannel } from './channels.ts'
import { withDeadline } from './deadline.ts'

const declareTimeout = 5_000
/** How long a queue that was not there is left alone, in milliseconds: each question for one is an error in the broker's log. */
const missingRest = 15_000

export interface LiveNumbers {
  readonly ready: number
  readonly consumers: number
}

/** Live numbers of queues by passive declares, which need no right and no plug-in. */
export class PassiveDeclares {
  readonly #missing = new Map<string, number>()

  /** Numbers of those that are there. */
  async ask(model: ChannelModel, names: readonly string[]): Promise<Map<string, LiveNumbers>> {
    const now = Date.now()
    for (const [name, until] of this.#missing) if (until < now) this.#missing.delete(name)
    const asked = names.filter((name) => !this.#missing.has(name))
    const { numbers, missing } = await declarePassively(model, asked)
    for (const name of missing) this.#missing.set(name, now + missingRest)
    return numbers
  }
}

/** A missing or foreign exclusive queue closes the channel, so the next one gets a new channel. */
async function declarePassively(
  model: ChannelModel,
  names: readonly string[],
): Promise<{ numbers: Map<string, LiveNumbers>; missing: string[] }> {
  const numbers = new Map<string, LiveNumbers>()
  const missing: string[] = []
  let channel = await openChannel(model)
  for (const name of names) {
    try {
      const answer = await withDeadline(channel.checkQueue(name), declareTimeout)
      if (answer === 'late') break
      numbers.set(name, { ready: answer.messageCount, consumers: answer.consumerCount })
    } catch {
      missing.push(name)
      channel = await openChannel(model)
    }
  }
  abandon(channel)
  return { numbers, missing }
}
