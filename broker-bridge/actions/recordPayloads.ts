import { RequestError } from '../protocol/index.ts'
import type { PayloadsRecorded, PayloadsStopped, Question, RecordPayloadsParams, StopPayloadsParams } from '../protocol/index.ts'
import type { Payloads } from '../payloads/payloads.ts'
import type { Connection } from '../sources/connection.ts'
import type { Connections } from '../sources/connections.ts'
import type { Action } from './door.ts'

interface Parts {
  readonly connections: Connections
  readonly payloads: Payloads
}

/** Turns the virtual host's tracing on and keeps the messages of tasks, on this computer. */
export class RecordPayloads implements Action<RecordPayloadsParams, PayloadsRecorded> {
  readonly name = 'Record Payloads'
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  describe({ connection }: RecordPayloadsParams): string {
    return `tracing of ${this.#parts.connections.get(connection).virtualHost}`
  }

  async confirmation(params: RecordPayloadsParams): Promise<Question> {
    const connection = this.#parts.connections.connected(params.connection)
    this.#parts.payloads.mayRecord(params.connection)
    const tap = tapOf(connection)
    // Asked before the user is: what cannot be done is not asked about first.
    const { tracing } = await tap.look()
    const isOurs = this.#parts.payloads.info({ id: params.connection })?.turnedOn === true
    return {
      question: `Record payloads of ${tap.place}?`,
      detail: detailOf(params, tap.place, tracing && !isOurs),
      action: 'Record Payloads',
      count: 1,
    }
  }

  perform({ connection, messages, megabytes, hours, resume }: RecordPayloadsParams): Promise<PayloadsRecorded> {
    return this.#parts.payloads.record(connection, { bounds: { messages, megabytes, hours }, resume })
  }
}

/** Turns it off again; what was recorded stays until it is too old, unless it is to be deleted. */
export class StopPayloads implements Action<StopPayloadsParams, PayloadsStopped> {
  readonly name = 'Stop Recording Payloads'
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  describe({ connection, forget }: StopPayloadsParams): string {
    return `tracing of ${this.#parts.connections.get(connection).virtualHost}${forget ? ', and what was recorded' : ''}`
  }

  /** Stopping only undoes what the user asked for; deleting cannot be undone. */
  confirmation({ connection, forget }: StopPayloadsParams): Promise<Question | null> {
    const messages = this.#parts.payloads.info({ id: connection })?.messages ?? 0
    if (!forget || messages === 0) return Promise.resolve(null)
    return Promise.resolve({
      question: `Delete ${messages.toLocaleString('en-US')} recorded messages?`,
      detail:
        'They are deleted from this computer, for all its windows; nothing on the broker is. Retries of these tasks are no longer exact. This cannot be undone.',
      action: 'Stop and Delete',
      count: messages,
    })
  }

  perform({ connection, forget }: StopPayloadsParams): Promise<PayloadsStopped> {
    return this.#parts.payloads.stop(connection, forget)
  }
}

function tapOf(connection: Connection) {
  const tap = connection.payloadTap
  if (!tap) throw new RequestError('refused', 'This broker makes no copies of messages, so their payloads cannot be recorded.')
  return tap
}

/** What is changed, for whom, what it costs (measured with RabbitMQ 3.10.8), what is created, and what is kept where. */
function detailOf({ messages, megabytes, hours, resume }: RecordPayloadsParams, place: string, isOnAlready: boolean): string {
  const amount = `${messages.toLocaleString('en-US')} messages, ${megabytes.toLocaleString('en-US')} MB and ${hours} hours`
  return [
    isOnAlready
      ? `Tracing (RabbitMQ’s firehose) is on already in the ${place}: somebody else turned it on. Warren only reads along, and leaves it on.`
      : `This turns tracing (RabbitMQ’s firehose) on in the ${place}, for everybody who uses it: the broker then copies every message that is published or delivered. In a measurement it took about a quarter fewer messages, and two thirds fewer while Warren read them. Nothing is done to the messages themselves.`,
    'Warren declares a queue of its own for the copies (exclusive, deleted with its connection, at most 10,000 messages, 64 MB and one minute). What overflows there is counted.',
    `Messages of Celery tasks are kept on this computer, readable for you alone: up to ${amount}, the oldest go first. They hold arguments as they are, secrets included. All others are thrown away at once.`,
    isOnAlready
      ? null
      : `Tracing is turned off when you stop recording, disconnect or close Warren, also after a crash: a small process of Warren’s waits for that. Only after a loss of power it stays on until the broker starts anew, or Warren connects again.${resume ? ' The next time this connection is opened, Warren turns it on again, until you stop it.' : ''}`,
  ]
    .filter((part) => part !== null)
    .join('\n\n')
}
