import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import { Bridge } from '../../extension/bridge/bridge.ts'
import type { BridgeStatus } from '../../extension/bridge/bridge.ts'
import { connectClient } from '../../extension/bridge/bridgeClient.ts'
import { BridgeProcess } from '../../extension/bridge/bridgeProcess.ts'
import { Crashes } from '../../extension/bridge/crashes.ts'
import { bridgeEnvironment } from '../../extension/bridge/environment.ts'
import { Replica } from '../../extension/replica.ts'
import { until, untilEqual } from '../support/until.ts'

const realBridge = fileURLToPath(new URL('../../broker-bridge/main.ts', import.meta.url))
const token = 'a'.repeat(64)
let folder = ''
before(async () => (folder = await mkdtemp(join(tmpdir(), 'warren-bridge-'))))
after(() => rm(folder, { recursive: true }))

function start(program: string, log: string[] = [], patience = 20_000): Promise<BridgeProcess> {
  const environment = bridgeEnvironment(process.env)
  return BridgeProcess.start({
    runtime: process.execPath,
    program,
    folder,
    environment,
    token,
    patience,
    onLog: (line) => log.push(line),
  })
}

/** A program that stands in for a bridge that misbehaves. */
async function program(name: string, text: string): Promise<string> {
  const path = join(folder, `${name}.cjs`)
  await writeFile(path, text)
  return path
}

function exists(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0)
  } catch {
    return false
  }
}

function bridgeOf(launch: () => Promise<BridgeProcess>): { bridge: Bridge; kinds: string[] } {
  const bridge = new Bridge({ launch, clientName: 'test', onLog: () => undefined })
  const kinds: string[] = []
  bridge.onDidChangeStatus(({ kind }) => kinds.push(kind))
  return { bridge, kinds }
}

function reached(bridge: Bridge, kind: BridgeStatus['kind']): Promise<BridgeStatus> {
  return new Promise((resolve) => {
    if (bridge.status.kind === kind) return resolve(bridge.status)
    const listener = bridge.onDidChangeStatus((status) => {
      if (status.kind !== kind) return
      listener.dispose()
      resolve(status)
    })
  })
}

describe('a bridge process', () => {
  test('says its port, answers who knows the secret, and ends when its input closes', async () => {
    const bridge = await start(realBridge)
    const { client, hello } = await connectClient(bridge.port, token, 'test')
    assert.equal(hello.connections.length, 0)
    await assert.rejects(connectClient(bridge.port, 'b'.repeat(64), 'test'))
    client.close()
    bridge.stop()
    assert.match(await bridge.exited, /exit code 0/)
    assert.equal(exists(bridge.pid), false)
  })

  test('has the secret in no argument and no variable', async () => {
    const spy = await program(
      'spy',
      'process.stderr.write(JSON.stringify([process.argv, process.env]) + "\\n"); console.log("{\\"port\\":1}"); process.stdin.on("data", (d) => process.stderr.write(String(d))).on("end", () => process.exit())',
    )
    const log: string[] = []
    const bridge = await start(spy, log)
    bridge.allowAuthorities(['127.0.0.1:8123'])
    bridge.stop()
    await bridge.exited
    assert.ok(!log[0]?.includes(token))
    assert.deepEqual(
      log.slice(1).map((line) => JSON.parse(line) as unknown),
      [{ token, externalAuthorities: [] }, { externalAuthorities: ['127.0.0.1:8123'] }],
    )
  })

  const broken: [string, string, RegExp][] = [
    ['ends at once', 'process.exit(3)', /ended with exit code 3/],
    ['says something else', 'console.log("hello"); setInterval(() => 0, 1000)', /something else than its port/],
    ['says a port that is none', 'console.log("{\\"port\\":70000}"); setInterval(() => 0, 1000)', /something else than its port/],
    ['says nothing', 'setInterval(() => 0, 1000)', /did not say its port within 0\.5 seconds/],
  ]
  for (const [name, text, problem] of broken) {
    test(`that ${name} is a sentence, and is not left behind`, async () => {
      const path = await program(
        name.replaceAll(' ', '-'),
        `process.stderr.write(process.pid + "\\n");${text};process.stdin.resume().on("end", () => process.exit())`,
      )
      const log: string[] = []
      await assert.rejects(start(path, log, name === 'says nothing' ? 500 : 20_000), problem)
      assert.ok(Number(log[0]) > 1, 'it said its process id')
      await until(() => !exists(Number(log[0])), 'it is gone')
    })
  }

  test('that cannot be started is a sentence', () =>
    assert.rejects(
      BridgeProcess.start({
        runtime: join(folder, 'no-such-node'),
        program: '',
        folder,
        environment: {},
        token,
        patience: 5_000,
        onLog: () => undefined,
      }),
      /could not be started/,
    ))
})

describe('the bridge of a window', () => {
  test('is started by the first who needs it, once for all', async () => {
    let starts = 0
    const { bridge } = bridgeOf(() => {
      starts += 1
      return start(realBridge)
    })
    assert.equal(bridge.status.kind, 'idle')
    const [a, b] = await Promise.all([bridge.session(), bridge.session()])
    assert.equal(a, b)
    assert.equal(starts, 1)
    const { pid, exited } = a.process
    bridge.dispose()
    await exited
    assert.equal(exists(pid), false)
  })

  test('comes back when it was killed, and nothing of the old session stays', async () => {
    const { bridge, kinds } = bridgeOf(() => start(realBridge))
    const first = await bridge.session()
    let given = 0
    first.store.defer(() => (given += 1))
    const waiting = reached(bridge, 'waiting')
    first.process.kill()
    await waiting
    const second = await bridge.session()
    assert.notEqual(second.process.pid, first.process.pid)
    assert.equal(given, 1)
    await assert.rejects(first.client.request('refresh', {}), RequestError)
    assert.deepEqual(await second.client.request('watch', { topics: [] }), null)
    assert.deepEqual(
      kinds.filter((kind) => kind !== 'starting'),
      ['ready', 'waiting', 'ready'],
    )
    bridge.dispose()
    await second.process.exited
  })

  test('that keeps ending is given up with the reason, until somebody asks for it again', { timeout: 120_000 }, async () => {
    const crash = await program('crash', 'process.exit(7)')
    let broken = true
    const { bridge, kinds } = bridgeOf(() => start(broken ? crash : realBridge))
    await assert.rejects(bridge.session(), /keeps ending\. .*exit code 7/)
    assert.equal(kinds.filter((kind) => kind === 'starting').length, 5)
    await assert.rejects(bridge.session(), /keeps ending/)
    broken = false
    bridge.restart()
    const session = await bridge.session()
    bridge.dispose()
    await session.process.exited
  })

  test('restarted ten times leaves no listener and no process more', { timeout: 120_000 }, async () => {
    const { bridge } = bridgeOf(() => start(realBridge))
    const replica = new Replica((error) => assert.fail(String(error)))
    const pids: (number | undefined)[] = []
    const sessions: { exited: Promise<string> }[] = []
    bridge.onDidChangeStatus((status) => {
      if (status.kind !== 'ready') return
      replica.attach(status.session)
      pids.push(status.session.process.pid)
      sessions.push(status.session.process)
    })
    replica.want('test', ['connections', 'activity'])
    for (let turn = 0; turn < 10; turn += 1) {
      await bridge.session()
      const waiting = reached(bridge, 'waiting')
      bridge.restart()
      await waiting
      bridge.restart()
    }
    await bridge.session()
    assert.equal(new Set(pids).size, 11)
    bridge.dispose()
    await Promise.all(sessions.map(({ exited }) => exited))
    assert.deepEqual(pids.filter(exists), [])
    const held = (): string[] =>
      process.getActiveResourcesInfo().filter((kind) => kind === 'ProcessWrap' || kind === 'TCPSocketWrap')
    await untilEqual(held, [])
  })
})

test('a bridge that froze is noticed: its client ends instead of waiting for ever', { timeout: 60_000 }, async () => {
  const bridge = await start(realBridge)
  const { openTransport } = await import('../../extension/bridge/bridgeClient.ts')
  const transport = await openTransport(bridge.port, 200)
  const closed = new Promise((resolve) => (transport.onClose = resolve))
  process.kill(bridge.pid ?? 0, 'SIGSTOP')
  await closed
  bridge.kill()
  await bridge.exited
})

test('a crashed bridge is started soon, then later, and not at all after five crashes in a minute', () => {
  const crashes = new Crashes()
  assert.deepEqual(
    [0, 1_000, 3_000, 7_000, 20_000].map((time) => crashes.next(time)),
    [500, 1_000, 2_000, 4_000, undefined],
  )
  assert.equal(crashes.next(200_000), 500)
  crashes.forget()
  assert.equal(crashes.next(200_001), 500)
})

test('the environment of the bridge holds nothing of VS Code’s, no foreign secrets and no options for Node', () =>
  assert.deepEqual(
    bridgeEnvironment({
      PATH: '/bin',
      VSCODE_IPC_HOOK: 'x',
      GITHUB_TOKEN: 'x',
      Npm_Token: 'x',
      NODE_OPTIONS: '--inspect',
      HOME: undefined,
    }),
    { PATH: '/bin', ELECTRON_RUN_AS_NODE: '1' },
  ))
