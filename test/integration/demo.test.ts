import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { connect } from 'amqplib'
import { until } from '../support/childProcess.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A running `npm run demo`; every process it starts carries `mark` in its environment. */
interface Demo {
  readonly process: ChildProcess
  readonly mark: string
  readonly url: string
  readonly token: string
  readonly said: () => string
}

describe('the demo', () => {
  it('shows work of every kind, prints one line of JSON, and leaves nothing after Ctrl-C', async () => {
    const demo = await startDemo()
    await until('tasks have succeeded, failed and retried', 60_000, async () => {
      const states = (await tasksOf(demo)).map((task) => task.state)
      return ['SUCCESS', 'FAILURE', 'RETRY'].every((state) => states.includes(state))
    })
    assert.ok(processesOf(demo).length > 5, 'the broker, the workers and the monitor run')
    demo.process.kill('SIGINT')
    await ended(demo)
    assert.equal(demo.process.exitCode, 0)
    await noneLeft(demo)
    assert.match(demo.said(), /Everything has ended\./)
  })

  it('leaves nothing when it is killed', async () => {
    const demo = await startDemo()
    demo.process.kill('SIGKILL')
    await noneLeft(demo)
  })

  it('says what is wrong with an option before it starts anything', async () => {
    const child = spawn(process.execPath, ['bootstrap.mjs', 'test/demo/main.ts', '--prot', '1'], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const [sentence] = await Promise.all([firstLine(child), ended({ process: child })])
    assert.match(sentence, /--prot is not known; did you mean --port\?/)
    assert.equal(child.exitCode, 2)
  })
})

describe('the demo on a broker that was there before', () => {
  let rabbit: PrivateRabbit
  before(async () => {
    rabbit = await startRabbit()
    const connection = await connect(rabbit.amqpUrl)
    await (await connection.createChannel()).assertQueue('celery', { durable: true })
    await connection.close()
  })
  after(() => rabbit[Symbol.asyncDispose]())

  it('uses queues of its own only, and takes them away at its end', async () => {
    const demo = await startDemo('--broker', rabbit.amqpUrl)
    await until('tasks have succeeded', 60_000, async () => (await tasksOf(demo)).some((task) => task.state === 'SUCCESS'))
    const during = await queueNames(rabbit)
    assert.ok(during.includes('warren-demo.default'), during.join())
    // The monitor has queues too: one for events, one for the answers of workers.
    const foreign = during.filter(
      (name) => !name.startsWith('warren-demo.') && !/^(warren\.|amq\.gen-|.*\.reply\.celery\.pidbox$)/.test(name),
    )
    assert.deepEqual(foreign, ['celery'])
    demo.process.kill('SIGTERM')
    await ended(demo)
    await noneLeft(demo)
    await until('only the queue of the owner is left', 30_000, async () => (await queueNames(rabbit)).join() === 'celery')
  })
})

async function startDemo(...args: string[]): Promise<Demo> {
  const mark = randomUUID()
  const command = ['bootstrap.mjs', '--build', 'test/demo/main.ts', '--json', '--no-open', ...args]
  const child = spawn(process.execPath, command, {
    cwd: root,
    env: { ...process.env, WARREN_TEST_MARK: mark },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const line = await Promise.race([firstLine(child), ended({ process: child })])
  assert.ok(line !== undefined, `the demo ended at once: ${said}`)
  const { url, token } = JSON.parse(line) as { url: string; token: string }
  return { process: child, mark, url, token, said: () => said }
}

function firstLine(child: ChildProcess): Promise<string> {
  const stream = child.stdout ?? child.stderr
  return new Promise((resolve) => stream && createInterface({ input: stream }).once('line', resolve))
}

function ended({ process: child }: { process: ChildProcess }): Promise<undefined> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(undefined)
    child.once('exit', () => resolve(undefined))
  })
}

async function tasksOf(demo: Demo): Promise<{ state: string }[]> {
  const response = await fetch(new URL('api/tasks?limit=1000', demo.url), { headers: { authorization: `Bearer ${demo.token}` } })
  return Object.values((await response.json()) as Record<string, { state: string }>)
}

async function queueNames(rabbit: PrivateRabbit): Promise<string[]> {
  return ((await rabbit.management('queues')) as { name: string }[]).map((queue) => queue.name).sort()
}

/** The watch over leftovers ends a moment after the demo; after a kill it has everything to end itself. */
async function noneLeft(demo: Demo): Promise<void> {
  await until('no process is left', 30_000, () => processesOf(demo).length === 0).catch(() => undefined)
  assert.deepEqual(processesOf(demo), [])
}

/** Command lines of the processes that carry the demo's mark. */
function processesOf({ mark }: { mark: string }): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && read(`/proc/${name}/environ`).includes(mark))
  return pids.map((pid) => read(`/proc/${pid}/cmdline`).replaceAll('\0', ' '))
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return '' // The process ended while we looked.
  }
}
