import { existsSync } from 'node:fs'
import { chmod, copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { messageOf } from '../../broker-bridge/protocol/index.ts'
import { output } from './childProcess.ts'

/** Releases of Debian with programs newer than this machine's: trixie stays as it is; sid has the newest, and may change any day. */
export type Suite = 'trixie' | 'sid'

const cache = fileURLToPath(new URL('../../node_modules/.cache/', import.meta.url))
const keys = '/usr/share/keyrings/debian-archive-keyring.gpg'
/** What a script needs to be started at all. `base-files` comes first: it has the links that the others are unpacked over. */
const basics = ['base-files', 'dash', 'coreutils']

/** Why there can be none on this machine; null where there can. */
function otherDebianMissing(): string | null {
  if (process.getuid?.() !== 0) return 'only root may lay out programs of another Debian'
  return ['/usr/bin/apt-get', '/usr/bin/unshare', keys].every(existsSync) ? null : 'this is no Debian'
}

/** Programs of another release of Debian that were laid out. */
export interface OtherDebian {
  /** Their root. */
  readonly root: string
  /** For the commands that run in that root. */
  readonly folder: string
}

/**
 * Lays out packages of another release of Debian with all that they depend on, once. Nothing of them is installed, and no package's
 * script runs.
 * @param name of the folder they are kept in
 */
export async function layOut(suite: Suite, name: string, packages: readonly string[]): Promise<OtherDebian> {
  const folder = join(cache, name, suite)
  const root = join(folder, 'root')
  if (!existsSync(root)) {
    const making = join(folder, 'making')
    await rm(folder, { recursive: true, force: true })
    await unpack(await download(folder, suite, [...basics, ...packages]), making)
    await rm(join(folder, 'apt'), { recursive: true })
    await rename(making, root)
  }
  return { root, folder }
}

/** A command that becomes the program itself, so that the process that was started is the program, and its mounts go with it. */
export async function writeCommand(
  path: string,
  { root }: OtherDebian,
  program: string,
  places: readonly string[] = [],
): Promise<void> {
  const shared = ['/tmp', '/proc', '/dev', ...places]
  for (const place of shared) await mkdir(join(root, place), { recursive: true })
  const mounts = `for place in ${shared.map((place) => `"${place}"`).join(' ')}; do mount --rbind "$place" "${root}$place" || exit 1; done`
  const script = `#!/bin/sh\nexec unshare -m sh -c '${mounts}; exec chroot "${root}" ${program} "$@"' sh "$@"\n`
  await writeFile(path, script)
  await chmod(path, 0o755)
}

/** What a release has in the version that is wanted, or why it is not looked at: what a release has may be another one some day. */
export async function findOther<T extends { readonly version: string }>(
  suite: Suite,
  wanted: string,
  layOutIn: (suite: Suite) => Promise<T>,
): Promise<T | string> {
  const missing = otherDebianMissing()
  if (missing !== null) return missing
  try {
    const found = await layOutIn(suite)
    return found.version.startsWith(`${wanted}.`) ? found : `${suite} has version ${found.version} by now`
  } catch (error) {
    return `what ${suite} has cannot be had here: ${messageOf(error)}`
  }
}

/** Downloads with lists and a state of their own, in which no package is installed. */
async function download(folder: string, suite: Suite, packages: readonly string[]): Promise<string> {
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
