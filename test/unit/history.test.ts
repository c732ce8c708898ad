import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { History } from '../../broker-bridge/history/history.ts'
import { HistoryFile } from '../../broker-bridge/history/historyFile.ts'
import { leaseTime } from '../../broker-bridge/history/lease.ts'
import { Pending } from '../../broker-bridge/history/pending.ts'
import { toProblem } from '../../broker-bridge/history/opening.ts'
import { until } from '../support/until.ts'

const root = mkdtempSync(join(tmpdir(), 'warren-history-'))
after(() => rmSync(root, { recursive: true }))
let folders = 0
const newFile = (): string => join(root, `${++folders}`, 'history.db')

const broker = 'host:5672//'
const day = 86_400
const all = { kind: 'all' } as const

/** A task as `toStored` makes them; newer ones have larger numbers. */
function json(number: number, more: object = {}): string {
  const at = 1_700_000_000 + number
  return JSON.stringify({ id: `t${number}`, name: 'shop.pay', moments: [[at, 'SUCCESS', 'w@host', 1, number]], ...more })
}

interface Opening {
  readonly file?: string
  readonly owner?: string
  readonly days?: number
  readonly megabytes?: number
  /** Milliseconds since 1970. */
  readonly clock?: () => number
}

function open({ file = newFile(), owner = 'one', days = 100_000, megabytes = 500, clock }: Opening = {}): HistoryFile &
  Disposable {
  const opened = new HistoryFile({ file, owner, days, megabytes }, clock)
  return Object.assign(opened, { [Symbol.dispose]: () => opened.close() })
}

const write = (file: HistoryFile, jsons: readonly string[]) => file.write({ broker, jsons })
const idsIn = (file: HistoryFile): string[] =>
  file.find({ broker, connection: 'c', query: all, before: null, limit: 1_000 }).tasks.map(({ id }) => id)

describe('the file of the history', () => {
  test('is its user’s alone, and holds after a restart what it held before', () => {
    const file = newFile()
    {
      using first = open({ file })
      write(first, [json(1), json(2)])
      for (const name of readdirSync(join(file, '..'))) assert.equal(statSync(join(file, '..', name)).mode & 0o777, 0o600, name)
      assert.equal(statSync(join(file, '..')).mode & 0o777, 0o700)
    }
    assert.deepEqual(readdirSync(join(file, '..')), ['history.db'])
    using second = open({ file })
    assert.deepEqual(idsIn(second), ['t2', 't1'])
    assert.deepEqual(second.read({ broker, before: null, limit: 1 }).jsons, [json(2)])
    assert.equal(second.open().tasks, 2)
  })

  for (const [what, spoil] of [
    ['is no database', (file: string) => writeFileSync(file, 'something else entirely, but not a database')],
    ['is half there', (file: string) => truncateSync(file, Math.floor(statSync(file).size / 2 / 8_192) * 8_192)],
    [
      'has other pages than it should',
      (file: string) => {
        const bytes = readFileSync(file)
        bytes.fill('x', 8_192 * 2, 8_192 * 40)
        writeFileSync(file, bytes)
      },
    ],
    [
      'lacks a table',
      (file: string) => {
        using db = new DatabaseSync(file)
        db.exec('DROP TABLE record')
      },
    ],
  ] as const) {
    test(`that ${what} is put aside, and a new one begun`, () => {
      const file = newFile()
      {
        using first = open({ file })
        write(
          first,
          Array.from({ length: 500 }, (_, number) => json(number, { args: `(${'x'.repeat(1_000)} ${number})` })),
        )
      }
      spoil(file)
      using again = open({ file, clock: () => Date.UTC(2026, 10, 21, 10) })
      write(again, [json(7)])
      assert.deepEqual(idsIn(again), ['t7'])
      assert.equal(
        again.open().notice,
        'The history was damaged; it was put aside as history.db.corrupt-2026-11-21T10-00-00, and a new one was begun.',
      )
      assert.ok(existsSync(`${file}.corrupt-2026-11-21T10-00-00`))
    })
  }

  test('of a newer Warren is left alone', () => {
    const file = newFile()
    {
      using first = open({ file })
      write(first, [json(1)])
    }
    {
      using db = new DatabaseSync(file)
      db.exec('PRAGMA user_version = 99')
    }
    const before = readFileSync(file)
    using again = open({ file })
    assert.throws(() => write(again, [json(2)]), /written by a newer Warren \(version 99/)
    assert.deepEqual(readFileSync(file), before)
  })

  test('that cannot be made pauses the history with a sentence', () => {
    const blocked = newFile()
    writeFileSync(join(root, 'no folder'), '')
    using file = open({ file: join(root, 'no folder', 'history.db') })
    assert.throws(() => file.open(), /^HistoryProblem: The history is paused: its folder is no folder\.$/)
    using good = open({ file: blocked })
    assert.equal(good.open().tasks, 0)
    const full = Object.assign(new Error('database or disk is full'), { errcode: 13 })
    assert.equal(toProblem(full).message, 'The history is paused: its disk is full.')
    assert.equal(toProblem(full).lasting, false)
  })

  test('survives that its program is killed while it writes', () => {
    const file = newFile()
    const script = `
      import { HistoryFile } from './broker-bridge/history/historyFile.ts'
      const file = new HistoryFile({ file: ${JSON.stringify(file)}, owner: 'killed', days: 100000, megabytes: 500 })
      file.write({ broker: ${JSON.stringify(broker)}, jsons: [${JSON.stringify(json(1))}] })
      process.kill(process.pid, 'SIGKILL')`
    const cwd = fileURLToPath(new URL('../..', import.meta.url))
    assert.throws(() => execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd, stdio: 'ignore' }))
    using again = open({ file, clock: () => Date.now() + leaseTime + 1 })
    assert.deepEqual(idsIn(again), ['t1'])
    assert.equal(write(again, [json(2)]), true)
  })
})

describe('two bridges on one file', () => {
  test('take turns: one writes, the other when that one has gone or said nothing for long', () => {
    let now = 1_000_000
    const file = newFile()
    using one = open({ file, owner: 'one', clock: () => now })
    using two = open({ file, owner: 'two', clock: () => now })
    assert.equal(write(one, [json(1)]), true)
    assert.equal(write(two, [json(2)]), false)
    assert.equal(two.write({ broker: 'another', jsons: [json(2)] }), true)
    assert.deepEqual(idsIn(two), ['t1'])
    now += leaseTime + 1
    assert.equal(write(two, [json(2)]), true)
    assert.equal(write(one, [json(3)]), false)
    two.close()
    assert.equal(write(one, [json(3)]), true)
    assert.deepEqual(idsIn(one), ['t3', 't2', 't1'])
  })
})

describe('the bounds of the history', () => {
  /** The index of texts lags behind what is taken out, so that it may take more than one round. */
  const tidied = (file: HistoryFile) => {
    assert.equal(file.tidy().more, true)
    for (let round = 0; round < 5 && file.tidy().more; round++) while (file.tidyStep()) continue
    assert.equal(file.tidy().more, false)
  }

  test('hold in days', () => {
    using file = open({ days: 2, clock: () => (1_700_000_000 + 2 * day + 500) * 1_000 })
    write(
      file,
      Array.from({ length: 1_000 }, (_, number) => json(number)),
    )
    tidied(file)
    assert.equal(idsIn(file).length, 500)
    assert.equal(idsIn(file).at(-1), 't500')
  })

  test('hold in megabytes, and what was freed goes back to the disk', () => {
    const path = newFile()
    const words = (number: number) =>
      Array.from({ length: 200 }, (_, word) => ((number * 7_919 + word * 104_729) % 1e6).toString(36)).join(' ')
    using file = open({ file: path, megabytes: 3 })
    for (let first = 0; first < 1_000; first += 500)
      write(
        file,
        Array.from({ length: 500 }, (_, number) => json(first + number, { args: `('${words(first + number)}',)` })),
      )
    assert.ok(file.open().bytes > 4 * 2 ** 20, `${file.open().bytes}`)
    tidied(file)
    const { bytes, tasks } = file.open()
    assert.ok(bytes < 3 * 2 ** 20, `${bytes}`)
    assert.ok(tasks > 200, `${tasks}`)
    assert.equal(idsIn(file)[0], 't999')
    file.close()
    assert.ok(statSync(path).size < 3 * 2 ** 20)
  })
})

describe('what waits for the disk', () => {
  test('is bounded, and what is given up is counted', () => {
    const pending = new Pending<number>(3)
    for (const [key, item] of [
      ['a', 1],
      ['b', 2],
      ['a', 3],
      ['c', 4],
      ['d', 5],
    ] as const)
      pending.add(key, item, item)
    assert.deepEqual([pending.size, pending.skipped], [3, 1])
    const taken = pending.take(2)
    assert.deepEqual([...taken.keys()], ['b', 'c'])
    pending.add('c', 6, 6)
    pending.putBack(taken, 2)
    assert.deepEqual(
      [...pending.take(9)].map(([key, { item }]) => [key, item]),
      [
        ['d', 5],
        ['c', 6],
        ['b', 2],
      ],
    )
  })
})

describe('the history and its thread', () => {
  const program = new URL('../../broker-bridge/history/worker.ts', import.meta.url)
  const start = (file: string, changed: () => void = () => undefined) =>
    new History<{ id: string; json: string }>({ file, days: 100_000, megabytes: 500, program }, (task) => task.json, changed)
  const task = (number: number) => ({ id: `t${number}`, json: json(number) })

  test('write what is collected, the newest of each task, and give it back', async () => {
    const file = newFile()
    const first = start(file)
    first.collect(broker, [task(1), task(2), { id: 't1', json: json(1, { name: 'shop.renamed' }) }])
    await first.dispose()
    const second = start(file)
    const back: string[] = []
    await second.readBack(broker, (jsons) => back.push(...jsons) > 0)
    assert.deepEqual(back, [json(2), json(1, { name: 'shop.renamed' })])
    const found = await second.find({ broker, connection: 'c', query: all, before: null, limit: 10 })
    assert.deepEqual(
      found.tasks.map(({ connection, name }) => [connection, name]),
      [
        ['c', 'shop.pay'],
        ['c', 'shop.renamed'],
      ],
    )
    assert.equal((await second.task(broker, 'c', 't2'))?.id, 't2')
    assert.equal(await second.task(broker, 'c', 'nobody'), undefined)
    await second.dispose()
  })

  test('say what is wrong, and go on without a file', async () => {
    writeFileSync(join(root, 'no folder either'), '')
    let changes = 0
    const history = start(join(root, 'no folder either', 'history.db'), () => {
      changes++
    })
    await until(() => !history.status(broker).kept, 'the problem is known')
    assert.equal(history.status(broker).message, 'The history is paused: its folder is no folder.')
    assert.ok(changes > 0)
    history.collect(broker, [task(1)])
    await assert.rejects(history.find({ broker, connection: 'c', query: all, before: null, limit: 1 }), /its folder is no folder/)
    await history.dispose()
  })

  test('tell nothing on standard error', () => {
    const script = `
      import { History } from './broker-bridge/history/history.ts'
      const program = new URL('./broker-bridge/history/worker.ts', 'file://' + process.cwd() + '/')
      const history = new History({ file: ${JSON.stringify(newFile())}, days: 1, megabytes: 10, program }, (task) => task.json, () => undefined)
      await history.readBack('b', () => true)
      await history.dispose()`
    const cwd = fileURLToPath(new URL('../..', import.meta.url))
    const output = execFileSync('sh', ['-c', `"$0" --input-type=module -e "$1" 2>&1`, process.execPath, script], {
      cwd,
      encoding: 'utf8',
    })
    assert.equal(output, '')
  })
})
