import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, test } from 'node:test'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import { placeName, readDatabase, readWorkersBackend } from '../../broker-bridge/lookups/database.ts'
import type { SqlitePlace } from '../../broker-bridge/lookups/database.ts'
import { readStoredTime, writeStoredTime } from '../../broker-bridge/lookups/storedTime.ts'
import { LookupThread } from '../../broker-bridge/lookups/thread.ts'
import { toPeriodic } from '../../broker-bridge/lookups/periodic.ts'
import { makeDjangoTables } from '../support/djangoTables.ts'

const folder = mkdtempSync(join(tmpdir(), 'warren-lookups-'))
after(() => rmSync(folder, { recursive: true }))
const thread = new LookupThread(new URL('../../broker-bridge/lookups/worker.ts', import.meta.url))

const now = Date.parse('2026-11-21T12:00:00Z') / 1_000
let files = 0
function django(): {
  readonly file: SqlitePlace
  readonly change: (sql: string) => void
  readonly row: (sql: string) => unknown
} {
  const file = join(folder, `django-${++files}.sqlite3`)
  makeDjangoTables(file)
  const use = <T>(act: (db: DatabaseSync) => T): T => {
    const db = new DatabaseSync(file)
    try {
      return act(db)
    } finally {
      db.close()
    }
  }
  return {
    file: { kind: 'sqlite', file },
    change: (sql) => use((db) => db.exec(sql)),
    row: (sql) => use((db) => ({ ...db.prepare(sql).get() })),
  }
}
const problemOf = async (done: Promise<unknown>): Promise<string> => {
  const error = await done.then(
    () => assert.fail('It was done.'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof RequestError, String(error))
  return error.message
}

const sqlite = (file: string): SqlitePlace => ({ kind: 'sqlite', file })
const problemIn = (address: string): string => {
  const place = readDatabase(address)
  return 'problem' in place ? place.problem : assert.fail(`${address} was read.`)
}

describe('addresses', () => {
  test('SQLite by address or path', () => {
    assert.deepEqual(readDatabase('db+sqlite:////srv/results.db'), sqlite('/srv/results.db'))
    assert.deepEqual(readDatabase('sqlite:///results.db?timeout=5'), sqlite('results.db'))
    assert.deepEqual(readDatabase(' /srv/db.sqlite3 '), sqlite('/srv/db.sqlite3'))
    assert.deepEqual(readDatabase('C:\\shop\\db.sqlite3'), sqlite('C:\\shop\\db.sqlite3'))
  })

  test('Redis as Celery reads it', () => {
    const plain = { kind: 'redis', host: 'h', port: 6379, user: null, password: null, database: 0, tls: null, prefix: '' }
    assert.deepEqual(readDatabase('redis://h'), plain)
    assert.deepEqual(readDatabase('redis://:p%40w@h:7000/3'), { ...plain, password: 'p@w', port: 7000, database: 3 })
    assert.deepEqual(readDatabase('redis://u:pw@[::1]/?db=2'), {
      ...plain,
      user: 'u',
      password: 'pw',
      host: '::1',
      database: 2,
    })
    assert.deepEqual(readDatabase('redis://h/0?global_keyprefix=shop'), { ...plain, prefix: 'shop_' })
    assert.deepEqual(readDatabase('redis://h/0?global_keyprefix=shop:'), { ...plain, prefix: 'shop:' })
    const tls = { verifies: true, checksHost: true, ca: null, cert: null, key: null }
    assert.deepEqual(readDatabase('rediss://h:6380/0'), { ...plain, port: 6380, tls })
    assert.deepEqual(readDatabase('rediss://h?ssl_cert_reqs=CERT_NONE'), {
      ...plain,
      tls: { ...tls, verifies: false, checksHost: false },
    })
    assert.deepEqual(readDatabase('redis+socket:///run/redis.sock?virtual_host=2'), {
      ...plain,
      host: '/run/redis.sock',
      database: 2,
    })
    assert.match(problemIn('redis://h/celery'), /numbers its databases/)
  })

  test('PostgreSQL as SQLAlchemy and Django name it', () => {
    const offered = { use: 'offered', verifies: false, checksHost: false, ca: null, cert: null, key: null }
    const shop = {
      kind: 'postgresql',
      host: 'h',
      port: 5432,
      user: 'u',
      password: 'p/w',
      database: 'shop',
      encryption: offered,
      schemas: null,
    }
    for (const scheme of ['db+postgresql', 'postgresql+psycopg2', 'db+postgresql+psycopg', 'postgres', 'postgis'])
      assert.deepEqual(readDatabase(`${scheme}://u:p%2Fw@h/shop`), shop, scheme)
    const verified = { ...offered, use: 'always', verifies: true, checksHost: true, ca: '/ca.pem' }
    assert.deepEqual(
      readDatabase('postgresql://u:p%2Fw@h:5433/shop?sslmode=verify-full&sslrootcert=/ca.pem&options=-csearch_path%3Dcelery'),
      { ...shop, port: 5433, encryption: verified, schemas: 'celery' },
    )
    const socket = readDatabase('postgresql:///shop')
    assert.ok('kind' in socket && socket.kind === 'postgresql')
    assert.deepEqual([socket.host, socket.user, socket.password], ['/var/run/postgresql', null, null])
    assert.match(problemIn('postgresql://h'), /names no database/)
  })

  test('what cannot be asked is refused in a sentence, and no password is repeated', () => {
    assert.match(problemIn('rpc://'), /^Results of the rpc backend go to whoever sent the task, and nobody else can ask/)
    assert.match(problemIn('sentinel://a:26379;sentinel://b:26379'), /through Sentinel; name the address of the Redis server/)
    assert.match(problemIn('mongodb://h/db'), /^Warren cannot ask a result backend of the kind mongodb;/)
    assert.match(problemIn('django-db'), /^Results are kept in Django’s own database/)
    assert.match(problemIn('django-cache'), /^Results are kept in Django’s cache/)
    for (const address of ['db+sqlite:///', '', 'redis://:se/cret@h', 'postgresql://u:se/cret@h/db', 'redis://u:%E0%@h'])
      assert.doesNotMatch(problemIn(address), /cret/, address)
  })

  test('places are called by names without user and password', () => {
    for (const [address, name] of [
      ['/srv/results.db', 'results.db'],
      ['redis://u:secret@h/1', 'Redis at h/1'],
      ['redis://[::1]:7000', 'Redis at [::1]:7000/0'],
      ['postgresql://u:secret@h:5433/shop', 'PostgreSQL database shop at h:5433'],
    ] as const) {
      const place = readDatabase(address)
      assert.equal('kind' in place && placeName(place), name)
    }
  })

  test('of what workers name, the places that can be opened from here', () => {
    assert.deepEqual(readWorkersBackend('db+sqlite:////srv/results.db'), sqlite('/srv/results.db'))
    const redis = readWorkersBackend('redis://h:6379/1')
    assert.ok('kind' in redis && redis.kind === 'redis' && redis.database === 1)
    for (const [backend, problem] of [
      ['db+sqlite:///results.db', /whose folder they do not tell/],
      ['redis://:********@h:6379/0', /keep their results in redis:\/\/:\*{8}@h:6379\/0 and do not tell its password/],
      ['rpc:///', /rpc backend/],
      ['django-db', /Django’s own database/],
      ['/etc/passwd', /cannot ask a result backend of the kind/],
    ] as const) {
      const place = readWorkersBackend(backend)
      assert.match('problem' in place ? place.problem : 'It was read.', problem)
    }
  })
})

test('times are read and written as Django does', () => {
  assert.equal(readStoredTime('2026-11-21 12:00:00'), now)
  assert.equal(readStoredTime('2026-11-21 12:00:00.250000'), now + 0.25)
  assert.equal(writeStoredTime(now + 0.25), '2026-11-21 12:00:00.250000')
  assert.equal(readStoredTime('2026-11-21T12:00:00.250000+00:00'), now + 0.25)
  assert.equal(readStoredTime('2026-11-21 14:00:00+02'), now)
  assert.equal(readStoredTime('2026-11-21T17:30:00+0530'), now)
  for (const text of [null, 5, 'yesterday', '']) assert.equal(readStoredTime(text), null)
})

describe('results', () => {
  test('django-celery-results: the text of a result, its source, and arguments without their wrapping', async () => {
    const [answer, ...others] = await thread.run(django().file, 'findTasks', { ids: ['done'] })
    assert.deepEqual(others, [])
    assert.deepEqual(answer?.answer, {
      source: `django_celery_results_taskresult in django-${files}.sqlite3`,
      state: 'SUCCESS',
      at: now,
      name: 'shop.add',
      worker: 'w1@host',
      queue: null,
      args: "(1, 'zoë')",
      kwargs: '{}',
      exact: false,
      result: '{"sum": 3}',
      inert: null,
      traceback: null,
    })
  })

  test('a pickle stays what it is', async () => {
    const [answer] = await thread.run(django().file, 'findTasks', { ids: ['pickled'] })
    assert.equal(answer?.answer.result, null)
    assert.match(answer.answer.inert ?? '', /^It is a pickle of 8 bytes: reading one can run any code/)
  })

  test('what no table has is no answer', async () => {
    assert.deepEqual(await thread.run(django().file, 'findTasks', { ids: ["x' OR 1=1 --"] }), [])
  })

  test('an enormous result is cut, in the thread', async () => {
    const { file, change } = django()
    change("UPDATE django_celery_results_taskresult SET result = printf('%.*c', 2000000, 'x')")
    const [answer] = await thread.run(file, 'findTasks', { ids: ['done'] })
    assert.equal(answer?.answer.result?.length, 100_001)
    assert.equal(answer.answer.inert, 'It is too large to be shown: these are the first 100,000 of 2,000,000 characters.')
  })

  test('files that are none are told apart, and never made', async () => {
    const missing = join(folder, 'missing.db')
    assert.equal(
      await problemOf(thread.run(sqlite(missing), 'findTasks', { ids: ['a'] })),
      'missing.db is not there, or may not be opened.',
    )
    assert.equal(
      await problemOf(thread.run(sqlite(missing), 'setPeriodic', { id: 1, name: 'a', enabled: true, now })),
      'missing.db is not there, or may not be opened.',
    )
    assert.equal(existsSync(missing), false)
    const text = join(folder, 'notes.txt')
    writeFileSync(text, 'no database '.repeat(100))
    assert.equal(await problemOf(thread.run(sqlite(text), 'findTasks', { ids: ['a'] })), 'notes.txt is no SQLite database.')
  })
})

describe('periodic tasks', () => {
  const list = async (file: SqlitePlace) => (await thread.run(file, 'listPeriodic', null)).map((row) => toPeriodic(row, now))
  const named = async (file: SqlitePlace, name: string) => {
    const task = (await list(file)).find((each) => each.name === name)
    return task ?? assert.fail(`There is no ${name}.`)
  }

  test('schedules in words, with last and next run', async () => {
    const { file } = django()
    const short = (await list(file)).map(({ name, schedule, nextRun, enabled }) => ({
      name,
      schedule,
      enabled,
      next: nextRun === null ? null : new Date(nextRun * 1_000).toISOString(),
    }))
    assert.deepEqual(short, [
      {
        name: 'nightly',
        schedule: 'at 03:00 on Monday to Friday (Europe/Paris)',
        enabled: true,
        next: '2026-11-23T02:00:00.000Z',
      },
      { name: 'off', schedule: 'every 10 seconds', enabled: false, next: null },
      { name: 'often', schedule: 'every 10 seconds', enabled: true, next: '2026-11-21T12:00:05.000Z' },
      { name: 'once', schedule: 'once, at 2026-11-24 00:29 UTC', enabled: true, next: '2026-11-24T00:29:35.021Z' },
      { name: 'sun', schedule: 'at solar noon (48.85, 2.35)', enabled: true, next: null },
    ])
    const often = await named(file, 'often')
    assert.deepEqual([often.lastRun, often.runs, often.note, often.refusal], [now - 5, 7, null, null])
  })

  test('what is unusual is said', async () => {
    const { file, change } = django()
    change("UPDATE django_celery_beat_periodictask SET last_run_at = '2026-11-21 11:00:00' WHERE name = 'often'")
    assert.equal((await named(file, 'often')).note, 'It did not run when it was due; is beat running?')
    change("UPDATE django_celery_beat_periodictask SET total_run_count = 1 WHERE name = 'once'")
    assert.equal((await named(file, 'once')).note, 'It was to run once, and did.')
    change("UPDATE django_celery_beat_periodictask SET expires = '2026-11-22 00:00:00' WHERE name = 'nightly'")
    const nightly = await named(file, 'nightly')
    assert.deepEqual([nightly.nextRun, nightly.note], [null, 'It has expired.'])
    change(`UPDATE django_celery_beat_periodictask SET headers = '{"tenant": 1}' WHERE name = 'off'`)
    assert.match((await named(file, 'off')).refusal ?? '', /headers of its own/)
  })

  test('turning one off and on is what the model does, and beat is told', async () => {
    const { file, row } = django()
    const { id } = await named(file, 'often')
    const state = () =>
      row(
        `SELECT enabled, last_run_at, last_update FROM django_celery_beat_periodictask, django_celery_beat_periodictasks WHERE id = ${id}`,
      )
    await thread.run(file, 'setPeriodic', { id, name: 'often', enabled: false, now })
    assert.deepEqual(state(), { enabled: 0, last_run_at: null, last_update: '2026-11-21 12:00:00.000000' })
    // Beat’s computer may have another zone, or a clock that is ahead: the time has to rise all the same.
    await thread.run(file, 'setPeriodic', { id, name: 'often', enabled: true, now: now - 3_600 })
    assert.deepEqual(state(), { enabled: 1, last_run_at: null, last_update: '2026-11-21 12:00:00.010000' })
  })

  test('beat is told also where it never was before', async () => {
    const { file, change, row } = django()
    change('DELETE FROM django_celery_beat_periodictasks')
    const { id } = await named(file, 'often')
    await thread.run(file, 'setPeriodic', { id, name: 'often', enabled: false, now })
    assert.deepEqual(row('SELECT * FROM django_celery_beat_periodictasks'), {
      ident: 1,
      last_update: '2026-11-21 12:00:00.000000',
    })
  })

  test('another task under the same id is left alone, and so is an unknown layout', async () => {
    const { file, change, row } = django()
    const { id } = await named(file, 'often')
    const before = row('SELECT count(*), max(date_changed), sum(enabled) FROM django_celery_beat_periodictask')
    assert.match(
      await problemOf(thread.run(file, 'setPeriodic', { id, name: 'other', enabled: false, now })),
      /no longer there; nothing was changed/,
    )
    change('ALTER TABLE django_celery_beat_periodictask DROP COLUMN one_off')
    assert.match(
      await problemOf(thread.run(file, 'setPeriodic', { id, name: 'often', enabled: false, now })),
      /laid out otherwise than Warren knows: one_off is missing/,
    )
    assert.deepEqual(row('SELECT count(*), max(date_changed), sum(enabled) FROM django_celery_beat_periodictask'), before)
    change('DROP TABLE django_celery_beat_periodictask')
    assert.equal(await problemOf(thread.run(file, 'listPeriodic', null)), 'It has no tables of django-celery-beat.')
  })

  test('a file that another program has locked is given up, unchanged', async () => {
    const { file } = django()
    const { id } = await named(file, 'often')
    const other = new DatabaseSync(file.file)
    other.exec('BEGIN EXCLUSIVE')
    const problem = await problemOf(thread.run(file, 'setPeriodic', { id, name: 'often', enabled: false, now }))
    other.exec('ROLLBACK')
    other.close()
    assert.match(problem, /^django-\d+\.sqlite3 is locked by another program\.$/)
    assert.equal((await named(file, 'often')).enabled, true)
  })
})
