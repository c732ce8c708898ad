/** How a task stands that somebody claimed in order to run it again. */
export interface Standing {
  /** `underway`: about to be sent, or being sent; `uncertain`: whoever sent it ended before it was known whether it arrived. */
  readonly state: 'underway' | 'uncertain' | 'sent'
  /** Epoch seconds of that state. */
  readonly at: number
  /** Id of the new run, as far as one was begun. */
  readonly newId: string | null
  /** One mark for all tasks of one retry. */
  readonly operation: string
  /** Whether it is a claim of the bridge that asks. */
  readonly here: boolean
}

/** What became of a send: `free` where nothing was sent after all. */
export type Settled = 'sent' | 'uncertain' | 'free'

export interface ClaimPlace {
  readonly file: string
  /** Names this bridge among those that share the file. */
  readonly bridge: string
}

interface Claimant {
  readonly operation: string
  readonly key: string
}

/** What the thread does: each with what it wants and what it answers. A key stands for a task of a broker. */
export interface ClaimCalls {
  look: { params: { readonly keys: readonly string[] }; result: ReadonlyMap<string, Standing> }
  /** Claims tasks for later, all at once; answers those that are somebody else's. */
  take: {
    params: { readonly operation: string; readonly keys: readonly string[] }
    result: ReadonlyMap<string, Standing>
  }
  /**
   * Right before a task is sent; answers null where it may be.
   * `despite`: the user knows of what was settled up to this moment, in epoch seconds, and wants it sent once more.
   */
  begin: {
    params: Claimant & { readonly newId: string; readonly despite: number | null }
    result: Standing | null
  }
  /** What became of it. */
  settle: { params: Claimant & { readonly outcome: Settled }; result: null }
  /** Lets go of what was claimed and not begun. */
  release: { params: { readonly operation: string }; result: null }
  close: { params: null; result: null }
}

export type ClaimRequest = {
  [C in keyof ClaimCalls]: { readonly id: number; readonly call: C; readonly params: ClaimCalls[C]['params'] }
}[keyof ClaimCalls]
