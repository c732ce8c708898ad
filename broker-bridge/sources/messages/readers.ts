import type { WaitingMessage } from '../../protocol/index.ts'
import { describe } from './describe.ts'
import type { Reading } from './describe.ts'
import { readDramatiq } from './dramatiq.ts'
import { readForm } from './forms.ts'
import type { RawMessage } from './queues.ts'
import { readTaskiq } from './taskiq.ts'

/** Reads a message as a task of one system; null where it is none of its. Pure; no input makes it throw. */
export type MessageReader = (message: RawMessage, bodyLimit: number) => Reading | null

const others: readonly MessageReader[] = [readDramatiq, readTaskiq]

/** A message as people see it: as the first reader that knows it says, else by the form of its body. */
export function describeWith(readers: readonly MessageReader[], message: RawMessage, bodyLimit: number): WaitingMessage {
  for (const read of [...readers, ...others]) {
    const reading = read(message, bodyLimit)
    if (reading) return describe(message, reading)
  }
  return describe(message, readForm(message, message.content, bodyLimit))
}
