import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Certificates } from './certificates.ts'

/** What tests may ask of a private RabbitMQ. */
export interface RabbitOptions {
  /** The management plug-in; true unless said otherwise. */
  readonly management?: boolean
  /** Opens AMQPS and HTTPS as well, with certificates of its own. */
  readonly tls?: boolean
  /** Further plug-ins, such as `rabbitmq_stream`. */
  readonly plugins?: readonly string[]
  /** The folder of another RabbitMQ than this machine's, which holds its `sbin/`. */
  readonly home?: string
  /** Further lines of rabbitmq.conf. */
  readonly conf?: string
}

/** Loopback ports of one private RabbitMQ. They stay the same over restarts. */
export interface RabbitPorts {
  readonly amqp: number
  readonly amqps: number
  readonly management: number
  readonly managementTls: number
  readonly distribution: number
  readonly epmd: number
  readonly stream: number
}

export const memoryLimit = '768MB'

// Numbers of the HTTP API arrive after one or two seconds instead of five to ten. It takes all four lines: besides the collection a
// second sampler runs at the smallest retention interval. A broker for real work keeps the defaults.
const quickStatistics = `collect_statistics_interval = 1000
management.sample_retention_policies.global.minute = 1
management.sample_retention_policies.basic.minute = 1
management.sample_retention_policies.detailed.minute = 1`

/** Writes everything the node reads at its start into `folder`. */
export async function writeFiles(
  folder: string,
  options: RabbitOptions,
  ports: RabbitPorts,
  tls: Certificates | null,
): Promise<void> {
  for (const name of ['mnesia', 'log', 'conf.d', 'tracing']) await mkdir(join(folder, name), { recursive: true })
  await mkdir(join(folder, 'home'), { recursive: true, mode: 0o700 })
  await writeFile(join(folder, 'rabbitmq.conf'), configuration(options, ports, tls))
  await writeFile(join(folder, 'enabled_plugins'), `[${plugins(options).join(',')}].\n`)
  // The tracing plug-in writes to a folder shared by all nodes of the machine unless told otherwise here.
  await writeFile(join(folder, 'advanced.config'), `[{rabbitmq_tracing, [{directory, "${join(folder, 'tracing')}"}]}].\n`)
}

function plugins(options: RabbitOptions): string[] {
  const management = options.management === false ? [] : ['rabbitmq_management']
  const external = options.tls === true ? ['rabbitmq_auth_mechanism_ssl'] : []
  return [...management, ...external, ...(options.plugins ?? [])]
}

function configuration(options: RabbitOptions, ports: RabbitPorts, tls: Certificates | null): string {
  const parts = [
    'loopback_users.guest = true',
    `vm_memory_high_watermark.absolute = ${memoryLimit}`,
    'disk_free_limit.absolute = 50MB',
  ]
  parts.push('log.file.level = info', 'log.console = false')
  const chosen = plugins(options)
  if (options.management !== false)
    parts.push(`management.tcp.ip = 127.0.0.1\nmanagement.tcp.port = ${ports.management}`, quickStatistics)
  if (chosen.some((name) => name.startsWith('rabbitmq_stream'))) parts.push(`stream.listeners.tcp.1 = 127.0.0.1:${ports.stream}`)
  if (tls) parts.push(encryption(options, ports, tls))
  if (options.conf !== undefined) parts.push(options.conf)
  return `${parts.join('\n')}\n`
}

function encryption(options: RabbitOptions, ports: RabbitPorts, tls: Certificates): string {
  const files = (prefix: string): string =>
    `${prefix}.cacertfile = ${tls.ca}\n${prefix}.certfile = ${tls.serverCert}\n${prefix}.keyfile = ${tls.serverKey}`
  const amqps = `listeners.ssl.1 = 127.0.0.1:${ports.amqps}
${files('ssl_options')}
ssl_options.verify = verify_peer
ssl_options.fail_if_no_peer_cert = false
auth_mechanisms.1 = PLAIN
auth_mechanisms.2 = AMQPLAIN
auth_mechanisms.3 = EXTERNAL
ssl_cert_login_from = common_name`
  const https = `management.ssl.ip = 127.0.0.1\nmanagement.ssl.port = ${ports.managementTls}\n${files('management.ssl')}`
  return options.management === false ? amqps : `${amqps}\n${https}`
}

/** The environment of the node and of its command line tools. */
export function environment(folder: string, nodeName: string, ports: RabbitPorts): NodeJS.ProcessEnv {
  return {
    // A stray RabbitMQ or Erlang setting of the caller must not reach the node.
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(RABBITMQ_|ERL_|ERLANG_)/.test(name))),
    HOME: join(folder, 'home'), // The Erlang cookie is made and read there, by the node and by its tools.
    RABBITMQ_NODENAME: nodeName, // With @localhost in it nothing looks up a host name.
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: String(ports.amqp),
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_LOGS: join(folder, 'log', 'rabbit.log'),
    RABBITMQ_PID_FILE: join(folder, 'node.pid'),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'none.env'), // Absent, so that the machine's own settings in /etc are not read.
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
    RABBITMQ_CONFIG_FILES: join(folder, 'conf.d'),
    RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'advanced.config'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
  }
}
