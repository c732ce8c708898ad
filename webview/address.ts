import { typedQueryLimit } from '../broker-bridge/protocol/index.ts'
import type { FeedFilter } from './feed/viewState.ts'

/** What the fragment of the page's address may say. The one-time code is taken out at once; filters stay and can be shared. */
export interface Fragment {
  readonly code: string | null
  /** Null when the fragment names no filter. */
  readonly filter: FeedFilter | null
}

/** Reads `#code=…` or `#query=…&state=…&connection=…&source=history`. Never throws; nothing in it may name a bridge. */
export function parseFragment(hash: string): Fragment {
  const params = new URLSearchParams(hash.replace(/^#/, ''))
  const code = params.get('code')
  const query = params.get('query')
  const states = params.getAll('state').filter((state) => state !== '' && state.length <= 100)
  const connection = params.get('connection')
  const source = params.get('source') === 'history' ? 'history' : 'live'
  const named = query !== null || states.length > 0 || connection !== null || params.has('source')
  return {
    code: code === '' ? null : code,
    filter: named
      ? { source, query: (query ?? '').slice(0, typedQueryLimit), states: states.slice(0, 50), connection: connection || null }
      : null,
  }
}

/** Writes the filters as a fragment without `#`; empty when nothing is filtered. */
export function formatFragment(filter: FeedFilter): string {
  const params = new URLSearchParams()
  if (filter.query !== '') params.set('query', filter.query)
  for (const state of filter.states) params.append('state', state)
  if (filter.connection !== null) params.set('connection', filter.connection)
  if (filter.source !== 'live') params.set('source', filter.source)
  return params.toString()
}
