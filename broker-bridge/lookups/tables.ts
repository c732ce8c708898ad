/** Why a database of somebody else was not read or changed, as one sentence. */
export class LookupProblem extends Error {}

/** A column's value: times are texts in UTC, truth is 1 or 0. */
export type Value = null | number | bigint | string | Uint8Array
export type Row = Readonly<Record<string, Value>>

/** The tables of a database that is open for one thing, whatever keeps it. Values are put in for each `?` of a statement. */
export interface Tables {
  /** The database's name, for sentences. */
  readonly name: string
  /** The columns of a table; empty where there is no such table. */
  columns(table: string): Promise<ReadonlySet<string>>
  rows(sql: string, ...values: readonly (string | number)[]): Promise<readonly Row[]>
  /** Runs a change; how many rows it changed. */
  change(sql: string, ...values: readonly (string | number)[]): Promise<number>
}
