import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { claimDoubt, claimReason, claimReasons, claimRefusal } from '../../broker-bridge/actions/retryGuardWords.ts'
import { brokerIdentity } from '../../broker-bridge/claims/brokerIdentity.ts'
import { leaseTime, remembered } from '../../broker-bridge/claims/claim.ts'
import { ClaimFile } from '../../broker-bridge/claims/claimFile.ts'
import { Claims } from '../../broker-bridge/claims/claims.ts'
import type { Standing } from '../../broker-bridge/claims/messages.ts'
import { claimFile, makePrivateFolder } from '../../broker-bridge/claims/place.ts'

let folder: string
let files = 0
before(() => (folder = mkdtempSync(join(tmpdir(), 'warren-claims-'))))
after(() => rmSync(folder, { recursive: true }))

const start = Date.parse('2026-11-22T10:00:00Z')
const freshFile = (): string => join(folder, `${++files}`, 'retries.db')

/** Two bridges on one file, and one clock. */
function pair() {
  const file = freshFile()
  const clock = { now: start }
  const bridge = (name: string): ClaimFile => new ClaimFile({ file, bridge: name }, () => clock.now)
  return { file, clock, bridge, one: bridge('one'), other: bridge('other') }
}

const stateOf = (file: ClaimFile, key: string): Standing['state'] | null => file.look({ keys: [key] }).get(key)?.state ?? null
const begin = (file: ClaimFile, operation: string, key: string, despite: number | null = null): Standing | null =>
  file.begin({ operation, key, newId: `new ${operation} ${key}`, despite })

describe('claims on tasks', () => {
  it('gives each task to the first who asks, tells the others, and forgets after an hour', () => {
    const { clock, one, other } = pair()
    assert.deepEqual([...one.take({ operation: 'a', keys: ['1', '2'] })], [])
    assert.deepEqual([...other.take({ operation: 'b', keys: ['2', '3'] }).keys()], ['2'])
    assert.equal(stateOf(other, '1'), 'underway')
    assert.equal(begin(one, 'a', '1'), null)
    one.settle({ operation: 'a', key: '1', outcome: 'sent' })
    const standing = other.look({ keys: ['1'] }).get('1')
    assert.deepEqual(standing, { state: 'sent', at: start / 1_000, newId: 'new a 1', operation: 'a', here: false })
    assert.equal(one.look({ keys: ['1'] }).get('1')?.here, true)
    assert.equal(begin(other, 'b', '1')?.state, 'sent')
    clock.now += remembered + 1
    assert.equal(stateOf(other, '1'), null)
    assert.deepEqual([...other.take({ operation: 'c', keys: ['1'] })], [])
    one.close()
    other.close()
  })

  it('lets go of what was not begun, and of what was not sent after all', () => {
    const { one, other } = pair()
    one.take({ operation: 'a', keys: ['1', '2', '3'] })
    begin(one, 'a', '1')
    one.settle({ operation: 'a', key: '1', outcome: 'free' })
    begin(one, 'a', '2')
    one.release({ operation: 'a' })
    const states = ['1', '2', '3'].map((key) => stateOf(other, key))
    assert.deepEqual(states, [null, 'underway', null])
    one.close()
    other.close()
  })

  it('of a bridge that is gone, what was begun is uncertain and the rest is free', () => {
    const { clock, one, other } = pair()
    one.take({ operation: 'a', keys: ['1', '2', '3'] })
    begin(one, 'a', '1')
    one.settle({ operation: 'a', key: '1', outcome: 'sent' })
    begin(one, 'a', '2')
    clock.now += leaseTime
    assert.deepEqual([...other.take({ operation: 'b', keys: ['1', '2', '3'] }).keys()], ['1', '2', '3'])
    clock.now += 1
    const lost = other.take({ operation: 'c', keys: ['1', '2', '3'] })
    assert.deepEqual(
      [...lost].map(([key, { state }]) => [key, state]),
      [
        ['1', 'sent'],
        ['2', 'uncertain'],
      ],
    )
    // It was only asleep: what others have now is not its any more.
    assert.equal(begin(one, 'a', '3')?.state, 'underway')
    other.close()
    assert.equal(begin(one, 'a', '3'), null)
    one.close()
  })

  it('runs on as long as it says so, also where the clock is put back', () => {
    const { clock, one, other } = pair()
    one.take({ operation: 'a', keys: ['1'] })
    for (let second = 0; second < 60; second += 3) {
      clock.now += 3_000
      assert.equal(one.renew(), true)
    }
    assert.equal(stateOf(other, '1'), 'underway')
    // As by one who asked for the time a moment before the other one spoke.
    clock.now -= 50
    assert.equal(stateOf(other, '1'), 'underway')
    clock.now -= 600_000
    assert.equal(stateOf(other, '1'), null)
    one.release({ operation: 'a' })
    assert.equal(one.renew(), false)
    one.close()
    other.close()
  })

  it('is sent once more by whoever knows, and what was known holds again where nothing was sent', () => {
    const { clock, one, other } = pair()
    begin(one, 'a', '1')
    one.settle({ operation: 'a', key: '1', outcome: 'uncertain' })
    const known = other.look({ keys: ['1'] }).get('1')
    clock.now += 1_234
    assert.equal(begin(other, 'b', '1', (known?.at ?? 0) - 0.001)?.state, 'uncertain')
    assert.equal(begin(other, 'b', '1', known?.at ?? 0), null)
    assert.equal(stateOf(one, '1'), 'underway')
    other.settle({ operation: 'b', key: '1', outcome: 'free' })
    assert.deepEqual(other.look({ keys: ['1'] }).get('1'), known)
    // Its own window knows of what it sent.
    assert.equal(begin(one, 'c', '1'), null)
    one.settle({ operation: 'c', key: '1', outcome: 'sent' })
    assert.equal(begin(one, 'd', '1'), null)
    one.settle({ operation: 'd', key: '1', outcome: 'sent' })
    assert.deepEqual([...one.take({ operation: 'e', keys: ['1'] }).keys()], ['1'])
    one.close()
    other.close()
  })

  it('goes on in a new file where somebody removed the folder, and puts a damaged one aside', () => {
    const { file, one, other } = pair()
    one.take({ operation: 'a', keys: ['1'] })
    rmSync(join(file, '..'), { recursive: true })
    assert.deepEqual([...other.take({ operation: 'b', keys: ['1'] })], [])
    assert.equal(begin(one, 'a', '1')?.state, 'underway')
    one.close()
    other.close()
    writeFileSync(file, 'This is no database, however long it may be.')
    const third = new ClaimFile({ file, bridge: 'third' }, () => start)
    assert.deepEqual([...third.take({ operation: 'c', keys: ['1'] })], [])
    third.close()
    assert.ok(readdirSync(join(file, '..')).some((name) => name.startsWith('retries.db.corrupt-')))
  })

  it('keeps 5,000 claims in a file that only its user can read, and makes none by looking', () => {
    const { file, one, other } = pair()
    assert.deepEqual([...one.look({ keys: ['1'] })], [])
    assert.throws(() => statSync(file))
    const keys = Array.from({ length: 5_000 }, (_, number) => `key ${number}`)
    assert.equal(one.take({ operation: 'a', keys }).size, 0)
    assert.equal(other.take({ operation: 'b', keys }).size, 5_000)
    assert.equal(statSync(file).mode & 0o777, 0o600)
    assert.equal(statSync(join(file, '..')).mode & 0o777, 0o700)
    one.close()
    other.close()
  })
})

type Step =
  | {
      readonly do: 'take' | 'begin' | 'publish' | 'sent' | 'free' | 'release' | 'crash' | 'renew'
      readonly who: 0 | 1
      readonly task: number
    }
  | { readonly do: 'wait'; readonly milliseconds: number }

const steps = fc.array(
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        do: fc.constantFrom('take', 'begin', 'begin', 'publish', 'publish', 'sent', 'free', 'release', 'crash', 'renew'),
        who: fc.constantFrom(0, 1),
        task: fc.nat(2),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('wait'), milliseconds: fc.nat(leaseTime * 2) }) },
  ),
  // fast-check's own size would be a few steps.
  { maxLength: 60, size: 'max' },
)

/** A window that retries: it sends only what it was told it may, at any later moment. */
class Window {
  file: ClaimFile
  readonly #open: (name: string) => ClaimFile
  readonly #name: string
  #lives = 0
  operation = ''
  /** What it may send, and whether it has. */
  begun = new Map<string, boolean>()

  constructor(name: string, open: (name: string) => ClaimFile) {
    this.#name = name
    this.#open = open
    this.file = this.#start()
  }

  #start(): ClaimFile {
    this.operation = `${this.#name} ${++this.#lives}`
    this.begun = new Map()
    return this.#open(this.operation)
  }

  /** Killed: nothing is said any more, and another one begins. */
  crash(): void {
    this.file = this.#start()
  }
}

describe('two windows that retry the same tasks', () => {
  it('never send one twice, however their steps mix, whoever crashes, sleeps or is taken for gone', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const { clock, bridge } = pair()
        const opened: ClaimFile[] = []
        const open = (name: string): ClaimFile => {
          const file = bridge(name)
          opened.push(file)
          return file
        }
        const windows = [new Window('one', open), new Window('other', open)] as const
        const published = new Map<string, number>()
        for (const step of all) {
          if (step.do === 'wait') clock.now += step.milliseconds
          else act(step.do, windows[step.who], `${step.task}`, published)
        }
        for (const [key, times] of published) assert.equal(times, 1, `task ${key}`)
        checkRest(bridge('last'), clock, published)
        for (const file of opened) file.close()
      }),
      { numRuns: 100 },
    )
  })
})

function act(what: Exclude<Step['do'], 'wait'>, window: Window, key: string, published: Map<string, number>): void {
  const { file, operation, begun } = window
  switch (what) {
    case 'take':
      return void file.take({ operation, keys: ['0', '1', '2'].slice(Number(key)) })
    case 'begin':
      if (!begun.has(key) && begin(file, operation, key) === null) begun.set(key, false)
      return
    case 'publish':
      if (begun.get(key) === false) {
        begun.set(key, true)
        published.set(key, (published.get(key) ?? 0) + 1)
      }
      return
    case 'sent':
      if (begun.get(key) === true) file.settle({ operation, key, outcome: 'sent' })
      return
    case 'free':
      if (begun.get(key) === false) {
        begun.delete(key)
        file.settle({ operation, key, outcome: 'free' })
      }
      return
    case 'release':
      return void file.release({ operation })
    case 'crash':
      return window.crash()
    case 'renew':
      return void file.renew()
  }
}

/** Once all are gone, what was sent is known as that, and nothing else is kept from being sent but what was begun. */
function checkRest(last: ClaimFile, clock: { now: number }, published: ReadonlyMap<string, number>): void {
  clock.now += leaseTime + 1
  const standings = last.look({ keys: ['0', '1', '2'] })
  for (const key of published.keys()) assert.ok(standings.has(key), `task ${key} was sent`)
  assert.ok([...standings.values()].every(({ state }) => state !== 'underway'))
  const lost = last.take({ operation: 'last', keys: ['0', '1', '2'] })
  assert.deepEqual([...lost.keys()].sort(), [...standings.keys()].sort())
  last.close()
}

describe('what bridges share of their retries', () => {
  const program = fileURLToPath(new URL('../../broker-bridge/claims/worker.ts', import.meta.url))

  it('is one through all of a bridge, whatever the broker is called, and tasks of other brokers are others', async () => {
    const file = freshFile()
    const log: string[] = []
    const [one, other] = [new Claims({ file, program }, (line) => log.push(line)), new Claims({ file, program }, () => undefined)]
    assert.equal((await one.look('b', ['1'])).size, 0)
    const [first, second] = await Promise.all([one.take('a', 'b', ['1', '2']), other.take('a', 'b', ['1', '2'])])
    assert.deepEqual([first.size, second.size].sort(), [0, 2])
    assert.equal((await other.take('a', 'elsewhere', ['1'])).size, 0)
    await Promise.all([one.dispose(), other.dispose()])
    assert.equal((await one.look('b', ['1'])).size, 0)
    assert.deepEqual(log, [])
  })

  it('opens one fresh file from four bridges at once, and gives each task to one of them', async () => {
    const file = freshFile()
    const log: string[] = []
    const bridges = Array.from({ length: 4 }, () => new Claims({ file, program }, (line) => log.push(line)))
    const ids = Array.from({ length: 500 }, (_, number) => `${number}`)
    const lost = await Promise.all(bridges.map((bridge) => bridge.take('a', 'b', ids)))
    assert.deepEqual(log, [])
    assert.equal(
      lost.reduce((sum, { size }) => sum + ids.length - size, 0),
      ids.length,
    )
    await Promise.all(bridges.map((bridge) => bridge.dispose()))
  })

  it('never keeps anybody from retrying where its file cannot be used, and says so once', async () => {
    const place = join(folder, 'no-folder')
    writeFileSync(place, '')
    const log: string[] = []
    const claims = new Claims({ file: join(place, 'retries.db'), program }, (line) => log.push(line))
    assert.equal((await claims.take('a', 'b', ['1'])).size, 0)
    assert.equal(await claims.begin('a', { broker: 'b', id: '1' }, 'new'), null)
    await claims.settle('a', { broker: 'b', id: '1' }, 'sent')
    await claims.release('a')
    assert.equal(log.length, 1, log.join('\n'))
    assert.match(log[0] ?? '', /^The guard against two windows .* is paused: .*\. Tasks are retried all the same/)
    await claims.dispose()
    const off = new Claims(null, (line) => log.push(line))
    assert.equal((await off.take('a', 'b', ['1'])).size, 0)
    await off.dispose()
    assert.equal(log.length, 1)
  })

  it('lies where all windows of a user look, in a folder of their own', () => {
    const uid = process.getuid?.() ?? 0
    const session = mkdtempSync(join(folder, 'session-'))
    assert.equal(claimFile({ XDG_RUNTIME_DIR: session }), join(session, 'warren', 'retries.db'))
    const everywhere = claimFile({})
    // A folder that is not there, that a packaged editor has for itself, or that is no absolute path.
    for (const named of [join(folder, 'missing'), `/run/user/${uid}/snap.editor`, 'somewhere', ''])
      assert.equal(claimFile({ XDG_RUNTIME_DIR: named }), everywhere)
    assert.match(everywhere, new RegExp(`^(/run/user/${uid}/warren|.*/warren-${uid})/retries\\.db$`))
    const open = join(folder, 'open', 'retries.db')
    mkdirSync(join(open, '..'))
    chmodSync(join(open, '..'), 0o777)
    makePrivateFolder(open)
    assert.equal(statSync(join(open, '..')).mode & 0o777, 0o700)
    writeFileSync(join(folder, 'file'), '')
    assert.throws(() => makePrivateFolder(join(folder, 'file', 'retries.db')))
  })

  it('knows a broker by its cluster, and one without by its hosts', () => {
    const named = brokerIdentity('rabbit@shop', 'amqp://guest:secret@localhost:5672/shop')
    assert.equal(named, brokerIdentity('rabbit@shop', 'amqps://other@tunnel:9999/shop'))
    assert.notEqual(named, brokerIdentity('rabbit@shop', 'amqp://localhost/other'))
    assert.notEqual(named, brokerIdentity('rabbit@bank', 'amqp://localhost/shop'))
    const bare = brokerIdentity(null, 'amqp://guest@localhost:5672/shop')
    for (const address of ['amqp://127.0.0.1/shop', 'amqp://me:secret@[::1]:5672/shop', 'amqp://LOCALHOST,127.0.0.1/shop'])
      assert.equal(brokerIdentity(null, address), bare, address)
    assert.equal(brokerIdentity('', 'amqp://b,a:1/'), brokerIdentity(null, 'amqp://a:1,b/'))
    assert.notEqual(brokerIdentity(null, 'amqp://localhost:5673/shop'), bare)
    assert.doesNotMatch(named + bare, /secret|guest/)
    assert.ok(brokerIdentity(null, 'nonsense').length > 0)
  })

  it('is told in sentences: one reason for all tasks of one retry, with the time of the last', () => {
    const sent: Standing = { state: 'sent', at: start / 1_000, newId: 'new', operation: 'a', here: false }
    const later = { ...sent, at: sent.at + 300 }
    const reasons = claimReasons(new Map([['1', sent], ['2', later], ['3', { ...sent, operation: 'b' }]])) // prettier-ignore
    assert.equal(reasons.get('1'), reasons.get('2'))
    assert.notEqual(reasons.get('1'), reasons.get('3'))
    assert.equal(reasons.get('1'), claimReason(later))
    assert.match(
      claimReason(sent),
      /^Another window of Warren ran it again at \d\d:\d\d \S+, and its new run is not known here\./,
    )
    assert.match(claimReason({ ...sent, state: 'uncertain' }), /and it may have arrived\. Retry it by itself once you know\.$/)
    assert.equal(claimReason({ ...sent, state: 'underway' }), 'Another window of Warren is running it again.')
    assert.equal(claimReason({ ...sent, state: 'underway', here: true }), 'Another retry of this window is running it again.')
    assert.match(claimRefusal({ ...sent, state: 'underway' }), /Nothing was sent; look again\.$/)
    assert.match(claimDoubt(sent, 'FAILURE'), / as new \(FAILURE\): this runs it once more\.$/)
    assert.match(claimDoubt({ ...sent, state: 'uncertain' }, null), /this may run it twice\.$/)
  })
})
