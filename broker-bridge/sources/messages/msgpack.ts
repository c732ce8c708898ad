import { decode } from '@msgpack/msgpack'
import { decodedLimit } from './content.ts'

const options = {
  useBigInt64: true,
  maxStrLength: decodedLimit,
  maxBinLength: decodedLimit,
  maxArrayLength: 1_000_000,
  maxMapLength: 1_000_000,
  maxExtLength: decodedLimit,
  // Keys may be anything in msgpack; in JSON they are texts.
  mapKeyConverter: (key: unknown): string => (typeof key === 'string' ? key : String(key)),
}

/** The value of a body in msgpack; undefined where it is none. Never throws. */
export function readMsgpack(content: Uint8Array): { readonly value: unknown } | undefined {
  if (content.length > decodedLimit) return undefined
  try {
    return { value: decode(content, options) }
  } catch {
    return undefined
  }
}
