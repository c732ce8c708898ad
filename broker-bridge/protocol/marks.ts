import * as v from 'valibot'

/** Characters of a mark's text; most marks that are kept or sent. */
export const [markTextLimit, markLimit] = [200, 200] as const

/** Something outside of the tasks that may explain what they do: a deploy that a script told of, a commit. Text is hostile. */
export const Mark = v.object({
  kind: v.picklist(['deploy', 'commit']),
  text: v.pipe(v.string(), v.maxLength(markTextLimit)),
  /** Epoch seconds. */
  at: v.pipe(v.number(), v.finite()),
})
export type Mark = Readonly<v.InferOutput<typeof Mark>>

/** Which of the marks that scripts told of goes; a commit's belongs to git. */
export const RemoveMarkParams = v.object({
  text: Mark.entries.text,
  at: Mark.entries.at,
  key: v.pipe(v.string(), v.minLength(8), v.maxLength(100)),
  nonce: v.optional(v.pipe(v.string(), v.maxLength(100))),
})
export type RemoveMarkParams = v.InferOutput<typeof RemoveMarkParams>
