import { domainToASCII } from 'node:url'
import { connect, credentials } from 'amqplib'
import type { ChannelModel } from 'amqplib'
import type { Address } from '../../protocol/address.ts'
import { messageOf, RequestError } from '../../protocol/index.ts'
import type { TlsMaterial } from '../../protocol/index.ts'
import { withDeadline } from './deadline.ts'
import { explainFailure } from './failure.ts'
import { tlsOptions } from './link.ts'
import { makeExact } from './messageQueueFrames.ts'
import { connectTimeoutOf } from './waits.ts'

/** Where and as whom short-lived connections are made. */
export interface Visit {
  readonly address: Address
  readonly name: string
  readonly tls: TlsMaterial | undefined
}

/** Seconds between heartbeats, whatever the address says: who holds messages has to notice a dead broker. */
const heartbeat = 10
const goodbyeTimeout = 2_000

/** One connection for one purpose. What may end a connection (540 of a stream) ends only this one, and its reason is kept. */
export class ShortConnection {
  readonly model: ChannelModel
  /** Why the connection or its blocked state ended it; the promises themselves only say that it is gone. */
  reason: Error | undefined
  blocked: string | null = null

  constructor(model: ChannelModel) {
    this.model = model
    makeExact(model)
    model.on('error', (error) => (this.reason ??= error))
    model.on('close', (error?: Error) => (this.reason ??= error ?? new Error('The connection was closed.')))
    model.on('blocked', (reason) => (this.blocked = reason))
    model.on('unblocked', () => (this.blocked = null))
  }

  /** The broker's own words for a failure: those of the connection where it was the one that ended. */
  explain(error: unknown): string {
    return this.reason?.message ?? messageOf(error)
  }

  async close(): Promise<void> {
    await withDeadline(
      this.model.close().catch(() => undefined),
      goodbyeTimeout,
    )
  }
}

/**
 * Connects to the first host that answers.
 * @param purpose for the broker's own list of connections
 * @throws RequestError `not_connected`
 */
export async function visit(where: Visit, virtualHost: string, purpose: string): Promise<ShortConnection> {
  let failed: unknown
  for (const { hostname, port } of where.address.hosts) {
    try {
      return new ShortConnection(await open(where, { hostname, port, virtualHost, purpose }))
    } catch (error) {
      failed = error
    }
  }
  const { address } = where
  const host = address.hosts[0].hostname
  const place = { host, virtualHost, username: address.username, tls: address.scheme === 'amqps' }
  throw new RequestError('not_connected', explainFailure(failed, place).message)
}

interface Target {
  readonly hostname: string
  readonly port: number
  readonly virtualHost: string
  readonly purpose: string
}

function open({ address, name, tls }: Visit, { hostname, port, virtualHost, purpose }: Target): Promise<ChannelModel> {
  return connect(
    {
      protocol: address.scheme,
      hostname: domainToASCII(hostname) || hostname,
      port,
      username: address.username,
      password: address.secret(),
      vhost: encodeURIComponent(virtualHost),
      heartbeat,
    },
    {
      noDelay: true,
      timeout: connectTimeoutOf(address),
      clientProperties: { connection_name: `${name} (${purpose})` },
      ...(address.scheme === 'amqps' ? tlsOptions(address, tls) : {}),
      ...(address.options.mechanism === 'external' ? { credentials: credentials.external() } : {}),
    },
  )
}
