import type { WaitingMessage } from '../../protocol/index.ts'
import { describe } from './describe.ts'
import type { Reading } from './describe.ts'
import type { RawMessage } from './queues.ts'

/** Reads a message as a task of one system; null where it is none of its. Pure; no input makes it throw. */
export type MessageReader = (message: RawMessage, bodyLimit: number) => Reading | null

/** A message as people see it: as the first reader that knows it says, else by the form of its body. */
export function describeWith(readers: readonly MessageReader[], message: RawMessage, bodyLimit: number): WaitingMessage {
  for (const read of readers) {
    const reading = read(message, bodyLimit)
    if (reading) return describe(message, reading)
  }
  const text = message.content.toString('utf8', 0, bodyLimit)
  return describe(message, { kind: 'text', body: text, cut: message.content.length > bodyLimit })
}
