import { existsSync } from 'node:fs'
import { output } from './childProcess.ts'
import type { Need } from './debian.ts'
import { rabbitHome } from './rabbit/home.ts'

export const rabbitmq: Need = {
  what: 'RabbitMQ',
  packages: ['rabbitmq-server'],
  present: () => Promise.resolve(rabbitHome() !== null),
  elsewhere: 'install RabbitMQ (on macOS with "brew install rabbitmq") or set RABBITMQ_HOME to the folder that holds its sbin/',
}

export const celery: Need = {
  what: 'Celery with SQLAlchemy',
  packages: ['python3-celery', 'python3-sqlalchemy'],
  present: async () => (await findPython()) !== null,
  elsewhere: 'install Celery for the python3 on the PATH ("python3 -m pip install celery sqlalchemy")',
}

export const openssl: Need = file('OpenSSL', ['openssl'], '/usr/bin/openssl')
export const chromium: Need = file('Chromium', ['chromium'], '/usr/bin/chromium')
export const fonts: Need = file('a font', ['fonts-dejavu-core'], '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf')
/** code-server compiles a few modules during its installation. */
export const compiler: Need = file('a C++ compiler', ['g++', 'make', 'python3'], '/usr/bin/g++')
export const kerberos: Need = file('the headers of Kerberos', ['libkrb5-dev', 'pkg-config'], '/usr/include/gssapi/gssapi.h')

function file(what: string, packages: readonly string[], path: string): Need {
  return { what, packages, present: () => Promise.resolve(existsSync(path)), elsewhere: `install ${what} so that ${path} exists` }
}

let python: string | null = null

/** The first Python that can import Celery and SQLAlchemy, or null. Debian's own comes before one that shadows it on the PATH. */
export async function findPython(): Promise<string | null> {
  for (const candidate of ['/usr/bin/python3', 'python3']) python ??= await importsCelery(candidate)
  return python
}

function importsCelery(candidate: string): Promise<string | null> {
  return output(candidate, ['-c', 'import celery, sqlalchemy']).then(
    () => candidate,
    () => null,
  )
}
