import type { ControlCommand, Inspection, TerminateSignal } from '../protocol/index.ts'
import type { Canvas } from '../protocol/index.ts'
import type { WorkerFacts } from '../tasks/worker.ts'
import type { Command, IncomingMessage, OutgoingMessage, QueueTraits } from './broker.ts'
import type { EventBatch } from './events.ts'
import type { KeptContent, Resending, Resent, SentTask } from './keptMessage.ts'
import type { MessageEditor } from './messages/edits.ts'
import type { MessageReader } from './messages/readers.ts'

/** A task somebody wants to run. `args` and `kwargs` are JSON texts, carried unchanged so that every digit survives. */
export interface TaskRequest {
  readonly id: string
  readonly name: string
  readonly args: string
  readonly kwargs: string
  readonly queue: string
  readonly root: string | null
  readonly parent: string | null
  /** ISO 8601 with a time zone. */
  readonly eta: string | null
  readonly expires: string | null
  readonly priority: number | null
  /** Who sends, as Celery's own publishers say it: `warren<pid>@host`. */
  readonly origin: string
  /** Headers of the sender's own, as a JSON object. */
  readonly headers?: string | null | undefined
  /** What workers send after it, as a JSON text in the task system's own form. */
  readonly embed?: string | null | undefined
  /** Id of the group it belongs to, and its place there. */
  readonly group?: string | undefined
  readonly groupIndex?: number | undefined
}

/** How the tasks of a canvas are made. */
export interface Arrangement {
  /** Where a task goes that names no queue. */
  readonly queue: string
  readonly newId: () => string
  readonly request: (name: string, queue: string | undefined) => TaskRequest
}

/** The tasks that begin a canvas, and the one whose result is that of all. */
export interface Arranged {
  readonly tasks: readonly TaskRequest[]
  readonly last: string | null
  /** All tasks that `last` waits for, as far as their ids are known ahead: one that fails ends the canvas before it. */
  readonly steps: readonly string[]
}

/** Why a request cannot be a message, as one sentence. */
export interface Problem {
  readonly problem: string
}

/** The questions Warren asks workers; none of them changes anything. */
export type Question = Inspection
/** What a worker answered to each question it answered; hostile. */
export type Answers = Readonly<Partial<Record<Question, unknown>>>

interface Ending {
  /** Also ends the process that runs the task. */
  readonly terminate: boolean
  readonly signal: TerminateSignal
}

/** What workers are told on a user's word, with all that was found out for it before. */
export type TellableCommand =
  | Exclude<ControlCommand, { readonly command: 'add_consumer' }>
  /** @param queueArguments those the queue has: workers end when theirs differ */
  | { readonly command: 'add_consumer'; readonly queue: string; readonly queueArguments: Readonly<Record<string, unknown>> }
  | ({ readonly command: 'revoke'; readonly ids: readonly string[] } & Ending)
  | ({ readonly command: 'revoke_by_stamp'; readonly header: string; readonly values: readonly string[] } & Ending)

export interface ArgumentsRead {
  readonly args: string | null
  readonly kwargs: string | null
  readonly problem: string | null
}

/** A task as a worker that has it tells of it. */
export interface HeldTask {
  readonly worker: string
  /** The name under which it is registered. */
  readonly name: string | null
  /** JSON texts with every digit. */
  readonly args: string
  readonly kwargs: string
  readonly hasStarted: boolean
}

export interface WorkerReply {
  readonly worker: string
  readonly payload: unknown
}

/** The seam between a task system's own messages and everything above it. Pure. */
export interface TaskSystem {
  readonly name: string
  readonly eventExchange: string
  /** Where commands go, as its application calls it; absent where there are none. */
  readonly controlExchange?: string
  /** Pattern of the routing keys of events about tasks, without those that only say that workers live. */
  readonly taskEvents: string
  /** Where no worker told another one. */
  readonly defaultQueue: string
  decodeEvents(message: IncomingMessage, receivedAt: number): EventBatch
  /** @param now epoch seconds, for `expiration` */
  encodeTask(task: TaskRequest, now: number): OutgoingMessage | Problem
  /** What is to be sent now for a canvas; workers send the rest. */
  arrange(canvas: Canvas, arrangement: Arrangement): Arranged | Problem
  ask(question: Question, ticket: string): Command
  /**
   * Absent where workers cannot be told anything.
   * @param workers whom to tell; null tells all, which only revoking may
   */
  readonly tell?: (command: TellableCommand, ticket: string, workers: readonly string[] | null) => Command
  /** What a worker said to what it was told. */
  readonly readTold?: (command: TellableCommand, payload: unknown) => { readonly ok: boolean; readonly text: string }
  /** Settings by which a worker declares queues in a way of its own, by name; null where `conf` is no answer. */
  readonly readDeclaring?: (conf: unknown) => readonly string[] | null
  /** @param workers whom to tell; null tells all */
  enableEvents(ticket: string, workers: readonly string[] | null): Command
  /** Answers to the command of this ticket; a reason for each that could not be read. */
  readReplies(
    messages: readonly IncomingMessage[],
    ticket: string,
  ): { readonly replies: readonly WorkerReply[]; readonly unreadable: readonly string[] }
  /** Task names a worker registered. */
  readRegistered(payload: unknown): readonly string[]
  readFacts(answers: Answers): WorkerFacts
  /** Where a worker says, in its settings, that it keeps results; null where it does not say. */
  readResultBackend(conf: unknown): string | null
  /** A task in the answers of workers to what they have, and its arguments themselves; null where it is not there. */
  readHeldTask(messages: readonly IncomingMessage[], ticket: string, id: string): HeldTask | null
  /** Whether a worker takes tasks as JSON alone, by its settings; null where they do not say. */
  readsOnlyJson(conf: unknown): boolean | null
  /** Whether the worker's answer to `enableEvents` means that events flow. */
  readAcknowledged(payload: unknown): { readonly ok: boolean; readonly text: string }
  /** Arguments read back from an event's text as JSON; null, with the reason, for what cannot be trusted. */
  readArguments(args: string | null, kwargs: string | null): ArgumentsRead
  isPlumbing(queue: string, traits: QueueTraits | undefined): boolean
  /** Reads a waiting message as a task of this system. */
  readonly readWaiting?: MessageReader
  /** A published message as a task of this system, by its headers; null where it is none. */
  readonly readSent?: (headers: Readonly<Record<string, unknown>>) => SentTask | null
  /** What changes when a kept message of this system goes out again as a task of its own. */
  readonly resend?: (kept: KeptContent, how: Resending) => Resent | Problem
  /** Headers that a task's sender added to the system's own. */
  readonly sendersHeaders?: (headers: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>
  /** Changes a waiting message, also one that is no task of this system. */
  readonly editWaiting?: MessageEditor
}
