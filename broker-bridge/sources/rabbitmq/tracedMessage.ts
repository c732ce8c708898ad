import type { TracedMessage } from '../payloadTap.ts'
import { headerFields, readProperties, writeProperties } from './messageQueueProperties.ts'
import type { Properties, PropertyName } from './messageQueueProperties.ts'
import { readTable } from './messageQueueTable.ts'

/** RabbitMQ's names of the properties in a traced message (rabbit_trace.erl, `msg_to_table`), and amqplib's. */
const names: Readonly<Record<string, PropertyName>> = {
  content_type: 'contentType',
  content_encoding: 'contentEncoding',
  delivery_mode: 'deliveryMode',
  priority: 'priority',
  correlation_id: 'correlationId',
  reply_to: 'replyTo',
  expiration: 'expiration',
  message_id: 'messageId',
  timestamp: 'timestamp',
  type: 'type',
  user_id: 'userId',
  app_id: 'appId',
  cluster_id: 'clusterId',
}
/** Name length, tag and length of a table that is an entry of another. */
const tableHead = (name: string): number => 1 + Buffer.byteLength(name) + 1 + 4

/**
 * A message as the firehose copies it: its properties and headers are a table in the copy's own headers, its body is the copy's body
 * (RabbitMQ 3.10.8). The headers' bytes are taken out as they are. Null for what is none.
 * @param properties of the copy, read by an exact connection
 * @param at epoch seconds
 */
export function readTraced(properties: object, content: Buffer, at: number): TracedMessage | null {
  const { values, table } = outer(headerFields(properties))
  if (!table) return null
  const { values: plain, entries } = readTable(table)
  const entry = entries.find(({ name }) => name === 'headers')
  const fields = entry ? table.subarray(entry.start + tableHead('headers'), entry.end) : null
  const exact = writeKnown(renamed(plain), fields)
  if (!exact) return null
  return {
    at,
    exchange: textOf(values['exchange_name']),
    routingKey: textsOf(values['routing_keys'])[0] ?? '',
    queues: textsOf(values['routed_queues']),
    headers: fields ? readTable(fields).values : {},
    properties: exact,
    content,
  }
}

/** The properties by amqplib's names, as they are read of a message that waits. @param bytes as `readTraced` made them */
export function readKeptProperties(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    return readProperties(Buffer.from(bytes))
  } catch {
    // Only a file that somebody wrote into holds such bytes.
    return {}
  }
}

function outer(fields: Buffer): { readonly values: Record<string, unknown>; readonly table: Buffer | null } {
  const { values, entries } = readTable(fields)
  const entry = entries.find(({ name }) => name === 'properties')
  return { values, table: entry ? fields.subarray(entry.start + tableHead('properties'), entry.end) : null }
}

function renamed(plain: Readonly<Record<string, unknown>>): Properties {
  const properties: Properties = {}
  for (const [theirs, ours] of Object.entries(names)) if (Object.hasOwn(plain, theirs)) properties[ours] = bare(plain[theirs])
  return properties
}

/** A timestamp stands with its type in a table, and without one among the properties. */
function bare(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'value' in value ? value.value : value
}

function writeKnown(properties: Properties, fields: Buffer | null): Buffer | null {
  try {
    return writeProperties(properties, fields)
  } catch {
    return null
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
}
