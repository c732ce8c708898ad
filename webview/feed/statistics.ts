import type { NameStatistics, Percentiles } from '../../broker-bridge/protocol/index.ts'

type Value = string | number | null
type Shown = 'text' | 'count' | 'share' | 'seconds'

interface StatisticsColumn {
  readonly title: string
  /** Said where the title alone is not clear. */
  readonly meaning?: string
  readonly shown: Shown
  readonly value: (statistics: NameStatistics) => Value
}

const share = (percentile: keyof Percentiles, of: 'runtime' | 'waited') => (statistics: NameStatistics) =>
  statistics[of]?.[percentile] ?? null
const seconds = { shown: 'seconds' } as const

/** The columns of the statistics, in their order. */
export const statisticsColumns = {
  name: { title: 'Task', shown: 'text', value: ({ name }) => name },
  ended: { title: 'Ended', shown: 'count', value: ({ ended }) => ended },
  recent: {
    title: 'Last 30 min',
    meaning: 'ended within the last half hour, minute by minute',
    shown: 'count',
    value: ({ recent }) => recent.reduce((sum, count) => sum + count, 0),
  },
  failed: { title: 'Failed', shown: 'count', value: ({ failed }) => failed },
  failureShare: { title: 'Failed %', shown: 'share', value: ({ ended, failed }) => (ended === 0 ? null : failed / ended) },
  runtime50: { ...seconds, title: 'Runtime p50', meaning: 'half of them took no longer', value: share('p50', 'runtime') },
  runtime95: { ...seconds, title: 'Runtime p95', meaning: '95 % of them took no longer', value: share('p95', 'runtime') },
  runtime99: { ...seconds, title: 'Runtime p99', meaning: '99 % of them took no longer', value: share('p99', 'runtime') },
  waited50: { ...seconds, title: 'Waited p50', meaning: 'half of them waited no longer to run', value: share('p50', 'waited') },
  waited95: { ...seconds, title: 'Waited p95', meaning: '95 % of them waited no longer to run', value: share('p95', 'waited') },
  waited99: { ...seconds, title: 'Waited p99', meaning: '99 % of them waited no longer to run', value: share('p99', 'waited') },
} as const satisfies Readonly<Record<string, StatisticsColumn>>
export type StatisticsColumnId = keyof typeof statisticsColumns

export interface StatisticsSort {
  readonly column: StatisticsColumnId
  readonly descending: boolean
}

/** The other way round where it is sorted by this column already; else numbers begin with the largest. */
export function turned(sort: StatisticsSort, column: StatisticsColumnId): StatisticsSort {
  const descending = sort.column === column ? !sort.descending : statisticsColumns[column].shown !== 'text'
  return { column, descending }
}

/** Sorted by a column; what has no value is last either way. */
export function sortStatistics(names: readonly NameStatistics[], { column, descending }: StatisticsSort): NameStatistics[] {
  const { value } = statisticsColumns[column]
  return names.toSorted((one, other) => {
    const [first, second] = [value(one), value(other)]
    if (first === second) return one.name < other.name ? -1 : 1
    if (first === null || second === null) return first === null ? 1 : -1
    return first < second === descending ? 1 : -1
  })
}
