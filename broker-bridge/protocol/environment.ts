import * as v from 'valibot'

/** What a broker is for. Its owner says so; where they do not, the names in its address may. */
export const environments = ['development', 'staging', 'production'] as const
export const Environment = v.picklist(environments)
export type Environment = v.InferOutput<typeof Environment>

const soundsLikeProduction = /\bprod(uction)?\b|\blive\b/i
const soundsLikeStaging = /\bstag(e|ing)\b|\buat\b/i

/**
 * A guess by names only; null where they tell nothing.
 * @param address without its password
 */
export function environmentByName(address: string): Environment | null {
  const words = address.replace(/[_\d]+/g, ' ')
  if (soundsLikeProduction.test(words)) return 'production'
  return soundsLikeStaging.test(words) ? 'staging' : null
}

/** Where something is done: part of each confirmation, whoever shows it. */
export const Place = v.object({
  /** The connection's name, as its owner gave it. */
  name: v.string(),
  /** The broker's address without its password. */
  address: v.string(),
  /** Null where nobody said and no name tells. */
  environment: v.nullable(Environment),
})
export type Place = v.InferOutput<typeof Place>

/** `PRODUCTION: orders (amqp://user@host:5672/)`, the line that says where. */
export function placeLine({ name, address, environment }: Place): string {
  return `${environment === null ? '' : `${environment.toUpperCase()}: `}${name} (${address})`
}
