import * as v from 'valibot'

const text = (most: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(most))
const logLevels = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const
export const pools = ['prefork', 'solo', 'threads', 'gevent', 'eventlet'] as const

/** A worker as tasks.json describes it, with the type of `taskType`. */
export const WorkerDefinition = v.object({
  /** What `celery -A` gets. */
  app: text(300),
  /** The folder of the code, below the workspace's. */
  folder: v.optional(v.pipe(v.string(), v.maxLength(1_000)), ''),
  /** Its node name, as `celery -n` gets it. Warren gives it one otherwise. */
  name: v.optional(text(200)),
  queues: v.optional(v.pipe(v.array(text(255)), v.maxLength(200)), []),
  pool: v.optional(v.picklist(pools)),
  concurrency: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000))),
  logLevel: v.optional(v.picklist(logLevels), 'INFO'),
  /** Whether it ends its tasks and starts again when a file of Python changes. */
  restartOnSave: v.optional(v.boolean()),
  /** Further arguments of `celery worker`. */
  args: v.optional(v.pipe(v.array(text(1_000)), v.maxLength(100)), []),
})
export type WorkerDefinition = v.InferOutput<typeof WorkerDefinition>

/** What is wrong with a definition that somebody wrote, as one sentence; else the definition. */
export function readDefinition(value: unknown): WorkerDefinition | string {
  const parsed = v.safeParse(WorkerDefinition, value)
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  return `The task in tasks.json is not right at “${v.getDotPath(issue) ?? 'app'}”: ${issue.message}.`
}

/**
 * The arguments of `celery`. Events are on, since nobody could see its tasks otherwise.
 * @param name its node name; `%h` stands for the host
 */
export function workerArguments({ app, queues, pool, concurrency, logLevel, args }: WorkerDefinition, name: string): string[] {
  return [
    ...['-A', app, 'worker', '-E', '--loglevel', logLevel, '-n', name],
    ...(queues.length > 0 ? ['-Q', queues.join(',')] : []),
    ...(pool === undefined ? [] : ['-P', pool]),
    ...(concurrency === undefined ? [] : ['-c', String(concurrency)]),
    ...args,
  ]
}

/** A node name that none of these has: two workers of one name cannot be told apart. */
export function freeName(wanted: string | undefined, taken: ReadonlySet<string>): string {
  if (wanted !== undefined) return wanted
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? 'local@%h' : `local-${number}@%h`
    if (!taken.has(name)) return name
  }
}

/** Whether each process of this pool runs one task at a time, so that what it prints is of that task. */
export function runsOneAtATime(pool: WorkerDefinition['pool'], platform: NodeJS.Platform): boolean {
  return pool === undefined ? platform !== 'win32' : pool === 'prefork' || pool === 'solo'
}
