import type { ExchangeBindings, ExchangePage, QueueDetail, QueueLine, Topology } from '../protocol/index.ts'

/** What a broker says of one queue beyond its line. */
export type QueueInside = Omit<QueueDetail, keyof QueueLine> &
  Partial<Pick<QueueDetail, 'policy' | 'deadLetter' | 'state' | 'oldest'>>

/** An exchange to which workers could send events, or from which they could take commands, under names of their own. */
export interface NamesInUse {
  readonly eventExchange: string | null
  readonly controlExchange: string | null
}

/**
 * How the queues and exchanges of a virtual host hang together, as far as the broker tells.
 * Every member throws RequestError `refused` with the reason where it does not.
 */
export interface BrokerLayout {
  queue(name: string): Promise<QueueInside>
  /** @param text part of a name */
  exchanges(text: string): Promise<ExchangePage>
  exchangeBindings(exchange: string): Promise<ExchangeBindings>
  /** Names of the virtual hosts that the user may see. */
  virtualHosts(): Promise<readonly string[]>
  topology(): Promise<Topology>
  /** Exchanges that look like those of an application with names of its own. */
  namesInUse(): Promise<NamesInUse>
}
