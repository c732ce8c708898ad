import { ageText, RequestError } from '../protocol/index.ts'
import type { Question, Recorded, RecordHistoryParams, RecordingRemoved, StopRecordingParams } from '../protocol/index.ts'
import type { Connection } from '../sources/connection.ts'
import type { Connections } from '../sources/connections.ts'
import type { Recording } from '../sources/recording.ts'
import type { Action } from './door.ts'
import { typedIn } from './production.ts'

/** The first RabbitMQ with streams: https://www.rabbitmq.com/docs/streams */
const firstVersion = [3, 9] as const

/** Begins a recording on the broker: the one thing of Warren's that stays there when Warren goes. */
export class RecordHistory implements Action<RecordHistoryParams, Recorded> {
  readonly name = 'Record History on Broker'
  readonly #connections: Connections

  constructor(connections: Connections) {
    this.#connections = connections
  }

  describe({ queue }: RecordHistoryParams): string {
    return queue
  }

  async confirmation(params: RecordHistoryParams): Promise<Question> {
    const connection = this.#connection(params.connection)
    const { queue } = params
    const known = connection.recording.info?.queue ?? null
    if (known !== null && known !== queue)
      throw new RequestError('refused', `This broker’s history is recorded in “${known}” already. Stop that recording first.`)
    const existing = await connection.recording.look(queue)
    const place = placeOf(connection)
    if (existing !== null)
      return {
        question: `Use the recording “${queue}” that is there already?`,
        detail: `A queue of this name exists on ${place}. Where it is a recording with the very same retention (${retentionOf(params)}), Warren binds it to the exchange ${connection.recording.source.exchange} again and replays it. Otherwise nothing is changed.`,
        action: 'Use Recording',
        count: 1,
      }
    return {
      question: `Record history on the broker in “${queue}”?`,
      detail: detailOf(params, connection.recording.source, place),
      action: 'Record History',
      count: 1,
    }
  }

  async perform({ connection, queue, maxAge, megabytes }: RecordHistoryParams): Promise<Recorded> {
    const created = await this.#connection(connection).recording.create({ queue, maxAge, megabytes })
    return { queue, created }
  }

  #connection(id: string): Connection {
    const connection = this.#connections.connected(id)
    const { broker } = connection.info
    const version = /^RabbitMQ (\d+)\.(\d+)/.exec(broker ?? '')
    const [major, minor] = [Number(version?.[1]), Number(version?.[2])]
    if (version && (major < firstVersion[0] || (major === firstVersion[0] && minor < firstVersion[1])))
      throw new RequestError(
        'refused',
        `History is recorded in a stream, which needs RabbitMQ ${firstVersion.join('.')} or newer; this is ${broker ?? ''}. Nothing was changed.`,
      )
    return connection
  }
}

/** Removes the recording with all that it holds. */
export class StopRecording implements Action<StopRecordingParams, RecordingRemoved> {
  readonly name = 'Stop Recording on Broker'
  readonly #connections: Connections

  constructor(connections: Connections) {
    this.#connections = connections
  }

  describe({ connection }: StopRecordingParams): string {
    const queue = this.#connections.get(connection).recording.info?.queue
    return queue === undefined ? 'the recording' : `the recording ${queue}`
  }

  async confirmation(params: StopRecordingParams): Promise<Question> {
    const connection = this.#connections.connected(params.connection)
    const { queue, messages } = await connection.recording.held()
    // RabbitMQ counts a stream every few seconds only: none may mean very new ones.
    const held = messages === 0 ? 'all that it holds' : `about ${messages.toLocaleString('en-US')} messages`
    return {
      // What it holds changes all the time; only a change of what is said below would ask again.
      question: `Delete the recording “${queue}” with ${held}?`,
      detail: `The stream “${queue}” is deleted on ${placeOf(connection)}, for everybody who uses it, and events are recorded no longer. Tasks that Warren knows by now stay known. This cannot be undone.`,
      action: 'Delete Recording',
      count: 1,
      ...typedIn(connection, queue),
    }
  }

  async perform(params: StopRecordingParams): Promise<RecordingRemoved> {
    const { recording } = this.#connections.connected(params.connection)
    const { queue } = await recording.held()
    await recording.remove(queue)
    return { queue }
  }
}

function detailOf(params: RecordHistoryParams, { exchange, events }: Recording['source'], place: string): string {
  return [
    `Warren declares the durable stream “${params.queue}” on ${place} and binds it to the exchange ${exchange} with ${events}.`,
    `RabbitMQ then keeps all events of tasks there, whether or not Warren runs, ${retentionOf(params)}; what is older goes in whole files.`,
    'A task with short arguments takes about 2 kB. Nothing else on the broker changes, and workers notice nothing.',
    'It stays until somebody runs “Warren: Stop Recording on Broker…” or deletes the queue.',
  ].join('\n\n')
}

function retentionOf({ maxAge, megabytes }: RecordHistoryParams): string {
  return `for ${ageText(maxAge)} and up to about ${megabytes.toLocaleString('en-US')} MB on its disk`
}

/** Address and virtual host, without a secret. */
function placeOf({ info }: Connection): string {
  return info.address
}
