import type { CommandId } from '../contributions.ts'
import type { TaskKey } from '../../broker-bridge/protocol/index.ts'

/** What a command acts on when it comes from a tree. */
export type Target =
  | { readonly kind: 'connection'; readonly connection: string }
  | { readonly kind: 'queue'; readonly connection: string; readonly queue: string }
  | { readonly kind: 'task'; readonly key: TaskKey; readonly state: string }
  | { readonly kind: 'taskName'; readonly connection: string; readonly name: string }
  | { readonly kind: 'worker'; readonly connection: string; readonly worker: string }
  | { readonly kind: 'failure'; readonly connection: string; readonly fingerprint: string }
  | { readonly kind: 'periodic'; readonly connection: string; readonly id: number; readonly name: string }
  | { readonly kind: 'more'; readonly of: string }

/** Theme colours the trees use; nothing is coloured by hand. */
export type NodeColor =
  | 'testing.iconPassed'
  | 'testing.iconQueued'
  | 'testing.iconSkipped'
  | 'charts.blue'
  | 'charts.yellow'
  | 'charts.orange'
  | 'charts.red'
  | 'problemsWarningIcon.foreground'
  | 'problemsErrorIcon.foreground'
  | 'disabledForeground'

/** One line of a tree as data. Texts are fit to be shown; ids stay the same while the thing is the same. */
export interface ViewNode {
  readonly id: string
  readonly label: string
  readonly description?: string
  /** Plain text. */
  readonly tooltip?: string
  readonly icon?: { readonly id: string; readonly color?: NodeColor }
  /** Words that `when` clauses of the manifest look for. */
  readonly contextValue: string
  /** What a screen reader says: everything the line shows, with its state in words. */
  readonly accessibility: string
  readonly expand: 'none' | 'collapsed' | 'expanded'
  /** Children known already; a node that expands without them is asked for them. */
  readonly children?: readonly ViewNode[]
  readonly target?: Target
  /** Run when the line is clicked, with the line as its argument. */
  readonly command?: CommandId
  /** Changes whenever children asked for earlier may be old. */
  readonly revision?: string
}
