import type { IncomingMessage } from './broker.ts'

/** A place in a recording: the number of a message, and a mark of what it holds, so that another recording of the same name is told apart. */
export interface Place {
  readonly offset: number
  readonly mark: string
}

/** Before the first message of a recording that is empty. */
export const beginning: Place = { offset: -1, mark: '' }

/** What is recorded in a queue. */
export interface RecordingBinding {
  readonly queue: string
  readonly exchange: string
  /** Pattern of the routing keys. */
  readonly events: string
}

/** What a recording shall be. */
export interface RecordingTerms extends RecordingBinding {
  /** As RabbitMQ writes it, such as `7D`. */
  readonly maxAge: string
  readonly megabytes: number
}

export interface ReplayRequest {
  readonly queue: string
  /** All up to and with this message is known; null where nothing is. */
  readonly from: Place | null
  /** Messages at most; older ones are left out. */
  readonly most: number
}

export interface Progress {
  /** Messages read, and how many there are to read, about. */
  readonly read: number
  readonly total: number
  readonly place: Place
}

export interface ReplayListener {
  /** Some messages in the order they were recorded. Must not throw. */
  messages(messages: readonly IncomingMessage[], progress: Progress): void
  /** It begins: whether it goes on exactly where `from` says, and whether older messages were left out because of `most`. */
  begins(how: { readonly continuous: boolean; readonly cut: boolean }): void
  /** All that was recorded before the replay began has been handed over. @param place where it ended */
  done(place: Place): void
  /** It cannot be read. @param reason one sentence @param gone whether there is none any more */
  failed(reason: string, gone: boolean): void
}

/** Recordings of events that a broker keeps by itself. All but `replay` throw RequestError with a sentence for the user. */
export interface Recorder {
  /** About how many messages a queue of this name holds and how many read it; null where there is none. Changes nothing. */
  look(queue: string): Promise<{ readonly messages: number; readonly consumers: number } | null>
  /** Declares and binds; leaves nothing behind where either is refused. @returns whether it was not there before */
  create(terms: RecordingTerms): Promise<boolean>
  /** Binds a recording again, which changes nothing while its binding stands. */
  bind(binding: RecordingBinding): Promise<void>
  remove(queue: string): Promise<void>
  /** The newest place of a recording, or one shortly before; null where it is empty. */
  last(queue: string): Promise<Place | null>
  /** Reads a recording over a connection of its own, and goes on by itself when that breaks. The answer ends it. */
  replay(request: ReplayRequest, listener: ReplayListener): () => void
}
