import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { layOut, writeCommand, type Suite } from './otherDebian.ts'

const packages = ['python3-celery', 'python3-sqlalchemy']
const project = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** A Celery that was laid out. */
export interface OtherCelery {
  /** A `python3` that has it; it sees this machine's /tmp and this project, and nothing else. */
  readonly python: string
  /** `5.5.2` */
  readonly version: string
}

/** Lays out the Celery of a release (5.5 in trixie, 5.6 in sid) with its own Python and SQLAlchemy: about 30 MB, ten seconds, once. */
export async function celeryOf(suite: Suite): Promise<OtherCelery> {
  const debian = await layOut(suite, 'warren-celeries', packages)
  const python = join(debian.folder, 'python3')
  // `env -C`: the root changes to its own top, and who calls means the folder it is in.
  await writeCommand(python, debian, '/usr/bin/env -C "$PWD" /usr/bin/python3', [project])
  const installed = await readdir(join(debian.root, 'usr', 'lib', 'python3', 'dist-packages'))
  const version = installed
    .map((name) => /^celery-([\d.]+)\.(?:dist|egg)-info$/.exec(name)?.[1])
    .find((found) => found !== undefined)
  if (version === undefined) throw new Error('There is no Celery in what was unpacked.')
  return { python, version }
}
