import type { Execute } from '../warren.ts'
import { TreeLine } from '../views/treeLines.ts'

/** Shows another page of runs below a line of the Tasks tree. */
export const showMore: Execute = (warren, argument) => {
  if (argument instanceof TreeLine && argument.target?.kind === 'more') warren.trees.showMore(argument.target.of)
}
