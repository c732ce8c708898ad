import { setTimeout as wait } from 'node:timers/promises'
import { RequestError } from '../protocol/index.ts'
import type { ConnectionInfo } from '../protocol/index.ts'
import type { Core } from '../server/core.ts'

/** Milliseconds that a connection which has just begun is waited for. */
const patience = 10_000

/**
 * The connections that are meant, by id or name; all where none is named.
 * @throws RequestError `not_found`
 */
export async function someConnections(core: Pick<Core, 'picture'>, named: string | undefined): Promise<ConnectionInfo[]> {
  const all = await settled(core)
  if (named === undefined) return [...all]
  return [find(all, named)]
}

/**
 * The one connection that is meant.
 * @throws RequestError `not_found`, or `invalid` where it has to be named
 */
export async function oneConnection(core: Pick<Core, 'picture'>, named: string | undefined): Promise<ConnectionInfo> {
  const all = await settled(core)
  if (named !== undefined) return find(all, named)
  const [first] = all
  if (first === undefined)
    throw new RequestError(
      'not_found',
      'Warren is connected to no broker; the user has to connect first (“Warren: Connect to Broker…”).',
    )
  if (all.length > 1) throw new RequestError('invalid', `There are several connections; name one of them: ${namesOf(all)}.`)
  return first
}

function find(all: readonly ConnectionInfo[], named: string): ConnectionInfo {
  const found = all.find(({ id }) => id === named) ?? all.find(({ name }) => name === named)
  if (found) return found
  const there = all.length === 0 ? 'There is none at the moment' : `There are: ${namesOf(all)}`
  throw new RequestError('not_found', `There is no connection “${named}”. ${there}.`)
}

function namesOf(all: readonly ConnectionInfo[]): string {
  return all.map(({ id, name }) => `${id} (${name})`).join(', ')
}

async function settled(core: Pick<Core, 'picture'>): Promise<readonly ConnectionInfo[]> {
  const until = Date.now() + patience
  for (;;) {
    const all = core.picture('connections')
    if (Date.now() > until || all.every(({ status }) => status.kind !== 'connecting')) return all
    await wait(100)
  }
}
