import * as v from 'valibot'
import * as vscode from 'vscode'
import { ExportParams, TaskFilter } from '../../broker-bridge/protocol/index.ts'
import { countText, pickText } from '../shownText.ts'
import type { Warren } from '../warren.ts'
import { connectionOf } from './chooseConnection.ts'

/** Which tasks an export holds. */
export interface Scope {
  readonly filter: TaskFilter
  readonly source: 'memory' | 'history'
  /** Tasks that match at this moment; null for those of the history, which is not read only to count. */
  readonly count: number | null
}

interface ScopeItem extends vscode.QuickPickItem {
  readonly scope: Scope
}

/**
 * The tasks to export: the line's connection, the filter that was given, else what the user picks among what the feed shows, all,
 * and each connection. Nothing is asked where these are the same.
 * @returns undefined when the user gave up
 * @throws RequestError with the bridge's refusal
 */
export async function chooseScope(warren: Warren, argument: unknown, title: string): Promise<Scope | undefined> {
  const given = givenFilter(argument)
  if (given?.source === 'history') return { ...given, source: 'history', count: null }
  if (given !== undefined) return counted(warren, given.filter)
  const items = await scopeItems(warren)
  if (items.length <= 1) return items[0]?.scope
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: 'Which tasks?', matchOnDescription: true })
  return picked?.scope
}

const Given = v.strictObject({ ...TaskFilter.entries, source: ExportParams.entries.source })

function givenFilter(argument: unknown): Pick<ExportParams, 'filter' | 'source'> | undefined {
  const connection = connectionOf(argument)
  if (connection !== undefined) return { filter: { connection } }
  // The view's menu gives something of its own.
  const given = v.safeParse(Given, argument)
  if (!given.success) return undefined
  const { source, ...filter } = given.output
  return { filter, source }
}

async function scopeItems(warren: Warren): Promise<ScopeItem[]> {
  const { shown } = warren.feed
  const active = warren.book.activeEntries()
  const names = new Map(active.map(({ saved }) => [saved.id, saved.name]))
  const isNarrowed = shown !== undefined && (Object.keys(shown.filter).length > 0 || shown.source === 'history')
  const choices: { readonly label: string; readonly filter: TaskFilter; readonly source?: Scope['source'] }[] = [
    ...(isNarrowed ? [{ label: 'What the Feed Shows Now', ...shown }] : []),
    { label: 'All Tasks', filter: {} },
    ...(active.length > 1 ? active.map(({ saved }) => ({ label: saved.name, filter: { connection: saved.id } })) : []),
  ]
  const scopes = await Promise.all(
    choices.map(({ filter, source }): Promise<Scope> =>
      source === 'history' ? Promise.resolve({ filter, source, count: null }) : counted(warren, filter),
    ),
  )
  return choices.flatMap(({ label, filter }, index) => {
    const scope = scopes[index]
    if (!scope) return []
    const detail = filter === shown?.filter ? { detail: pickText(filterText(filter, names), 300) } : {}
    const description = scope.count === null ? 'from the history' : countText(scope.count, 'task')
    return [{ label: pickText(label), description, ...detail, scope }]
  })
}

/** A filter in words: what was typed, states, connection. */
export function filterText({ query, states, connection, name, worker }: TaskFilter, names: ReadonlyMap<string, string>): string {
  return [
    ...(query === undefined ? [] : [query]),
    ...(states === undefined ? [] : [states.join(' or ')]),
    ...(name === undefined ? [] : [name]),
    ...(worker === undefined ? [] : [worker]),
    ...(connection === undefined ? [] : [`on ${names.get(connection) ?? connection}`]),
  ].join(' · ')
}

async function counted({ bridge }: Warren, filter: TaskFilter): Promise<Scope> {
  const { client } = await bridge.session()
  const { matched } = await client.request('listTasks', { filter, limit: 1 })
  return { filter, source: 'memory', count: matched }
}
