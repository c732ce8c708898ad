import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, test } from 'node:test'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import { localFile, readDatabase } from '../../broker-bridge/lookups/database.ts'
import { readStoredTime, writeStoredTime } from '../../broker-bridge/lookups/storedTime.ts'
import { LookupThread } from '../../broker-bridge/lookups/thread.ts'
import { toPeriodic } from '../../broker-bridge/lookups/periodic.ts'
import { makeDjangoTables } from '../support/djangoTables.ts'

const folder = mkdtempSync(join(tmpdir(), 'warren-lookups-'))
after(() => rmSync(folder, { recursive: true }))
const thread = new LookupThread(new URL('../../broker-bridge/lookups/worker.ts', import.meta.url))

const now = Date.parse('2026-11-21T12:00:00Z') / 1_000
let files = 0
function django(): { readonly file: string; readonly change: (sql: string) => void; readonly row: (sql: string) => unknown } {
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
  return { file, change: (sql) => use((db) => db.exec(sql)), row: (sql) => use((db) => ({ ...db.prepare(sql).get() })) }
}
const problemOf = async (done: Promise<unknown>): Promise<string> => {
  const error = await done.then(
    () => assert.fail('It was done.'),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof RequestError, String(error))
  return error.message
}

test('databases are named by address or path', () => {
  assert.deepEqual(readDatabase('db+sqlite:////srv/results.db'), { file: '/srv/results.db' })
  assert.deepEqual(readDatabase('sqlite:///results.db?timeout=5'), { file: 'results.db' })
  assert.deepEqual(readDatabase(' /srv/db.sqlite3 '), { file: '/srv/db.sqlite3' })
  assert.deepEqual(readDatabase('C:\\shop\\db.sqlite3'), { file: 'C:\\shop\\db.sqlite3' })
  for (const address of ['redis://host/1', 'db+sqlite:///', 'rpc://', '']) assert.ok('problem' in readDatabase(address), address)
  assert.equal(localFile('db+sqlite:////srv/results.db'), '/srv/results.db')
  for (const backend of ['db+sqlite:///results.db', 'django-db', '/etc/passwd', 'redis://h/1'])
    assert.equal(localFile(backend), null, backend)
})

test('times are read and written as Django does', () => {
  assert.equal(readStoredTime('2026-11-21 12:00:00'), now)
  assert.equal(readStoredTime('2026-11-21 12:00:00.250000'), now + 0.25)
  assert.equal(writeStoredTime(now + 0.25), '2026-11-21 12:00:00.250000')
  for (const text of [null, 5, 'yesterday', '']) assert.equal(readStoredTime(text), null)
})

describe('results', () => {
  test('django-celery-results: the text of a result, its source, and arguments without their wrapping', async () => {
    const [answer, ...others] = await thread.run(django().file, 'findTask', { id: 'done' })
    assert.deepEqual(others, [])
    assert.deepEqual(answer, {
      source: `django_celery_results_taskresult in django-${files}.sqlite3`,
      state: 'SUCCESS',
      at: now,
      name: 'shop.add',
      worker: 'w1@host',
      queue: null,
      args: "(1, 'zoë')",
      kwargs: '{}',
      result: '{"sum": 3}',
      inert: null,
      traceback: null,
    })
  })

  test('a pickle stays what it is', async () => {
    const [answer] = await thread.run(django().file, 'findTask', { id: 'pickled' })
    assert.equal(answer?.result, null)
    assert.match(answer.inert ?? '', /^It is a pickle of 8 bytes: reading one can run any code/)
  })

  test('what no table has is no answer', async () => {
    assert.deepEqual(await thread.run(django().file, 'findTask', { id: "x' OR 1=1 --" }), [])
  })

  test('an enormous result is cut, in the thread', async () => {
    const { file, change } = django()
    change("UPDATE django_celery_results_taskresult SET result = printf('%.*c', 2000000, 'x')")
    const [answer] = await thread.run(file, 'findTask', { id: 'done' })
    assert.equal(answer?.result?.length, 100_001)
  })

  test('files that are none are told apart, and never made', async () => {
    const missing = join(folder, 'missing.db')
    assert.equal(await problemOf(thread.run(missing, 'findTask', { id: 'a' })), 'missing.db is not there, or may not be opened.')
    assert.equal(
      await problemOf(thread.run(missing, 'setPeriodic', { id: 1, name: 'a', enabled: true, now })),
      'missing.db is not there, or may not be opened.',
    )
    assert.equal(existsSync(missing), false)
    const text = join(folder, 'notes.txt')
    writeFileSync(text, 'no database '.repeat(100))
    assert.equal(await problemOf(thread.run(text, 'findTask', { id: 'a' })), 'notes.txt is no SQLite database.')
  })
})

describe('periodic tasks', () => {
  const list = async (file: string) => (await thread.run(file, 'listPeriodic', null)).map((row) => toPeriodic(row, now))
  const named = async (file: string, name: string) => {
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
    const other = new DatabaseSync(file)
    other.exec('BEGIN EXCLUSIVE')
    const problem = await problemOf(thread.run(file, 'setPeriodic', { id, name: 'often', enabled: false, now }))
    other.exec('ROLLBACK')
    other.close()
    assert.match(problem, /^django-\d+\.sqlite3 is locked by another program\.$/)
    assert.equal((await named(file, 'often')).enabled, true)
  })
})
