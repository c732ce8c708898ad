import * as v from 'valibot'

const jsonText = v.pipe(v.string(), v.maxLength(900_000))

/** One task of a canvas. JSON stays text, so that every digit survives. */
export interface CanvasTask {
  readonly kind: 'task'
  readonly name: string
  /** A JSON array. */
  readonly args: string
  /** A JSON object. */
  readonly kwargs: string
  /** Where it goes; absent: where a task goes that names no queue. */
  readonly queue?: string | undefined
  /** Celery's `.si()`: it does not get the result of the task before it. */
  readonly immutable?: boolean | undefined
  /** Sent by the worker when this task succeeded, with its result, or failed, with its id. */
  readonly link?: readonly CanvasTask[] | undefined
  readonly linkError?: readonly CanvasTask[] | undefined
}

/** How tasks belong together, in Celery's own words: one after the other, side by side, or side by side with one that gets all results. */
export type Canvas =
  | CanvasTask
  | { readonly kind: 'chain'; readonly steps: readonly Canvas[] }
  | { readonly kind: 'group'; readonly members: readonly Canvas[] }
  | { readonly kind: 'chord'; readonly header: readonly Canvas[]; readonly body: CanvasTask }

/** All tasks in it. */
export function canvasTasks(canvas: Canvas): CanvasTask[] {
  switch (canvas.kind) {
    case 'task':
      return [canvas, ...(canvas.link ?? []).flatMap(canvasTasks), ...(canvas.linkError ?? []).flatMap(canvasTasks)]
    case 'chain':
      return canvas.steps.flatMap(canvasTasks)
    case 'group':
      return canvas.members.flatMap(canvasTasks)
    case 'chord':
      return [...canvas.header, canvas.body].flatMap(canvasTasks)
  }
}

/** Most tasks side by side, and steps one after the other. */
export const canvasWidth = 1_000

const list = <T extends v.GenericSchema>(item: T) => v.pipe(v.array(item), v.minLength(1), v.maxLength(canvasWidth))

const CanvasTask: v.GenericSchema<CanvasTask> = v.object({
  kind: v.literal('task'),
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(1_000)),
  args: jsonText,
  kwargs: jsonText,
  queue: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(255))),
  immutable: v.optional(v.boolean()),
  link: v.optional(v.lazy(() => v.pipe(v.array(CanvasTask), v.maxLength(20)))),
  linkError: v.optional(v.lazy(() => v.pipe(v.array(CanvasTask), v.maxLength(20)))),
})

const Canvas: v.GenericSchema<Canvas> = v.lazy(() =>
  v.variant('kind', [
    CanvasTask as never,
    v.object({ kind: v.literal('chain'), steps: list(Canvas) }),
    v.object({ kind: v.literal('group'), members: list(Canvas) }),
    v.object({ kind: v.literal('chord'), header: list(Canvas), body: CanvasTask }),
  ]),
)

export const EnqueueCanvasParams = v.object({
  connection: v.pipe(v.string(), v.maxLength(100)),
  canvas: Canvas,
  key: v.pipe(v.string(), v.minLength(8), v.maxLength(100)),
  nonce: v.optional(v.pipe(v.string(), v.maxLength(100))),
})
export type EnqueueCanvasParams = v.InferOutput<typeof EnqueueCanvasParams>

export interface EnqueuedCanvas {
  readonly connection: string
  /** Ids of the tasks that were sent now; workers send the others, under ids that are known already where Celery gives them ahead. */
  readonly sent: readonly string[]
  /** The task whose result is the canvas' own: the last step, or the body; null for a group, which has one result for each member. */
  readonly last: string | null
  /** Tasks that come before `last`: where one of them fails, no worker ever sends `last`. */
  readonly steps: readonly string[]
}
