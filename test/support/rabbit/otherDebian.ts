import { existsSync } from 'node:fs'
import { chmod, copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { output } from '../childProcess.ts'

/** Releases of Debian with a RabbitMQ of their own: 4.0 in trixie; sid has the newest, and may change any day. */
export type Suite = 'trixie' | 'sid'

const cache = fileURLToPath(new URL('../../../node_modules/.cache/warren-rabbits/', import.meta.url))
const keys = '/usr/share/keyrings/debian-archive-keyring.gpg'
/** What RabbitMQ's own scripts call besides Erlang. `base-files` comes first: it has the links that the others are unpacked over. */
const packages = 'base-files dash bash coreutils sed grep mawk hostname procps findutils util-linux rabbitmq-server'.split(' ')
const tools = ['rabbitmq-server', 'rabbitmqctl']

/** Why there can be none on this machine; null where there can. */
export function otherDebianMissing(): string | null {
  if (process.getuid?.() !== 0) return 'only root may lay out another Debian’s RabbitMQ'
  return ['/usr/bin/apt-get', '/usr/bin/unshare', keys].every(existsSync) ? null : 'this is no Debian'
}

/** A RabbitMQ that was laid out. */
export interface OtherRabbit {
  /** What `RABBITMQ_HOME` and `startRabbit` take; its programs run in that folder as their root, with this machine's /tmp. */
  readonly home: string
  /** `4.0.5` */
  readonly version: string
}

/**
 * Lays out the RabbitMQ of another release of Debian, with the Erlang and the libraries it was built for: about 70 MB, ten seconds,
 * once. Nothing of it is installed, and no package's script runs.
 */
export async function rabbitOf(suite: Suite): Promise<OtherRabbit> {
  const folder = join(cache, suite)
  const home = join(folder, 'home')
  if (!existsSync(home)) {
    await rm(folder, { recursive: true, force: true })
    await unpack(await download(folder, suite), join(folder, 'root'))
    await rm(join(folder, 'apt'), { recursive: true })
    await writeTools(folder)
  }
  return { home, version: (await serverIn(folder)).replace('rabbitmq_server-', '') }
}

async function serverIn(folder: string): Promise<string> {
  const [server] = await readdir(join(folder, 'root', 'usr', 'lib', 'rabbitmq', 'lib'))
  if (server === undefined) throw new Error('There is no RabbitMQ in what was unpacked.')
  return server
}

/** Downloads with lists and a state of their own, in which no package is installed. */
async function download(folder: string, suite: Suite): Promise<string> {
  const [lists, archives] = [join(folder, 'apt', 'lists'), join(folder, 'apt', 'archives')]
  for (const place of [lists, archives]) await mkdir(join(place, 'partial'), { recursive: true })
  const [sources, status] = [join(folder, 'apt', 'sources.list'), join(folder, 'apt', 'status')]
  await writeFile(sources, `deb [signed-by=${keys}] http://deb.debian.org/debian ${suite} main\n`)
  await writeFile(status, '')
  const places = {
    'Dir::State::lists': lists,
    'Dir::State::status': status,
    'Dir::Cache': join(folder, 'apt'),
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
  }
  const options = ['-qq', '-y', ...Object.entries(places).flatMap(([name, place]) => ['-o', `${name}=${place}`])]
  await output('apt-get', [...options, 'update'])
  await output('apt-get', [...options, '--no-install-recommends', '--download-only', 'install', ...packages])
  return archives
}

async function unpack(archives: string, root: string): Promise<void> {
  const files = (await readdir(archives)).filter((name) => name.endsWith('.deb'))
  const first = (name: string): number => (name.startsWith('base-files_') ? 0 : 1)
  for (const name of files.sort((a, b) => first(a) - first(b))) await output('dpkg', ['-x', join(archives, name), root])
  for (const name of ['passwd', 'group', 'hosts']) await copyFile(join('/etc', name), join(root, 'etc', name))
}

/** Each becomes the program itself, so that the process that was started is the server, and its mounts go with it. */
async function writeTools(folder: string): Promise<void> {
  const root = join(folder, 'root')
  const server = await serverIn(folder)
  const making = join(folder, 'making')
  await mkdir(join(making, 'sbin'), { recursive: true })
  for (const tool of tools) {
    const mounts = `for place in /tmp /proc /dev; do mount --rbind "$place" "${root}$place" || exit 1; done`
    const program = `/usr/lib/rabbitmq/lib/${server}/sbin/${tool}`
    const script = `#!/bin/sh\nexec unshare -m sh -c '${mounts}; exec chroot "${root}" ${program} "$@"' sh "$@"\n`
    await writeFile(join(making, 'sbin', tool), script)
    await chmod(join(making, 'sbin', tool), 0o755)
  }
  await rename(making, join(folder, 'home'))
}

// `RABBITMQ_HOME=$(node test/support/rabbit/otherDebian.ts sid) npm test -- integration/moving` runs any test with it.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const suite = process.argv[2]
  if (suite !== 'trixie' && suite !== 'sid') throw new Error('Say which: trixie (RabbitMQ 4.0) or sid (the newest).')
  process.stdout.write(`${(await rabbitOf(suite)).home}\n`)
}
