import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import type { Operation, Params, Peek } from '../../broker-bridge/protocol/index.ts'
import { startBridgeProcess, type BridgeProcess } from '../support/bridgeProcess.ts'
import { confirmation, eventually, freshKey } from '../support/liveBridge.ts'
import { ownQueues, type QueueOwner } from '../support/messageQueues.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'
import { untilEqual } from '../support/until.ts'

const sizes = [0, 1, 1_000_000, 100_000_000]
/** MiB that the bridge may take beyond what it takes when it does nothing: six times the largest message. */
const bound = 600

/** Bytes that no compression and no mistake in the order would bring about again. */
const bodyOf = (size: number): Buffer => Buffer.alloc(size, createHash('sha512').update(String(size)).digest())
const print = (content: Buffer): string => `${content.length} ${createHash('sha256').update(content).digest('hex')}`
const prints = sizes.map((size) => print(bodyOf(size)))

describe('messages from nothing to 100 MB', () => {
  let rabbit: PrivateRabbit
  let owner: QueueOwner
  let bridge: BridgeProcess
  let atRest: number
  before(async () => {
    rabbit = await startRabbit()
    // A message of this size would raise the alarm of the little memory that a broker of the tests has.
    await rabbit.ctl('set_vm_memory_high_watermark', 'absolute', '4GB')
    owner = await ownQueues(rabbit.amqpUrl)
    bridge = await startBridgeProcess()
    const place = { address: rabbit.amqpUrl, management: rabbit.managementUrl ?? '' }
    await bridge.client.request('connect', { id: 'c', name: 'large', ...place })
    await bridge.until('connected', ({ status }) => status.kind === 'connected')
    atRest = memory('VmRSS')
  })
  after(async () => {
    await bridge[Symbol.asyncDispose]()
    await owner[Symbol.asyncDispose]()
    await rabbit[Symbol.asyncDispose]()
  })

  /** The most that it ever took, or takes now, in MiB. */
  const memory = (line: 'VmRSS' | 'VmHWM'): number =>
    Number(new RegExp(`${line}:\\s+(\\d+)`).exec(readFileSync(`/proc/${bridge.pid}/status`, 'utf8'))?.[1]) / 1_024

  function staysBounded(): void {
    const grown = memory('VmHWM') - atRest
    assert.ok(grown < bound, `${grown.toFixed(0)} MiB more`)
    assert.ok(bridge.running())
  }

  async function fill(queue: string, type: string): Promise<void> {
    await owner.declare(queue, { 'x-queue-type': type })
    for (const size of sizes) {
      owner.channel.sendToQueue(queue, bodyOf(size), { persistent: true })
      await owner.channel.waitForConfirms()
    }
  }

  /** A look takes two seconds at most: on a busy machine the largest message comes too late for it, and the next one finds it. */
  async function peek(queue: string, wanted: number): Promise<Peek> {
    let seen = await peekOnce(queue)
    await eventually(`${wanted} are seen`, async () => {
      if (seen.messages.length < wanted) seen = await peekOnce(queue)
      return seen.messages.length >= wanted
    })
    return seen
  }

  async function peekOnce(queue: string): Promise<Peek> {
    const request: Params<'peekMessages'> = { connection: 'c', queue, count: 10 }
    // Who agreed once is not asked again about queues of the same nature.
    if ((await bridge.client.request('planPeek', request)).agreed) return bridge.client.request('peekMessages', request)
    const { nonce } = await confirmation(bridge.client.request('peekMessages', request))
    return bridge.client.request('peekMessages', { ...request, nonce })
  }

  async function moved(queue: string, target: string): Promise<Operation> {
    const request: Params<'moveMessages'> = { connection: 'c', queue, target, key: freshKey() }
    const { nonce, count } = await confirmation(bridge.client.request('moveMessages', request))
    assert.equal(count, sizes.length)
    let operation = await bridge.client.request('moveMessages', { ...request, nonce })
    const stop = bridge.client.on('operations', (all) => (operation = all.find(({ id }) => id === operation.id) ?? operation))
    await bridge.client.request('watch', { topics: ['connections', 'operations'] })
    await eventually('the move is over', () => operation.endedAt !== null)
    stop()
    return operation
  }

  async function drained(queue: string): Promise<string[]> {
    const found: string[] = []
    for (let message = await owner.channel.get(queue); message !== false; message = await owner.channel.get(queue)) {
      found.push(print(message.content))
      owner.channel.ack(message)
    }
    return found
  }

  for (const type of ['classic', 'quorum'])
    it(`are listed by their beginnings, counted and moved whole out of a ${type} queue, in bounded memory`, async () => {
      const [queue, target] = [`large.${type}`, `large.${type}.moved`]
      await fill(queue, type)
      await owner.declare(target)
      const seen = await peek(queue, sizes.length)
      assert.deepEqual(
        seen.messages.map(({ bytes, cut }) => [bytes, cut]),
        sizes.map((size) => [size, size > 1]),
      )
      assert.ok(JSON.stringify(seen).length < 2 ** 20, `a picture of ${JSON.stringify(seen).length} characters`)
      await untilEqual(() => owner.count(queue), sizes.length)
      assert.equal((await moved(queue, target)).report, `Moved 4 messages from “${queue}” to “${target}”.`)
      assert.deepEqual(await drained(target), prints)
      await untilEqual(() => owner.count(queue), 0)
      staysBounded()
    })

  it('are looked at no further than 8 MiB where a small head promises nothing of what comes behind it', async () => {
    const queue = await owner.declare('large.behind', { 'x-queue-type': 'quorum' })
    await owner.fill(queue, 1)
    for (let index = 0; index < 20; index++) owner.channel.sendToQueue(queue, bodyOf(20_000_000), { persistent: true })
    await owner.channel.waitForConfirms()
    const { messages, limits } = await peek(queue, 2)
    assert.deepEqual(
      messages.map(({ bytes }) => bytes),
      [1, 20_000_000],
    )
    assert.match(limits ?? '', /8 MiB/)
    await eventually('all are back', async () => (await owner.count(queue)) === 21)
    staysBounded()
  })
})
