import type { PayloadBounds } from '../protocol/index.ts'

/** One message of a task, as the file keeps it. */
export interface KeptPayload {
  readonly id: string
  /** Epoch seconds. */
  readonly at: number
  readonly retries: number
  readonly exchange: string
  readonly routingKey: string
  readonly queues: readonly string[]
  /** Properties and headers as the broker's protocol writes them, byte by byte. */
  readonly properties: Uint8Array
  readonly content: Uint8Array
}

/** What the file holds of one broker. */
export interface PayloadCounts {
  readonly messages: number
  readonly bytes: number
  /** Those that the user chose last, in whatever window. */
  readonly bounds: PayloadBounds
  /** What is not there any more because of the bounds, since recording was turned on. */
  readonly old: number
  /** What happened to an earlier file; said once. */
  readonly notice: string | null
}

interface Writing {
  readonly broker: string
  readonly payloads: readonly KeptPayload[]
  /** From now on; null where those stay that the file has. */
  readonly bounds: PayloadBounds | null
}

/** What the thread that owns the file of payloads can be asked. */
export interface PayloadCalls {
  write: { readonly params: Writing; readonly result: PayloadCounts }
  /** All messages of one task, the oldest first. */
  get: { readonly params: { readonly broker: string; readonly id: string }; readonly result: readonly KeptPayload[] }
  /** @returns how many there were */
  forget: { readonly params: { readonly broker: string }; readonly result: number }
  close: { readonly params: null; readonly result: null }
}
export type PayloadCall = keyof PayloadCalls

export type PayloadRequest = {
  readonly [C in PayloadCall]: { readonly id: number; readonly call: C; readonly params: PayloadCalls[C]['params'] }
}[PayloadCall]

/** Where the file lies. */
export interface PayloadPlace {
  readonly file: string
}
