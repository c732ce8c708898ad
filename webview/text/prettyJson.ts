import { parse, stringify } from 'lossless-json'

/** A JSON text with line breaks, every digit as it was; null for what is not JSON. */
export function prettyJson(text: string): string | null {
  try {
    return stringify(parse(text), undefined, 2) ?? null
  } catch {
    return null
  }
}
