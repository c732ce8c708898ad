import * as v from 'valibot'
import { savedFilterLimit, SavedFilters, Sort, TaskKey, typedQueryLimit } from '../../broker-bridge/protocol/index.ts'
import type { SavedFilter, TaskFilter } from '../../broker-bridge/protocol/index.ts'
import { ChosenColumns, usualColumns } from './columns.ts'
import { ShownQueue } from './messages.ts'
import { timelineSpans } from './timelines.ts'

/** Whether the list shows the tasks in memory as they change, or those kept on this computer. */
export const sources = ['live', 'history'] as const
export type Source = (typeof sources)[number]

/** What the user narrowed the feed to. */
export interface FeedFilter {
  readonly source: Source
  /** As written, whether or not it can be read. */
  readonly query: string
  readonly states: readonly string[]
  readonly connection: string | null
}

export const tabs = ['tasks', 'failures', 'statistics', 'schedules', 'queues', 'workers'] as const
export type Tab = (typeof tabs)[number]
/** VS Code shows queues and workers in trees of its own. */
export const editorTabs: readonly Tab[] = ['tasks', 'failures', 'statistics', 'schedules']

const ViewState = v.object({
  source: v.fallback(v.picklist(sources), 'live'),
  query: v.fallback(v.pipe(v.string(), v.maxLength(typedQueryLimit)), ''),
  states: v.fallback(v.pipe(v.array(v.pipe(v.string(), v.maxLength(100))), v.maxLength(50)), []),
  connection: v.fallback(v.nullable(v.string()), null),
  paused: v.fallback(v.boolean(), false),
  /** Share of the detail pane, in percent of the page. */
  paneSize: v.fallback(v.pipe(v.number(), v.minValue(20), v.maxValue(75)), 40),
  tab: v.fallback(v.picklist(tabs), 'tasks'),
  /** How much of time the chart shows; null while it is folded away. */
  chart: v.fallback(v.nullable(v.picklist(timelineSpans)), 'hour'),
  columns: v.fallback(ChosenColumns, usualColumns),
  sort: v.fallback(v.nullable(Sort), null),
  selected: v.fallback(v.nullable(TaskKey), null),
  /** The queue whose waiting messages are shown in place of the queues. */
  messages: v.fallback(v.nullable(ShownQueue), null),
  /** Whether the workflow of the selected task is unfolded. */
  workflow: v.fallback(v.boolean(), true),
  /** By name. */
  saved: v.fallback(SavedFilters, []),
})

/** How the page looks right now: what a reload restores. Never data, never a secret. */
export type ViewState = Readonly<v.InferOutput<typeof ViewState>>

/** Reads what an earlier page stored; whatever does not fit becomes the default. */
export function restoreViewState(stored: unknown): ViewState {
  const isRecord = typeof stored === 'object' && stored !== null && !Array.isArray(stored)
  return v.parse(ViewState, isRecord ? { ...emptyView, ...stored } : emptyView)
}

const emptyView = {
  source: 'live',
  query: '',
  states: [],
  connection: null,
  paused: false,
  paneSize: 40,
  tab: 'tasks',
  chart: 'hour',
  columns: usualColumns,
  sort: null,
  selected: null,
  messages: null,
  workflow: true,
  saved: [],
}

/** The filter as the bridge takes it: what is not narrowed is left out. */
export function taskFilter(filter: Omit<FeedFilter, 'source'>): TaskFilter {
  return {
    ...(filter.connection === null ? {} : { connection: filter.connection }),
    ...(filter.states.length === 0 ? {} : { states: [...filter.states] }),
    ...(filter.query.trim() === '' ? {} : { query: filter.query.trim() }),
  }
}

export function isFiltered(filter: Omit<FeedFilter, 'source'>): boolean {
  return filter.query.trim() !== '' || filter.states.length > 0 || filter.connection !== null
}

/** The states with this one switched on or off. */
export function toggled(states: readonly string[], state: string): string[] {
  return states.includes(state) ? states.filter((other) => other !== state) : [...states, state]
}

/** With this filter under this name, in the place of any other of that name; the oldest makes room. */
export function withSaved(saved: readonly SavedFilter[], filter: SavedFilter): SavedFilter[] {
  const others = withoutSaved(saved, filter.name).slice(1 - savedFilterLimit)
  return [...others, filter].sort((one, other) => one.name.localeCompare(other.name))
}

export function withoutSaved(saved: readonly SavedFilter[], name: string): SavedFilter[] {
  return saved.filter((other) => other.name !== name)
}

export function sameKey(one: TaskKey | null, other: TaskKey | null): boolean {
  return one === other || (one !== null && other !== null && one.id === other.id && one.connection === other.connection)
}
