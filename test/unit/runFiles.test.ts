import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { RunFiles } from '../../extension/debugging/runFiles.ts'
import { until } from '../support/childProcess.ts'

describe('the file with a debugged task’s arguments', () => {
  let files: RunFiles
  let seen: string
  beforeEach(() => {
    files = new RunFiles()
  })
  afterEach(async () => {
    files.dispose()
    await rm(dirname(seen), { recursive: true, force: true })
  })
  const start =
    (started: () => boolean) =>
    (file: string): Promise<boolean> => {
      seen = file
      return Promise.resolve().then(started)
    }

  test('is there for who was started, and only this user can read it', async () => {
    await files.use(
      '{"args":[1]}',
      start(() => true),
    )
    assert.equal(await readFile(seen, 'utf8'), '{"args":[1]}')
    if (process.platform !== 'win32')
      assert.deepEqual([(await stat(seen)).mode & 0o777, (await stat(dirname(seen))).mode & 0o777], [0o600, 0o700])
    await files.forget(seen)
    assert.equal(existsSync(dirname(seen)), false)
  })

  test('is gone where nothing was started', async () => {
    await files.use(
      '{}',
      start(() => false),
    )
    assert.equal(existsSync(dirname(seen)), false)
  })

  test('is gone where the start went wrong, which is told', async () => {
    const failing = start(() => {
      throw new Error('no debugger')
    })
    await assert.rejects(files.use('{}', failing), /no debugger/)
    assert.equal(existsSync(dirname(seen)), false)
  })

  test('goes with the window, and nothing is started by one that is gone', async () => {
    await files.use(
      '{}',
      start(() => true),
    )
    files.dispose()
    await until('it is gone', 10_000, () => !existsSync(dirname(seen)))
    let starts = 0
    await files.use('{}', () => Promise.resolve((starts += 1) > 0))
    assert.equal(starts, 0)
  })

  test('is the only one that is ever deleted', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'warren-runs-'))
    seen = join(folder, 'run.json')
    await writeFile(seen, '')
    for (const file of [seen, 7, undefined, '']) await files.forget(file)
    assert.ok(existsSync(seen))
  })
})
