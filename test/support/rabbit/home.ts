import { accessSync, constants, existsSync, readdirSync } from 'node:fs'

const debian = '/usr/lib/rabbitmq/lib'
const elsewhere = ['/opt/homebrew/opt/rabbitmq', '/usr/local/opt/rabbitmq', '/opt/rabbitmq']

/**
 * The folder whose `sbin/` holds RabbitMQ's own scripts, or null. `/usr/sbin/rabbitmq-server` is never used: that wrapper of
 * Debian's changes the user and the directory, and refuses to work for anybody but root and rabbitmq.
 */
export function rabbitHome(): string | null {
  const versions = existsSync(debian) ? readdirSync(debian).filter((name) => name.startsWith('rabbitmq_server-')) : []
  const places = [process.env['RABBITMQ_HOME'] ?? '', ...versions.map((name) => `${debian}/${name}`), ...elsewhere]
  return places.find(hasServer) ?? null
}

function hasServer(place: string): boolean {
  if (place === '') return false
  try {
    accessSync(`${place}/sbin/rabbitmq-server`, constants.X_OK)
    return true
  } catch {
    return false
  }
}
