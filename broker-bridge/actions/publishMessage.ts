import { isLosslessNumber, parse } from 'lossless-json'
import { RequestError } from '../protocol/index.ts'
import type { PublishMessageParams } from '../protocol/index.ts'
import type { Connections } from '../sources/connections.ts'
import type { NewMessage } from '../sources/messages/queues.ts'
import type { Action } from './door.ts'
import { queueOf } from './operationsQueue.ts'

/** Sends a message of any kind. The form the user filled in is the user's word. */
export class PublishMessage implements Action<PublishMessageParams, null> {
  readonly name = 'Publish Message'
  readonly #connections: Connections

  constructor(connections: Connections) {
    this.#connections = connections
  }

  describe(params: PublishMessageParams): string {
    return params.exchange === '' ? `to ${queueOf(params)}` : `to exchange ${params.exchange} with routing key ${params.queue}`
  }

  confirmation(): Promise<null> {
    return Promise.resolve(null)
  }

  async perform(params: PublishMessageParams): Promise<null> {
    const { messages } = this.#connections.connected(params.connection).lookedAt()
    await messages.publish(params.virtualHost ?? messages.virtualHost, toMessage(params))
    return null
  }
}

/** @throws RequestError `invalid` */
function toMessage(params: PublishMessageParams): NewMessage {
  const { exchange, queue, body, contentType, contentEncoding, persistent, priority } = params
  return {
    exchange,
    routingKey: queue,
    content: Buffer.from(body),
    properties: {
      contentType,
      contentEncoding,
      headers: headersOf(params.headers),
      deliveryMode: persistent ? 2 : 1,
      ...(priority === undefined ? {} : { priority }),
    },
  }
}

/** Whole numbers keep all their digits, as far as a header can hold them. */
function headersOf(text: string): object {
  let value: unknown
  try {
    value = parse(text, null, { parseNumber: numberOf })
  } catch (error) {
    if (error instanceof RequestError) throw error
    throw new RequestError('invalid', 'The headers are not JSON. Nothing was sent.')
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value)) return value
  throw new RequestError('invalid', 'The headers are one JSON object: {"name": "value"}. Nothing was sent.')
}

const int64 = 2n ** 63n

function numberOf(text: string): number | bigint {
  if (!/^-?\d+$/.test(text)) return Number(text)
  const whole = BigInt(text)
  if (whole >= int64 || whole < -int64)
    throw new RequestError('invalid', `The number ${text.slice(0, 40)} does not fit into a header. Nothing was sent.`)
  return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole
}
