import { hostText, parseAddress } from '../protocol/address.ts'
import type { Host } from '../protocol/address.ts'

/**
 * Names a virtual host of a broker, the same in every window that reaches it, whether through `localhost`, `127.0.0.1`, a tunnel or one node
 * of a list. A broker that gives its cluster a name is known by that, another one by its hosts.
 * @param cluster `cluster_name` of the server's properties (https://www.rabbitmq.com/docs/clustering); null where there is none
 */
export function brokerIdentity(cluster: string | null, address: string): string {
  const parsed = parseAddress(address)
  const { virtualHost, hosts } = 'problem' in parsed ? { virtualHost: '', hosts: [] } : parsed
  const who = cluster === null || cluster === '' ? ['hosts', ...new Set(hosts.map(plain))].sort() : ['cluster', cluster]
  return JSON.stringify([virtualHost, ...who])
}

function plain({ hostname, port }: Host): string {
  const name = hostname.toLowerCase()
  return hostText({ hostname: /^(127(\.\d{1,3}){3}|::1)$/.test(name) ? 'localhost' : name, port })
}
