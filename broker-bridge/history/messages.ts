import type { ExtraColumn, HistoryPage, Query, TaskDetail } from '../protocol/index.ts'

/** Where the history lies, how much of it is kept, and who writes. */
export interface HistoryPlace {
  readonly file: string
  readonly days: number
  readonly megabytes: number
  /** A name that no other bridge has. */
  readonly owner: string
}

/** What the thread that owns the file says of it. */
export interface FileStatus {
  readonly bytes: number
  readonly tasks: number
  /** What happened to an earlier file; said once. */
  readonly notice: string | null
}

/** Tasks that a search found, whole: as they are shown, and as `toStored` made them. Newest first. */
export interface WholePage {
  readonly tasks: readonly { readonly detail: TaskDetail; readonly json: string }[]
  /** Where to go on; null where there are no more. */
  readonly next: number | null
}

export interface StoredPage {
  /** As `toStored` made them, newest first. */
  readonly jsons: readonly string[]
  /** Where to go on; null where there are no more. */
  readonly next: number | null
}

/** What the thread can be asked; it does one after the other. */
export interface HistoryCalls {
  /** Opens the file, if it is not open. */
  open: { readonly params: null; readonly result: FileStatus }
  /** Writes a batch in one transaction; false where another bridge is the writer for this broker. */
  write: { readonly params: { readonly broker: string; readonly jsons: readonly string[] }; readonly result: boolean }
  /** The newest tasks of a broker, page by page. */
  read: {
    readonly params: { readonly broker: string; readonly before: number | null; readonly limit: number }
    readonly result: StoredPage
  }
  find: {
    readonly params: {
      readonly broker: string
      readonly connection: string
      readonly query: Query
      readonly before: number | null
      readonly limit: number
      readonly extra?: readonly ExtraColumn[]
    }
    readonly result: HistoryPage
  }
  /** As `find`, for who wants all of a task. */
  findWhole: {
    readonly params: Pick<HistoryCalls['find']['params'], 'broker' | 'connection' | 'query' | 'before'>
    readonly result: WholePage
  }
  get: {
    readonly params: { readonly broker: string; readonly connection: string; readonly id: string }
    readonly result: TaskDetail | null
  }
  /** Keeps the bounds, a little at a time; how much there is. */
  tidy: { readonly params: null; readonly result: FileStatus }
  close: { readonly params: null; readonly result: null }
}

export type HistoryCall = keyof HistoryCalls

export type HistoryRequest = {
  readonly [C in HistoryCall]: { readonly id: number; readonly call: C; readonly params: HistoryCalls[C]['params'] }
}[HistoryCall]

export type HistoryAnswer =
  | { readonly id: number; readonly result: HistoryCalls[HistoryCall]['result'] }
  | { readonly id: number; readonly problem: string; readonly lasting: boolean }
