import { parse } from 'dotenv'
import { addressProblem } from './address.ts'

/** A broker address that a workspace's `.env` file names. It is offered, never connected to unasked. */
export interface FoundAddress {
  readonly variable: string
  readonly address: string
}

/** The names in the order in which they are offered. */
const variables = [
  'CELERY_BROKER_URL',
  'AMQP_URL',
  'RABBITMQ_URL',
  'BROKER_URL',
  'CLOUDAMQP_URL',
  'CELERY_BROKER',
  'RABBITMQ_BROKER_URL',
  'BROKER',
]
const longestFile = 200_000

/** Finds the addresses in the text of one `.env` file: the well-known names first, then any other amqp address. Never throws. */
export function findAddresses(text: string): FoundAddress[] {
  if (text.length > longestFile) return []
  const values = parse(text)
  const found: FoundAddress[] = []
  for (const [variable, value] of Object.entries(values)) {
    const address = value.trim()
    if (addressProblem(address) === undefined && !/\$\{|\$\(/.test(address)) found.push({ variable, address })
  }
  return found.sort((a, b) => rank(a.variable) - rank(b.variable))
}

function rank(variable: string): number {
  const known = variables.indexOf(variable.toUpperCase())
  return known < 0 ? variables.length : known
}
