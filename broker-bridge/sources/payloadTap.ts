/** A message as it was published, copied by the broker; hostile. */
export interface TracedMessage {
  /** Epoch seconds at which the copy came. */
  readonly at: number
  readonly exchange: string
  readonly routingKey: string
  /** Queues that it was put into. */
  readonly queues: readonly string[]
  readonly headers: Readonly<Record<string, unknown>>
  /** Properties and headers as the broker's protocol writes them, byte by byte. */
  readonly properties: Buffer
  readonly content: Buffer
}

export interface TapListener {
  /** Copies come from now on: at first and after each interruption. */
  flows(): void
  /** They do not, for a while. @param reason one sentence */
  stopped(reason: string): void
  /** Must not throw. */
  message(message: TracedMessage): void
  /** At least so many copies were thrown away because this bridge was too slow. */
  overflowed(messages: number): void
}

/** Whether the broker copies messages, and since when it does not know of any earlier wish. */
export interface TracingState {
  readonly tracing: boolean
  /** Epoch seconds at which the broker began to run; null where it does not say. Tracing is off after a start. */
  readonly startedAt: number | null
}

/** A virtual host's tracing. All reject with RequestError. */
export interface TracingSwitch {
  look(): Promise<TracingState>
  /** Changes it for everybody. */
  set(tracing: boolean): Promise<void>
  /** Removes the queues of copies of the recording `mark`, whose reader is gone. */
  dropCopies(mark: string): Promise<void>
}

/** What reads copies; it heals itself. */
export interface Tap {
  /** Looks for exchanges that are new since. */
  refresh(): Promise<void>
  close(): Promise<void>
}

/** Copies of all messages that are published, where a broker can make them. All reject with RequestError. */
export interface PayloadTap extends TracingSwitch {
  /** Why it cannot be asked for, as far as is known without asking; null where it may. */
  readonly refusal: string | null
  /** The user and what is traced, for the question: `virtual host “/” at http://localhost:15672`. */
  readonly place: string
  /** What `tracingOf` needs in another process, as JSON. It holds the password, so it goes through a pipe and nowhere else. */
  handOver(): unknown
  /**
   * Begins to read copies. @param except exchanges whose messages are no tasks @param mark is in the names of the queues
   * @throws RequestError where they cannot be read
   */
  open(except: readonly string[], listener: TapListener, mark: string): Promise<Tap>
  /** Properties of a message that was kept, headers among them, by the names that a waiting message has. Never throws. */
  read(properties: Uint8Array): Readonly<Record<string, unknown>>
}
