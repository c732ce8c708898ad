import { existsSync } from 'node:fs'
import { output } from './childProcess.ts'
import type { Need } from './debian.ts'
import { postgresHome } from './postgres.ts'
import { rabbitHome } from './rabbit/home.ts'
import { redisServer } from './redis.ts'

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

/** What Celery keeps results in Redis and PostgreSQL with. */
export const celeryBackends: Need = {
  what: 'Python’s clients of Redis and PostgreSQL',
  packages: ['python3-redis', 'python3-psycopg2'],
  present: async () => (await findPython()) !== null && (await imports((await findPython()) ?? '', 'redis, psycopg2')),
  elsewhere: 'install them beside Celery ("python3 -m pip install redis psycopg2-binary")',
}
/** The debugger that tasks are run under; the tests speak to it as an editor does. */
export const debugpy: Need = {
  what: 'debugpy',
  packages: ['python3-debugpy'],
  present: async () => (await findPython()) !== null && (await imports((await findPython()) ?? '', 'debugpy')),
  elsewhere: 'install it beside Celery ("python3 -m pip install debugpy")',
}
export const redis: Need = file('Redis', ['redis-server', 'redis-tools'], redisServer)
export const postgres: Need = {
  what: 'PostgreSQL',
  packages: ['postgresql'],
  present: () => Promise.resolve(postgresHome() !== null),
  elsewhere: 'install PostgreSQL so that its programs are in /usr/lib/postgresql/<version>/bin',
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
  for (const candidate of ['/usr/bin/python3', 'python3'])
    python ??= (await imports(candidate, 'celery, sqlalchemy')) ? candidate : null
  return python
}

function imports(candidate: string, modules: string): Promise<boolean> {
  return output(candidate, ['-c', `import ${modules}`]).then(
    () => true,
    () => false,
  )
}
