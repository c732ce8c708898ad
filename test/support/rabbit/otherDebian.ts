import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { layOut, writeCommand, type Suite } from '../otherDebian.ts'

/** What RabbitMQ's own scripts call besides Erlang. */
const packages = 'bash sed grep mawk hostname procps findutils util-linux rabbitmq-server'.split(' ')

/** A RabbitMQ that was laid out. */
export interface OtherRabbit {
  /** What `RABBITMQ_HOME` and `startRabbit` take; its programs run in that folder as their root, with this machine's /tmp. */
  readonly home: string
  /** `4.0.5` */
  readonly version: string
}

/** Lays out the RabbitMQ of a release (4.0 in trixie), with the Erlang and the libraries it was built for: about 70 MB, ten seconds, once. */
export async function rabbitOf(suite: Suite): Promise<OtherRabbit> {
  const debian = await layOut(suite, 'warren-rabbits', packages)
  const [server] = await readdir(join(debian.root, 'usr', 'lib', 'rabbitmq', 'lib'))
  if (server === undefined) throw new Error('There is no RabbitMQ in what was unpacked.')
  const home = join(debian.folder, 'home')
  await mkdir(join(home, 'sbin'), { recursive: true })
  for (const tool of ['rabbitmq-server', 'rabbitmqctl'])
    await writeCommand(join(home, 'sbin', tool), debian, `/usr/lib/rabbitmq/lib/${server}/sbin/${tool}`)
  return { home, version: server.replace('rabbitmq_server-', '') }
}

// `RABBITMQ_HOME=$(node test/support/rabbit/otherDebian.ts sid) npm test -- integration/moving` runs any test with it.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const suite = process.argv[2]
  if (suite !== 'trixie' && suite !== 'sid') throw new Error('Say which: trixie (RabbitMQ 4.0) or sid (the newest).')
  process.stdout.write(`${(await rabbitOf(suite)).home}\n`)
}
