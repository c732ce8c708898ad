import { setTimeout as sleep } from 'node:timers/promises'
import type { Channel } from 'amqplib'
import type { QueueState } from '../messages/queues.ts'
import { withDeadline } from './deadline.ts'
import { countsReturns, deliveryLimit } from './peekPlan.ts'

const answerTimeout = 10_000
/** Milliseconds a quorum queue is given to hear of acknowledgements: its client on the broker sends a few of them at a time. */
const settling = 300

/** A quorum queue puts back what 32 consumers held in their order, and what more of them held in any (RabbitMQ 3.10.8, 4.0.5 and 4.3.6). */
export const mostConsumers = 30

/** Tags in the order in which consumers came: in this order a quorum queue puts back what each of them held. */
export function tagOf(consumer: number): string {
  return `warren-${String(consumer).padStart(4, '0')}`
}

/**
 * Puts everything a channel holds back into its place, and waits until the broker has it. Seen with RabbitMQ 3.10.8, 4.0.5 and 4.3.6:
 *
 * - A classic queue restores the order however messages are returned.
 * - A quorum queue without delivery limit puts what is `nack`ed at its end, and what a closed channel held at its head. So the
 *   channel is closed.
 * - From 4.3 on a `nack` is no failed delivery, and a closed channel is one. One `nack` of all messages is one command for each
 *   consumer, in the order of their tags. While more than 32 commands are on their way to the queue, the others are kept back
 *   and sent the last consumer first (`rabbit_fifo_client`); a `nack` for each message mixes them up, and acknowledgements that
 *   are still on their way do too.
 * @returns false where the connection ended meanwhile; then the broker itself puts everything back, acknowledgements perhaps included
 */
export async function returnAll(channel: Channel, state: QueueState, consumers: number): Promise<boolean> {
  try {
    if (!closes(state)) await nack(channel, state, consumers)
    if ((await withDeadline(channel.checkQueue(state.queue), answerTimeout)) === 'late') return false
    if (state.type !== 'classic') await settle(channel, state)
    return (await withDeadline(channel.close(), answerTimeout)) !== 'late'
  } catch {
    return false
  }
}

/** Without consumers of ours, which would get the messages at once again. */
async function nack(channel: Channel, state: QueueState, consumers: number): Promise<void> {
  for (let consumer = 1; consumer <= consumers; consumer++) await channel.cancel(tagOf(consumer))
  if (state.type !== 'classic') await settle(channel, state)
  channel.nackAll(true)
}

/** Acknowledgements have no answer, so time has to do; were it too short, messages would come back, none would be lost. */
async function settle(channel: Channel, { queue }: QueueState): Promise<void> {
  await sleep(settling)
  await withDeadline(channel.checkQueue(queue), answerTimeout)
}

/** Whether closing the channel is the way back that harms least. */
function closes(state: QueueState): boolean {
  return state.type !== 'classic' && (countsReturns(state.version) || deliveryLimit(state) === null)
}
