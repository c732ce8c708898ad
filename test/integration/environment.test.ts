import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, it } from 'node:test'
import { connect, type Channel } from 'amqplib'
import { celeryState } from '../support/celeryState.ts'
import { runPython, startWorker, testApp } from '../support/celeryWorker.ts'
import { until } from '../support/childProcess.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

/** What the tests stand on: when one of these fails, look here first. */
describe('a private RabbitMQ', () => {
  let rabbit: PrivateRabbit
  before(async () => {
    rabbit = await startRabbit({ tls: true })
  })
  after(() => rabbit[Symbol.asyncDispose]())

  it('keeps its ports and its durable queues over a crash', async () => {
    await withChannel(rabbit.amqpUrl, (channel) => channel.assertQueue('kept', { durable: true }))
    await rabbit.flush()
    const before = rabbit.pid
    await rabbit.restart()
    assert.notEqual(rabbit.pid, before)
    await withChannel(rabbit.amqpUrl, (channel) => channel.checkQueue('kept'))
  })

  it('answers on its HTTP API', async () => {
    const overview = await rabbit.management('overview')
    assert.match(JSON.stringify(overview), /"rabbitmq_version":"\d/)
  })

  it('speaks TLS with a certificate of its own authority', async () => {
    const connection = await connect(rabbit.amqpsUrl ?? '', { ca: [readFileSync(rabbit.ca ?? '')] })
    await connection.close()
    await assert.rejects(connect(rabbit.amqpsUrl ?? ''), /self-signed certificate/)
  })

  it('blocks publishers while its memory alarm is on', async () => {
    const connection = await connect(rabbit.amqpUrl)
    const heard: string[] = []
    connection.on('blocked', () => heard.push('blocked')).on('unblocked', () => heard.push('unblocked'))
    const channel = await connection.createChannel()
    await rabbit.alarm('on')
    channel.publish('', 'nowhere', Buffer.from('x'))
    await until('the connection is blocked', 30_000, () => heard.includes('blocked'))
    await rabbit.alarm('off')
    await until('the connection is unblocked', 30_000, () => heard.includes('unblocked'))
    await connection.close()
  })

  it('answers nothing while it is paused', async () => {
    const connection = await connect(rabbit.amqpUrl)
    const channel = await connection.createChannel()
    rabbit.pause()
    let answered = false
    const asked = channel.assertQueue('', { exclusive: true }).then(() => (answered = true))
    await new Promise((resolve) => setTimeout(resolve, 500))
    assert.equal(answered, false)
    rabbit.resume()
    await asked
    await connection.close()
  })
})

describe('a real Celery worker', () => {
  it('runs tasks of the test app and ends when told, and Celery says what became of an event', async () => {
    await using rabbit = await startRabbit({ management: false })
    const app = testApp(rabbit.amqpUrl, join(rabbit.folder, 'results.db'))
    await using worker = await startWorker(app)
    const printed = await runPython(
      app,
      'import tasksapp\nprint(tasksapp.add.delay(2, 3).get(timeout=20), tasksapp.flaky.delay(2).get(timeout=20))',
    )
    assert.equal(printed.trim(), '5 2')
    await worker.stop()
    assert.match(await worker.log(), /Task tasksapp\.add\S* succeeded/)
  })

  it('is matched by the state that Celery itself keeps of recorded events', async () => {
    const common = { hostname: 'w@test', utcoffset: 0, pid: 1, clock: 1, uuid: 'a' }
    const received = { ...common, type: 'task-received', timestamp: 1, name: 'add', args: '(1,)', kwargs: '{}' }
    const state = await celeryState([received, [{ ...common, type: 'task-started', timestamp: 2, clock: 2 }]])
    assert.equal(state['a']?.state, 'STARTED')
    assert.equal(state['a']['name'], 'add')
  })
})

describe('a process that is killed', () => {
  it('leaves no RabbitMQ, no port mapper and no folder behind', async () => {
    const support = new URL('../support/rabbit.ts', import.meta.url).href
    const code = `const rabbit = await (await import('${support}')).startRabbit(); console.log(rabbit.folder); setInterval(() => {}, 1000)`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: ['ignore', 'pipe', 'inherit'] })
    const folder = await firstLine(child.stdout)
    assert.ok(processesNaming(folder).length >= 2, 'the server and its port mapper run')
    child.kill('SIGKILL')
    await until('the folder is gone', 30_000, () => !existsSync(folder))
    await until('no process is left', 30_000, () => processesNaming(folder).length === 0)
  })
})

async function withChannel(url: string, use: (channel: Channel) => Promise<unknown>): Promise<void> {
  const connection = await connect(url)
  try {
    await use(await connection.createChannel())
  } finally {
    await connection.close()
  }
}

function firstLine(stream: Readable): Promise<string> {
  return new Promise((resolve) => createInterface({ input: stream }).once('line', resolve))
}

/** Processes whose environment names the folder: that is how the server, its helpers and its port mapper are told apart from others. */
function processesNaming(folder: string): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(folder))
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
  } catch {
    return '' // It ended while we looked.
  }
}
