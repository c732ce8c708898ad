import * as v from 'valibot'

const text = v.nullable(v.pipe(v.string(), v.maxLength(20_000)))

/** Something that was enqueued and can be enqueued again. */
export const KeptEnqueue = v.object({
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(1_000)),
  /** JSON texts; null where they hold a secret, or are too long to be kept. */
  args: text,
  kwargs: text,
  queue: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
})
export type KeptEnqueue = v.InferOutput<typeof KeptEnqueue>

const SavedEnqueue = v.object({ ...KeptEnqueue.entries, label: v.pipe(v.string(), v.minLength(1), v.maxLength(100)) })
/** One that the user gave a name. */
export type SavedEnqueue = v.InferOutput<typeof SavedEnqueue>

export const keptEnqueueLimits = { recent: 10, saved: 50 } as const
export const KeptEnqueues = v.object({
  /** Newest first. */
  recent: v.pipe(v.array(KeptEnqueue), v.maxLength(keptEnqueueLimits.recent)),
  /** By their names. */
  saved: v.pipe(v.array(SavedEnqueue), v.maxLength(keptEnqueueLimits.saved)),
})
export type KeptEnqueues = v.InferOutput<typeof KeptEnqueues>

/** What was stored, as far as it can be read. */
export function readKeptEnqueues(stored: unknown): KeptEnqueues {
  const read = v.safeParse(KeptEnqueues, stored)
  return read.success ? read.output : { recent: [], saved: [] }
}

/** @param secret whether the bridge found a secret in the arguments: then these are not kept */
export function keptOf(
  { name, args, kwargs, queue }: { name: string; args: string; kwargs: string; queue: string },
  secret: boolean,
): KeptEnqueue {
  const fits = !secret && args.length <= 20_000 && kwargs.length <= 20_000
  return { name, queue, args: fits ? args : null, kwargs: fits ? kwargs : null }
}

export function withRecent(kept: KeptEnqueues, sent: KeptEnqueue): KeptEnqueues {
  return { ...kept, recent: [sent, ...kept.recent.filter((one) => !isSame(one, sent))].slice(0, keptEnqueueLimits.recent) }
}

/** Gives one a name; another of that name is replaced. */
export function withSavedEnqueue(kept: KeptEnqueues, { name, args, kwargs, queue }: KeptEnqueue, label: string): KeptEnqueues {
  const others = kept.saved.filter((one) => one.label !== label)
  const saved = [...others, { name, args, kwargs, queue, label: label.slice(0, 100) }].slice(-keptEnqueueLimits.saved)
  return { ...kept, saved: saved.sort((one, other) => one.label.localeCompare(other.label)) }
}

export function withRenamedEnqueue(kept: KeptEnqueues, from: SavedEnqueue, label: string): KeptEnqueues {
  return withSavedEnqueue(withoutEnqueue(kept, from), from, label)
}

export function withoutEnqueue(kept: KeptEnqueues, gone: KeptEnqueue | SavedEnqueue): KeptEnqueues {
  if ('label' in gone) return { ...kept, saved: kept.saved.filter(({ label }) => label !== gone.label) }
  return { ...kept, recent: kept.recent.filter((one) => !isSame(one, gone)) }
}

/** `(1, 2) {"a": 3} → mail`, for a list. */
export function keptEnqueueText({ args, kwargs, queue }: KeptEnqueue): string {
  const given =
    args === null || kwargs === null ? 'arguments are not kept' : `${args}${kwargs.trim() === '{}' ? '' : ` ${kwargs}`}`
  return `${given} → ${queue}`
}

function isSame(one: KeptEnqueue, other: KeptEnqueue): boolean {
  return one.name === other.name && one.args === other.args && one.kwargs === other.kwargs && one.queue === other.queue
}
