import type { ListedTasks, ViewParams, ViewRange, ViewSnapshot, ViewStates } from '../protocol/index.ts'
import type { StuckTasks } from './stuckTasks.ts'

interface View {
  readonly revision: number
  move(params: ViewParams): void
  snapshot(): ViewSnapshot
  range(first: number, count: number): ViewRange
  statesOf(tasks: ListedTasks): ViewStates['states']
  close(): void
}

/** A view whose rows say where the result backend knows of another state than events told. */
export function withBackendStates(view: View, stuck: Pick<StuckTasks, 'stateOf' | 'learnt'>): View {
  return {
    get revision() {
      return view.revision + stuck.learnt
    },
    move: (params) => view.move(params),
    snapshot() {
      const snapshot = view.snapshot()
      const rows = snapshot.rows.map((row) => {
        const backendState = stuck.stateOf(row)
        return backendState === undefined ? row : { ...row, backendState }
      })
      return { ...snapshot, revision: snapshot.revision + stuck.learnt, rows }
    },
    range: (first, count) => view.range(first, count),
    statesOf: (tasks) => view.statesOf(tasks),
    close: () => view.close(),
  }
}
