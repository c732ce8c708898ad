import * as v from 'valibot'

/**
 * What language models may ask of Warren, written once: the MCP server, VS Code's manifest and the bridge read these names,
 * descriptions and schemas. Texts here are read by models, so they say when a tool is of use and how its answers are to be taken.
 */
export interface Tool {
  /** For people. */
  readonly title: string
  /** For models. */
  readonly description: string
  readonly input: v.GenericSchema
  /** Whether it changes something on a broker. */
  readonly acts: boolean
}

const described = <S extends v.GenericSchema>(schema: S, text: string) => v.pipe(schema, v.description(text))
const text = (limit: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(limit))
const rows = (most: number, standard: number) =>
  v.optional(
    described(
      v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most)),
      `Most rows to answer with; ${standard} without it.`,
    ),
    standard,
  )

const connection = v.optional(
  described(text(200), 'Id or name of a connection, as list_connections tells them. May be left out where there is only one.'),
)
const taskId = described(text(1_000), 'Id of the task.')
const queryWords =
  'A query in Warren’s language; conditions are joined by spaces (all hold), OR, NOT, and ( ). Examples: state:failed name:shop.* received:<10m · exception:TimeoutError kwargs.user_id:42 · queue:mail runtime:>2s · a "quoted phrase". Fields: id name worker queue state (failed, succeeded, running, waiting, retrying, ended) exception result traceback args kwargs runtime retries sent received started ended at root parent fingerprint. Without a query all tasks match.'

export const toolInputs = {
  list_connections: v.strictObject({}),
  list_queues: v.strictObject({
    connection,
    text: v.optional(described(text(255), 'Part of a queue’s name.')),
    warned: v.optional(described(v.boolean(), 'Only queues that nothing consumes or that grow.'), false),
    limit: rows(200, 50),
  }),
  list_workers: v.strictObject({ connection, limit: rows(200, 50) }),
  find_tasks: v.strictObject({
    connection,
    query: v.optional(described(v.pipe(v.string(), v.maxLength(500)), queryWords), ''),
    earlier: v.optional(
      described(v.boolean(), 'Search the tasks of earlier days that are kept on this computer, instead of those in memory.'),
      false,
    ),
    limit: rows(50, 20),
    offset: v.optional(described(v.pipe(v.number(), v.integer(), v.minValue(0)), 'Rows to skip; not with “earlier”.'), 0),
  }),
  get_task: v.strictObject({ connection, id: taskId }),
  list_failures: v.strictObject({
    connection,
    mark: v.optional(
      described(
        v.picklist(['new', 'known', 'resolved']),
        'Only groups that a person marked so; “new” is what nobody has decided about.',
      ),
    ),
    limit: rows(50, 20),
  }),
  read_failure: v.strictObject({
    connection,
    id: v.optional(described(text(1_000), 'Id of a task that failed or is retried.')),
    fingerprint: v.optional(
      described(text(100), 'Or a group of failures, as list_failures tells it: its newest example is read.'),
    ),
  }),
  explain_blind_spots: v.strictObject({ connection }),
  enqueue_task: v.strictObject({
    connection,
    task: described(text(1_000), 'Registered name of the task, such as shop.orders.tasks.charge.'),
    args: v.optional(
      described(v.pipe(v.string(), v.maxLength(100_000)), 'Positional arguments as the text of a JSON array.'),
      '[]',
    ),
    kwargs: v.optional(
      described(v.pipe(v.string(), v.maxLength(100_000)), 'Named arguments as the text of a JSON object.'),
      '{}',
    ),
    queue: v.optional(described(text(255), 'Queue to send it to; without it the default one.')),
    countdown: v.optional(
      described(v.pipe(v.number(), v.minValue(0), v.maxValue(86_400)), 'Seconds until the task may start, at most a day.'),
    ),
  }),
  retry_task: v.strictObject({ connection, id: taskId }),
  revoke_task: v.strictObject({ connection, id: taskId }),
} as const

export type ToolName = keyof typeof toolInputs
export type ToolInput<T extends ToolName> = v.InferOutput<(typeof toolInputs)[T]>

export const actingTools = ['enqueue_task', 'retry_task', 'revoke_task'] as const
export type ActingTool = (typeof actingTools)[number]
export type ReadingTool = Exclude<ToolName, ActingTool>
export const readingTools = (Object.keys(toolInputs) as ToolName[]).filter((name): name is ReadingTool => !isActing(name))

function isActing(name: string): name is ActingTool {
  return actingTools.some((acting) => acting === name)
}

const words: Readonly<Record<ToolName, readonly [title: string, description: string]>> = {
  list_connections: [
    'List Connections',
    'Lists the message brokers that Warren is connected to: state, whether they are read-only or production, and how many tasks of each state are held.',
  ],
  list_queues: [
    'List Queues',
    'Lists queues of a broker with their messages ready and unacknowledged, their consumers, rates where known, and warnings (nothing consumes it, it grows). Null means not known, never zero.',
  ],
  list_workers: [
    'List Workers',
    'Lists Celery workers: whether they are online, what they run and consume, how many processes they have, and whether they send task events.',
  ],
  find_tasks: ['Find Tasks', 'Finds tasks by a query, newest first, a line each. Use get_task or read_failure for one of them.'],
  get_task: [
    'Get Task',
    'Everything known of one task: arguments, result or error, timeline, attempts, worker, queue, its parent, children and retries.',
  ],
  list_failures: [
    'List Failures',
    'Lists failures grouped by their cause: type of exception, place in the code, how often and when, which tasks and workers, and one example’s id each.',
  ],
  read_failure: [
    'Read Failure',
    'Reads why a task failed: its error, its traceback without the frames of libraries, and the lines of the workspace’s source code around each frame that belongs to the project.',
  ],
  explain_blind_spots: [
    'Explain Blind Spots',
    'Says what Warren cannot see on a broker, why, and which setting or right would change that: events that are off, settings of Celery, gaps, missing plug-ins. Ask this before concluding anything from what is missing.',
  ],
  enqueue_task: [
    'Enqueue Task',
    'Sends one task to a queue, where a worker runs it. The user is asked each time. Refused on read-only connections and in production.',
  ],
  retry_task: [
    'Retry Task',
    'Runs a task again under a new id, with the arguments it had where those are known exactly enough. The user is asked each time. Refused on read-only connections and in production.',
  ],
  revoke_task: [
    'Revoke Task',
    'Tells the workers not to run a task that has not started. A task that runs already goes on. The user is asked each time. Refused on read-only connections and in production.',
  ],
}

export const toolNames = Object.keys(toolInputs) as readonly ToolName[]

export function toolOf(name: ToolName): Tool {
  const [title, description] = words[name]
  return { title, description, input: toolInputs[name], acts: isActing(name) }
}

/** Longest answer of a tool, and longest source code beside it, in UTF-16 units. */
export const toolAnswerLimit = 40_000
export const toolSourceLimit = 20_000
/** Longest question before an act, in UTF-16 units. */
export const toolQuestionLimit = 4_000

/** Asks with a tool that only reads. The bridge reads `input` by the tool's own schema, so that its refusal names what is wrong. */
export const AskToolParams = v.object({ tool: v.picklist(readingTools), input: v.unknown() })

/** Does something for a language model. Always answered with `confirmation_needed` first. */
export const ActWithToolParams = v.object({
  tool: v.picklist(actingTools),
  input: v.unknown(),
  key: v.pipe(v.string(), v.minLength(8), v.maxLength(100)),
  nonce: v.optional(v.pipe(v.string(), v.maxLength(100))),
})
export type ActWithToolParams = v.InferOutput<typeof ActWithToolParams>

/** A place in a program's code, as a traceback names it: hostile, and never a path to open. */
export interface CodePlace {
  readonly file: string
  readonly line: number
}

export interface ToolAnswer {
  /** JSON, bounded, without secrets, and with characters that act instead of showing made visible. */
  readonly data: unknown
  /** Where a reader would want to see the source code; the client that has the workspace adds it. */
  readonly places: readonly CodePlace[]
}

/** Source code around a place, or why there is none. */
export interface SourceExcerpt extends CodePlace {
  /** Path below the workspace; null where nothing in it matches. */
  readonly path: string | null
  /** As `  12 | code`, with `>` before the line itself. */
  readonly code: readonly string[]
  readonly problem: string | null
}
