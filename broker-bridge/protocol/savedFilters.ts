import * as v from 'valibot'
import { typedQueryLimit } from './queryLimits.ts'

/** A filter of the feed that the user gave a name. */
export const SavedFilter = v.object({
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
  query: v.pipe(v.string(), v.maxLength(typedQueryLimit)),
  states: v.pipe(v.array(v.pipe(v.string(), v.maxLength(100))), v.maxLength(50)),
})
export type SavedFilter = v.InferOutput<typeof SavedFilter>

export const savedFilterLimit = 50
export const SavedFilters = v.pipe(v.array(SavedFilter), v.maxLength(savedFilterLimit))
export type SavedFilters = v.InferOutput<typeof SavedFilters>
