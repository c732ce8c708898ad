import type { ViewNode } from './node.ts'

/** What must be drawn again: everything when lines came, went or moved, otherwise only the lines that changed. */
export type TreeChange = { readonly kind: 'all' } | { readonly kind: 'some'; readonly ids: readonly string[] }

/** Compares two versions of one level, known children included. Drawing only what changed keeps selection and scroll in place. */
export function treeChange(before: readonly ViewNode[], after: readonly ViewNode[]): TreeChange {
  if (!sameMembers(before, after)) return { kind: 'all' }
  return { kind: 'some', ids: after.flatMap((node, index) => changedIds(before[index], node)) }
}

function changedIds(before: ViewNode | undefined, after: ViewNode): string[] {
  const children = after.children ?? []
  const earlier = before?.children ?? []
  // A parent drawn again asks for its children again, so they need not be named.
  if (before === undefined || !sameLine(before, after) || !sameMembers(earlier, children)) return [after.id]
  return children.flatMap((child, index) => changedIds(earlier[index], child))
}

function sameMembers(before: readonly ViewNode[], after: readonly ViewNode[]): boolean {
  return before.length === after.length && before.every((node, index) => node.id === after[index]?.id)
}

function sameLine(before: ViewNode, after: ViewNode): boolean {
  return lineText(before) === lineText(after)
}

function lineText({ children, ...line }: ViewNode): string {
  return JSON.stringify([line, children?.length])
}
