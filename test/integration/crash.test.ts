import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { ConnectionInfo } from '../../broker-bridge/protocol/index.ts'
import { Bridge } from '../../extension/bridge/bridge.ts'
import { BridgeProcess } from '../../extension/bridge/bridgeProcess.ts'
import { bridgeEnvironment } from '../../extension/bridge/environment.ts'
import { ConnectionBook } from '../../extension/connections/connectionBook.ts'
import { draftOf } from '../../extension/connections/draft.ts'
import { SavedConnections, type PlainStorage, type SecretPlace } from '../../extension/connections/savedConnections.ts'
import { Replica } from '../../extension/replica.ts'
import { startPublisher } from '../support/events.ts'
import { confirmation, eventually, freshKey, isReading } from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

/** Two cores are shared with other tests. Seconds. */
const tolerance = 1.5
const program = fileURLToPath(new URL('../../broker-bridge/main.ts', import.meta.url))

let rabbit: PrivateRabbit
before(async () => {
  rabbit = await startRabbit({ management: false })
  // Declares the exchange of the events, as the first worker would.
  const publisher = await startPublisher(rabbit.amqpUrl)
  await publisher[Symbol.asyncDispose]()
})
after(() => rabbit[Symbol.asyncDispose]())

const now = (): number => Date.now() / 1_000

/** What of the extension keeps a window's connections open, without VS Code: its storage is this object. */
class Window implements AsyncDisposable {
  readonly #values = new Map<string, unknown>()
  readonly #replica = new Replica((error) => assert.fail(String(error)))
  readonly bridge = new Bridge({ launch: () => startBridge(), clientName: 'test', onLog: () => undefined })
  readonly book: ConnectionBook

  constructor() {
    const onError = (error: unknown): void => assert.fail(String(error))
    const saved = new SavedConnections(this.#storage(), this.#secrets(), onError)
    this.book = new ConnectionBook({ saved, workspace: this.#storage(), bridge: this.bridge, replica: this.#replica, onError })
    this.#replica.want('window', ['connections'])
    this.bridge.onDidChangeStatus((status) => {
      if (status.kind !== 'ready') return
      this.#replica.attach(status.session)
      this.book.attach(status.session)
    })
  }

  async until(what: string, holds: (info: ConnectionInfo) => boolean): Promise<ConnectionInfo> {
    let found: ConnectionInfo | undefined
    await eventually(
      what,
      () => (found = this.book.info('c')) !== undefined && holds(found),
      () => JSON.stringify(found),
    )
    return found as unknown as ConnectionInfo
  }

  /** Ends the bridge as a crash does. @returns epoch seconds, and when it was gone */
  async crash(): Promise<{ from: number; process: BridgeProcess }> {
    const { process } = await this.bridge.session()
    const from = now()
    process.kill()
    await process.exited
    await eventually('the crash is noticed', () => this.bridge.current?.process !== process)
    return { from, process }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exited = this.bridge.current?.process.exited
    this.book.dispose()
    this.bridge.dispose()
    await exited
  }

  #storage(): PlainStorage {
    return {
      get: (key) => this.#values.get(key),
      update: (key, value) => Promise.resolve(void this.#values.set(key, structuredClone(value))),
    }
  }

  #secrets(): SecretPlace {
    const secrets = new Map<string, string>()
    return {
      get: (key) => Promise.resolve(secrets.get(key)),
      store: (key, value) => Promise.resolve(void secrets.set(key, value)),
      delete: (key) => Promise.resolve(void secrets.delete(key)),
    }
  }
}

function startBridge(): Promise<BridgeProcess> {
  return BridgeProcess.start({
    runtime: process.execPath,
    program,
    folder: tmpdir(),
    environment: bridgeEnvironment(process.env),
    token: randomBytes(32).toString('hex'),
    patience: 60_000,
    onLog: () => undefined,
  })
}

async function connected(address = rabbit.amqpUrl): Promise<Window> {
  const window = new Window()
  const { plain, secret } = draftOf('c', address)
  await window.book.add({ ...plain, readOnly: false }, secret)
  const { gaps } = await window.until('it reads events', isReading)
  assert.deepEqual(gaps, [], 'a fresh window has no gap')
  return window
}

describe('a bridge that crashes', () => {
  it('leaves a gap from its last moment until the next one reads events, and its promise', async () => {
    await using window = await connected()
    const { client } = await window.bridge.session()
    const ask = { connection: 'c', key: freshKey() }
    await window.until('workers can be told', ({ capabilities }) => capabilities.control.available)
    const { nonce } = await confirmation(client.request('enableEvents', ask))
    await client.request('enableEvents', { ...ask, nonce })
    await eventually('the promise is known', () => window.book.saved.find('c')?.keepEventsOn === true)
    const { from } = await window.crash()
    const gone = now()
    const { gaps, silentWorkers } = await window.until('it reads events again', isReading)
    const [gap] = gaps
    assert.deepEqual([gaps.length, gap?.reason, silentWorkers.keptOn], [1, 'bridge', true])
    assert.ok(gap !== undefined && gap.from >= from - tolerance && gap.from <= gone, JSON.stringify({ gap, from, gone }))
    assert.ok(gap.until !== null && gap.until > gap.from && gap.until <= now())
  })

  it('while its broker is away leaves a gap from when that went', async () => {
    await using window = await connected()
    const killed = now()
    await rabbit.kill()
    const away = await window.until('the broker is missed', ({ gaps }) => gaps.length > 0)
    try {
      await window.crash()
      // Twice, so that the second bridge never read anything.
      await window.until('a bridge tries in vain', ({ status }) => status.kind === 'failed')
      await window.crash()
    } finally {
      await rabbit.start()
    }
    const { gaps } = await window.until('it reads events again', isReading)
    assert.equal(gaps.length, 1)
    assert.equal(gaps[0]?.from, away.gaps[0]?.from)
    assert.ok((gaps[0]?.from ?? 0) >= killed - tolerance)
  })

  it('leaves no gap to a connection that was closed before, nor to another broker', async () => {
    await using window = await connected()
    await window.book.close('c')
    await window.crash()
    await window.book.open('c')
    assert.deepEqual((await window.until('it reads events', isReading)).gaps, [])
    const { plain, secret } = draftOf('c', `${rabbit.amqpUrl}?heartbeat=20`)
    await window.crash()
    await window.book.saved.save(plain, secret)
    assert.deepEqual((await window.until('it reads events', isReading)).gaps, [])
  })
})
