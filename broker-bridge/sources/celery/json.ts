import JSON5 from 'json5'

export type JsonReading =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly reason: 'not JSON' | 'too deep' }

const notJson: JsonReading = { ok: false, reason: 'not JSON' }
const tooDeep: JsonReading = { ok: false, reason: 'too deep' }
/** Reading with JSON5 is about a hundred times slower than JSON.parse; longer texts are not worth blocking the feed. */
const tolerantLimit = 1_000_000
/** From here on brackets are counted before parsing: JSON.parse takes a third of a second for a million of them. */
const largeText = 250_000
/** Deepest nesting anything here follows; whatever is deeper was made to do harm. */
export const depthLimit = 64

/**
 * Reads JSON as Python writes it, with bare `NaN` and `Infinity` (seen in answers to `conf` and in arguments, Celery 4.4 to 5.5).
 * Looks at nesting only in large texts, for speed: safe for whoever reads only the outermost fields, see `readShallowJson` and `readJson`.
 */
export function readShallowJson(text: string): JsonReading {
  if (text.length > largeText && nestsDeeperThan(text, depthLimit)) return tooDeep
  try {
    return { ok: true, value: JSON.parse(text) as unknown }
  } catch {
    return readTolerantly(text)
  }
}

/** As `readShallowJson`, and refuses values nested deeper than `depthLimit`. */
export function readJson(text: string): JsonReading {
  const reading = readShallowJson(text)
  return reading.ok && isDeeperThan(reading.value, depthLimit) ? tooDeep : reading
}

const [quote, backslash, openList, closeList, openObject, closeObject] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d]

/** Counts brackets outside of strings. Right for JSON; what is not JSON is refused later. */
function nestsDeeperThan(text: string, limit: number): boolean {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) at = endOfString(text, at)
    else if (code === openList || code === openObject) {
      if (++depth > limit) return true
    } else if (code === closeList || code === closeObject) depth--
  }
  return false
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === backslash) at++
    else if (code === quote) return at
  }
  return text.length
}

function readTolerantly(text: string): JsonReading {
  const marked = text.charCodeAt(0) === 0xfeff
  if (text.length > tolerantLimit || !(marked || text.includes('NaN') || text.includes('Infinity'))) return notJson
  try {
    return { ok: true, value: JSON5.parse<unknown>(text) }
  } catch {
    return notJson
  }
}

/** Looks level by level and not by calling itself, so that a million brackets cannot exhaust the stack. */
export function isDeeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    const inner: unknown[] = []
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue
      if (depth >= limit) return true
      for (const child of Array.isArray(item) ? (item as unknown[]) : Object.values(item)) inner.push(child)
    }
    level = inner
  }
  return false
}

/** A JSON object, or undefined. Look up names in it only with `ownField`: it may hold any key. */
export function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined
}

/** A field the object itself holds: never something inherited, whatever the name. */
export function ownField(value: unknown, name: string): unknown {
  const object = asObject(value)
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined
}
