import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { MarkFile } from '../../broker-bridge/markFile.ts'
import { FailureMarks } from '../../broker-bridge/tasks/failureMarks.ts'
import { until } from '../support/until.ts'

let folder: string
let file: string
let logged: string[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'warren-marks-'))
  file = join(folder, 'data', 'failures.json')
  logged = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function open(): { marks: FailureMarks; kept: MarkFile } {
  const marks = new FailureMarks()
  return { marks, kept: new MarkFile(file, marks, (line) => logged.push(line)) }
}

describe('marks of failures', () => {
  test('are there again after a restart, in a file for its owner alone', () => {
    const first = open()
    first.marks.set('b', 'one', { mark: 'known', at: 5 })
    first.marks.set('b', 'two', { mark: 'resolved', at: 6 })
    first.marks.set('b', 'two', undefined)
    first.kept.dispose()
    assert.deepEqual(open().marks.entries(), [{ broker: 'b', fingerprint: 'one', mark: 'known', at: 5 }])
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.deepEqual(readdirSync(join(folder, 'data')), ['failures.json'])
    assert.deepEqual(logged, [])
  })

  test('are written soon, not only at the end', async () => {
    const { marks, kept } = open()
    marks.set('b', 'one', { mark: 'known', at: 5 })
    await until(() => open().marks.get('b', 'one')?.mark === 'known')
    kept.dispose()
  })

  test('of two bridges with one file are all kept', () => {
    const [one, other] = [open(), open()]
    one.marks.set('b', 'one', { mark: 'known', at: 5 })
    other.marks.set('b', 'other', { mark: 'resolved', at: 6 })
    one.kept.dispose()
    other.kept.dispose()
    const { marks } = open()
    assert.equal(marks.get('b', 'one')?.mark, 'known')
    assert.equal(marks.get('b', 'other')?.mark, 'resolved')
  })

  test('a file that nothing was marked in is not written', () => {
    open().kept.dispose()
    assert.deepEqual(readdirSync(folder), [])
  })

  for (const [what, text] of [
    ['is cut', '{"version":1,"marks":[{"bro'],
    ['is something else', '[1, 2]'],
    ['is of another version', '{"version":2,"marks":[]}'],
    ['holds an unknown mark', '{"version":1,"marks":[{"broker":"b","fingerprint":"f","mark":"gone","at":1}]}'],
    ['is no text', '\u0000\ufffd'],
  ] as const)
    test(`a file that ${what} is set aside and said so`, () => {
      const before = open()
      before.marks.set('b', 'one', { mark: 'known', at: 5 })
      before.kept.dispose()
      writeFileSync(file, text)
      const { marks, kept } = open()
      assert.deepEqual(marks.entries(), [])
      assert.equal(readFileSync(`${file}.damaged`, 'utf8'), text)
      assert.equal(logged.length, 1)
      marks.set('b', 'two', { mark: 'known', at: 7 })
      kept.dispose()
      assert.equal(open().marks.get('b', 'two')?.mark, 'known')
    })

  test('where nothing can be written is said, and goes on', () => {
    writeFileSync(join(folder, 'data'), 'a file where the folder should be')
    const { marks, kept } = open()
    marks.set('b', 'one', { mark: 'known', at: 5 })
    kept.dispose()
    assert.equal(marks.get('b', 'one')?.mark, 'known')
    assert.ok(logged.some((line) => line.startsWith('Marks of failures could not be kept')))
  })

  test('are bounded: the oldest make room', () => {
    const { marks, kept } = open()
    for (let n = 0; n < 5_001; n++) marks.set('b', `f${n}`, { mark: 'known', at: n })
    assert.equal(marks.entries().length, 5_000)
    assert.equal(marks.get('b', 'f0'), undefined)
    assert.equal(marks.get('b', 'f5000')?.mark, 'known')
    // Or it would write the file after its folder was removed.
    kept.dispose()
  })
})
