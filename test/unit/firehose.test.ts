import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ChannelModel } from 'amqplib'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import { Firehose } from '../../broker-bridge/sources/rabbitmq/firehose.ts'
import { ManagementAddress } from '../../broker-bridge/sources/rabbitmq/managementAddress.ts'

test('a connection that breaks again while copies are asked for tries on; until it is there, nobody is told that they are read', async () => {
  const place = { address: new ManagementAddress('http://127.0.0.1:1', 'u', 'p'), virtualHost: '/', ca: undefined }
  let setup: ((model: ChannelModel) => Promise<void>) | undefined
  let disposed = 0
  let lost = (): void => undefined
  const firehose = new Firehose(place, {
    open: (given, gone) => {
      ;[setup, lost] = [given, gone]
      return {
        reason: 'never',
        dispose: () => {
          disposed++
          return Promise.resolve()
        },
      }
    },
  })
  const stopped: string[] = []
  let flowing = 0
  const listener = { flows: () => flowing++, stopped: (why: string) => stopped.push(why), message: () => 0, overflowed: () => 0 }
  const opening = firehose.open([], listener, 'mark')
  assert.ok(setup)
  await setup(fakeModel('works'))
  const tap = await opening
  assert.equal(flowing, 1)
  lost()
  assert.equal(stopped.length, 1)
  await assert.rejects(setup(fakeModel('breaks')), /gone again/)
  assert.equal(disposed, 0)
  lost()
  await assert.rejects(tap.refresh(), (error) => error instanceof RequestError && error.code === 'not_connected')
  await setup(fakeModel('works'))
  assert.equal(flowing, 2)
  await tap.close()
  assert.equal(disposed, 1)
})

/** As much of amqplib as the reader of copies asks of it. */
function fakeModel(kind: 'works' | 'breaks'): ChannelModel {
  const done = () => Promise.resolve({})
  const channel = {
    ...{ prefetch: done, assertExchange: done, assertQueue: done, bindQueue: done, consume: done },
    ...{ once: () => channel, on: () => channel },
  }
  const createChannel = () =>
    kind === 'works' ? Promise.resolve(channel) : Promise.reject(new Error('The connection is gone again.'))
  const connection = { recvFrame: () => undefined, sendMessage: () => undefined }
  return { createChannel, connection, on: () => undefined } as unknown as ChannelModel
}
