import * as v from 'valibot'
import { openSource } from '../documents/openSource.ts'
import type { Execute } from '../warren.ts'

const Place = v.object({
  file: v.pipe(v.string(), v.maxLength(4_000)),
  line: v.pipe(v.number(), v.integer(), v.minValue(1)),
})

/** Opens the file and line that a frame of a traceback names; called by the links of traceback documents. */
export const openSourceCommand: Execute = async (_, argument) => {
  const place = v.safeParse(Place, argument)
  if (place.success) await openSource(place.output.file, place.output.line)
}
