import type { Progress } from '../protocol/index.ts'

const longest = 200

/**
 * What a task says of its own progress. Celery prescribes no fields for it, so this knows those that people use: `current` of `total`,
 * `percent`, `step`, `message`, in the event itself or in a `meta` as `update_state` takes it. Null where nothing says how far it is.
 */
export function readProgress(fields: Readonly<Record<string, unknown>>): Progress | null {
  const told = new Told([fields, fields['meta']])
  const total = positive(told.number('total', 'max', 'steps'))
  const current = told.number('current', 'done', 'completed', 'processed', 'step')
  const percent = told.number('percent', 'percentage') ?? fromShare(told.number('progress')) ?? shareOf(current, total)
  const step = told.text('step', 'stage', 'phase')
  if (percent === null && current === null && step === null) return null
  const message = told.text('message', 'status', 'description')
  return { percent: percent === null ? null : within(percent), current, total, message: joined(step, message) }
}

/** The fields of an event, and of what it carries; the inner ones are the more particular. */
class Told {
  readonly #sources: readonly Readonly<Record<string, unknown>>[]

  constructor(sources: readonly unknown[]) {
    this.#sources = sources.filter(isRecord)
  }

  number(...names: readonly string[]): number | null {
    return this.#first(names, (value) => typeof value === 'number' && Number.isFinite(value)) as number | null
  }

  text(...names: readonly string[]): string | null {
    return this.#first(names, (value) => typeof value === 'string' && value !== '') as string | null
  }

  #first(names: readonly string[], fits: (value: unknown) => boolean): unknown {
    for (const name of names) {
      const value = this.#sources.map((source) => (Object.hasOwn(source, name) ? source[name] : undefined)).findLast(fits)
      if (value !== undefined) return value
    }
    return null
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `progress` is a share in some code and a percentage in other; a plain 1 could be either and says nothing. */
function fromShare(progress: number | null): number | null {
  if (progress === null || progress === 1 || progress < 0 || progress > 100) return null
  return progress < 1 ? progress * 100 : progress
}

function shareOf(current: number | null, total: number | null): number | null {
  return current === null || total === null ? null : (current / total) * 100
}

function positive(value: number | null): number | null {
  return value !== null && value > 0 ? value : null
}

function within(percent: number): number {
  return Math.min(100, Math.max(0, percent))
}

function joined(step: string | null, message: string | null): string | null {
  const parts = [step, message].filter((part) => part !== null).map((part) => part.slice(0, longest))
  return parts.length === 0 ? null : [...new Set(parts)].join(': ')
}
