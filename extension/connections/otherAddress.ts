import { encode } from '../../broker-bridge/protocol/addressText.ts'

/** The address of another virtual host of the same broker, whatever else it holds; of a fail-over list, each of its addresses. */
export function withVirtualHost(address: string, virtualHost: string): string {
  return mapped(address, (before) => `${before.replace(/^(\w+(?:\+\w+)?:\/\/[^/?#]*)[^?#]*/s, '$1')}/${encode(virtualHost)}`)
}

/** Names of an application's own; an empty text stands for Celery's usual one, one that is absent stays as it is. */
export interface OwnNames {
  readonly eventExchange?: string
  readonly controlExchange?: string
  readonly eventQueuePrefix?: string
}

/** The address with the names of an application's own exchanges. */
export function withExchanges(address: string, names: OwnNames): string {
  const wanted: readonly (readonly [string, string | undefined])[] = [
    ['event_exchange', names.eventExchange],
    ['control_exchange', names.controlExchange],
    ['event_queue_prefix', names.eventQueuePrefix],
  ]
  const own = wanted.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))
  return address
    .split(';')
    .map((part) => {
      const [before = '', query = ''] = part.split('?')
      const kept = query.split('&').filter((pair) => pair !== '' && !own.some(([name]) => pair.startsWith(`${name}=`)))
      const added = own.flatMap(([name, value]) => (value === '' ? [] : [`${name}=${encode(value)}`]))
      const pairs = [...kept, ...added]
      return pairs.length === 0 ? before : `${before}?${pairs.join('&')}`
    })
    .join(';')
}

/** Changes what stands before the query of each address of a list. */
function mapped(address: string, change: (before: string) => string): string {
  return address
    .split(';')
    .map((part) => {
      const at = part.indexOf('?')
      return at < 0 ? change(part) : change(part.slice(0, at)) + part.slice(at)
    })
    .join(';')
}
