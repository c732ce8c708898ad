import * as v from 'valibot'
import { TaskKey } from './tasks.ts'
import { visibleLine } from './text.ts'

/** What is kept of a broker's messages unless something else is asked for, and the most that may be. */
export const payloadBounds = { messages: 10_000, megabytes: 100, hours: 24 } as const
export const mostPayloads = { messages: 1_000_000, megabytes: 10_000, hours: 720 } as const

const key = v.pipe(v.string(), v.minLength(8), v.maxLength(100))
const nonce = v.optional(v.pipe(v.string(), v.maxLength(100)))
const connection = v.pipe(v.string(), v.maxLength(100))
const bound = (name: keyof typeof payloadBounds) =>
  v.optional(
    v.pipe(
      v.number(),
      v.integer(payloadBoundProblem(name)),
      v.minValue(1, payloadBoundProblem(name)),
      v.maxValue(mostPayloads[name], payloadBoundProblem(name)),
    ),
    payloadBounds[name],
  )

function payloadBoundProblem(name: keyof typeof payloadBounds): string {
  return `The number of ${name} to keep is a whole number from 1 to ${mostPayloads[name].toLocaleString('en-US')}.`
}

/** Begins to record the exact messages of tasks as they are published, or changes how much of them is kept. */
export const RecordPayloadsParams = v.object({
  connection,
  /** Messages, megabytes and hours that are kept at most; the oldest go first. */
  messages: bound('messages'),
  megabytes: bound('megabytes'),
  hours: bound('hours'),
  /** Whether recording goes on by itself the next time this connection is opened, until somebody stops it. */
  resume: v.optional(v.boolean(), false),
  key,
  nonce,
})
export type RecordPayloadsParams = v.InferOutput<typeof RecordPayloadsParams>

export const StopPayloadsParams = v.object({
  connection,
  /** Whether what was recorded is deleted as well. */
  forget: v.optional(v.boolean(), false),
  key,
  nonce,
})
export type StopPayloadsParams = v.InferOutput<typeof StopPayloadsParams>

export const RecordedPayloadParams = v.object({
  ...TaskKey.entries,
  /** From 1, the oldest that is kept; absent: the newest. */
  attempt: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  /** Whether the body is wanted, which may be large. */
  body: v.optional(v.boolean(), true),
})
export type RecordedPayloadParams = v.InferOutput<typeof RecordedPayloadParams>

export const ForgetLeftTracingParams = v.object({ broker: v.pipe(v.string(), v.maxLength(2_000)) })

/** Tracing that Warren turned on, on a broker that is not open now, and that nobody cares for any more, as after a loss of power. */
export interface LeftTracing {
  /** Names the broker, for `forgetLeftTracing`; without a secret. */
  readonly broker: string
  /** `virtual host “/” at http://localhost:15672`, as it was noted: hostile. */
  readonly place: string
  /** Id of the connection through which it was turned on. */
  readonly connection: string
  /** Epoch seconds. It is off if the broker has begun anew since. */
  readonly at: number
}

/** What is left on, for a person. @param when local time */
export function leftTracingSentence({ place }: LeftTracing, when: string): string {
  const where = visibleLine(place, 300) || 'a virtual host'
  return `Warren turned tracing on in the ${where} (${when}) and ended before it could turn it off. Until the broker starts anew, it slows down everybody there.`
}

/** How much is kept at most. */
export interface PayloadBounds {
  readonly messages: number
  readonly megabytes: number
  readonly hours: number
}

/** Messages that are not there although they were published while recording was on. */
export interface PayloadsDropped {
  /** At least so many: the broker's queue overflowed because this bridge could not keep up. */
  readonly overflow: number
  /** Larger than one message may be here, or more at once than could be written. */
  readonly large: number
  /** The oldest, which went to make room, or because they were too old. */
  readonly old: number
}

/** How the recording of payloads of a connection stands. */
export interface PayloadsInfo {
  /** `waiting`: it is on, and goes on when the broker is back. */
  readonly state: 'off' | 'starting' | 'on' | 'waiting'
  /** Epoch seconds since when it is in this state. */
  readonly since: number
  /** Why it cannot be turned on here, as one sentence; null where it can. */
  readonly refusal: string | null
  /** What happened, or is wrong, as one sentence; null where nothing is. */
  readonly message: string | null
  /** Whether Warren turned the virtual host's tracing on, and so will turn it off; false where it was on before. */
  readonly turnedOn: boolean
  readonly resume: boolean
  readonly bounds: PayloadBounds
  /** Messages kept for this broker, and their bytes. */
  readonly messages: number
  readonly bytes: number
  readonly dropped: PayloadsDropped
}

export interface PayloadsRecorded {
  /** False where tracing was on before: somebody else turned it on, and Warren will leave it on. */
  readonly turnedOn: boolean
}

export interface PayloadsStopped {
  /** Whether tracing was turned off on the broker. */
  readonly turnedOff: boolean
  readonly deleted: number
}

/** One message of a task as it was published. */
export interface PayloadAttempt {
  /** Epoch seconds at which it was recorded. */
  readonly at: number
  /** As its header says; 0 for the first. */
  readonly retries: number
  readonly bytes: number
}

/** A task's message, exactly as it was published. */
export interface RecordedPayload extends PayloadAttempt {
  readonly connection: string
  readonly id: string
  readonly name: string
  /** Which of `attempts` this is, from 1. */
  readonly attempt: number
  readonly attempts: readonly PayloadAttempt[]
  readonly exchange: string
  readonly routingKey: string
  /** Queues that the broker put it into. */
  readonly queues: readonly string[]
  readonly contentType: string | null
  readonly contentEncoding: string | null
  /** `json`, `pickle`, `msgpack`, `yaml` and so on; null where its content type is none that is known. */
  readonly serializer: string | null
  /** AMQP's properties and the headers, as JSON texts. */
  readonly properties: string
  readonly headers: string
  /** JSON texts; null where the body cannot be read without running something. */
  readonly args: string | null
  readonly kwargs: string | null
  /** Callbacks, chain or chord that travel in it, as JSON text; null where there are none or nobody can tell. */
  readonly canvas: string | null
  /** Base64; null where it was not asked for, or is too large for one answer. */
  readonly body: string | null
}

/** What is kept, and what is not there, as whole sentences for a person. */
export function payloadSentences({ messages, bytes, bounds, dropped, turnedOn, state }: PayloadsInfo): string[] {
  const isOff = state === 'off'
  const kept = `${count(messages, 'message')} kept on this computer (${payloadSize(bytes)}), of at most ${count(bounds.messages, 'message')}, ${count(bounds.megabytes, 'MB', 'MB')} and ${count(bounds.hours, 'hour')}.`
  return [
    ...(isOff
      ? []
      : [
          turnedOn
            ? 'Tracing is on for the whole virtual host, and slows it down for everybody; Warren turns it off again.'
            : 'Tracing was on before; Warren only reads along, and leaves it on.',
        ]),
    kept,
    ...(dropped.overflow === 0 ? [] : [`At least ${count(dropped.overflow, 'message')} came too fast and were lost.`]),
    ...(dropped.large === 0 ? [] : [`${count(dropped.large, 'message')} could not be kept: too large, or too much at once.`]),
    ...(dropped.old === 0 ? [] : [`${count(dropped.old, 'older message')} went to make room.`]),
  ]
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number.toLocaleString('en-US')} ${number === 1 ? one : many}`
}

/** `0 bytes`, `12 kB`, `3.4 MB` */
export function payloadSize(bytes: number): string {
  if (bytes < 1_000) return count(Math.round(bytes), 'byte')
  const [unit, divisor] = bytes < 999_500 ? ['kB', 1_000] : ['MB', 1_000_000]
  const value = bytes / divisor
  return `${value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en-US')} ${unit}`
}
