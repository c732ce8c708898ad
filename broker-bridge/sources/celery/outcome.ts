/** Why something cannot be done: `where` names the part that is wrong, `message` is one whole sentence that says what to change. */
export interface Problem {
  readonly where: string
  readonly message: string
}

/** What a function of this folder gives instead of throwing. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem }

export const succeed = <T>(value: T): Outcome<T> => ({ ok: true, value })
export const refuse = (where: string, message: string): { ok: false; problem: Problem } => ({
  ok: false,
  problem: { where, message },
})
