import type { AddressProblem } from './addressText.ts'

/** In clear, or over TLS. */
export type Scheme = 'amqp' | 'amqps'

// Names that Celery and other AMQP clients give to the same two protocols.
const schemes: ReadonlyMap<string, Scheme> = new Map([
  ['amqp', 'amqp'],
  ['pyamqp', 'amqp'],
  ['librabbitmq', 'amqp'],
  ['py-amqp', 'amqp'],
  ['amqp+tcp', 'amqp'],
  ['amqps', 'amqps'],
  ['pyamqps', 'amqps'],
  ['amqp+ssl', 'amqps'],
  ['amqp+tls', 'amqps'],
  ['pyamqp+ssl', 'amqps'],
  ['amqps+tcp', 'amqps'],
])

const otherBrokers: ReadonlyMap<string, string> = new Map([
  ['redis', 'Redis'],
  ['rediss', 'Redis'],
  ['redis+socket', 'Redis'],
  ['sentinel', 'Redis Sentinel'],
  ['valkey', 'Valkey'],
  ['sqs', 'Amazon SQS'],
  ['gcpubsub', 'Google Pub/Sub'],
  ['kafka', 'Kafka'],
  ['confluentkafka', 'Kafka'],
  ['memory', 'In-memory'],
  ['filesystem', 'File system'],
  ['sqla', 'SQLAlchemy'],
  ['sqlalchemy', 'SQLAlchemy'],
  ['django', 'Django database'],
  ['mongodb', 'MongoDB'],
  ['zookeeper', 'ZooKeeper'],
  ['consul', 'Consul'],
  ['etcd', 'etcd'],
  ['qpid', 'Qpid'],
  ['pyro', 'Pyro'],
  ['slmq', 'SoftLayer'],
  ['azurestoragequeues', 'Azure Storage Queue'],
  ['azureservicebus', 'Azure Service Bus'],
])

/** Which protocol a scheme, given in lower case, stands for. Never repeats it, for it may be the beginning of a password. */
export function readScheme(name: string): Scheme | AddressProblem {
  const scheme = schemes.get(name)
  if (scheme !== undefined) return scheme
  const other = otherBrokers.get(name) ?? otherBrokers.get(name.replace(/\+.*/, ''))
  if (other !== undefined) {
    return { problem: `${other} brokers are not supported yet; Warren reads RabbitMQ (amqp:// or amqps://).` }
  }
  const beginning = 'broker address begins with amqp:// or amqps://.'
  if (name !== 'http' && name !== 'https') return { problem: `A ${beginning}` }
  return { problem: `This is the address of a web page or of the management API; a ${beginning}` }
}
