import assert from 'node:assert/strict'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, it } from 'node:test'
import type { QueueSnapshot } from '../../broker-bridge/protocol/index.ts'
import { eventually, startLiveBridge } from '../support/liveBridge.ts'
import { startRabbit, type PrivateRabbit } from '../support/rabbit.ts'

const many = 10_000
const nameOf = (index: number): string => `bulk.${String(index).padStart(5, '0')}`

/** A way to the management API that notes what is asked. */
async function startNoting(port: number) {
  const asked: string[] = []
  let open = 0
  const server = createServer((incoming, outgoing) => {
    asked.push(incoming.url ?? '')
    open++
    outgoing.once('close', () => open--)
    const { method, url, headers } = incoming
    const passed = request({ port, host: '127.0.0.1', method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    passed.on('error', () => outgoing.destroy())
    incoming.pipe(passed)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = (): void => {
    server.closeAllConnections()
    server.close()
  }
  return { url, asked, open: () => open, [Symbol.dispose]: close }
}

/** Ten thousand queues as the broker itself makes them from a file of definitions. */
async function declareMany(rabbit: PrivateRabbit): Promise<void> {
  await rabbit.ctl('set_vm_memory_high_watermark', 'absolute', '4GB')
  await rabbit.management('vhosts/many', {})
  await rabbit.management('permissions/many/guest', { configure: '.*', write: '.*', read: '.*' })
  const traits = { durable: true, auto_delete: false, arguments: {} }
  const queues = Array.from({ length: many }, (_, index) => ({ name: nameOf(index), ...traits }))
  await rabbit.management('definitions/many', { queues }, 'POST')
}

describe('ten thousand queues', () => {
  it('are all listed, asked for ever more seldom, and not at all while nobody looks', async () => {
    await using rabbit = await startRabbit()
    await declareMany(rabbit)
    using way = await startNoting(rabbit.ports.management)
    await using live = await startLiveBridge()
    await live.connect({ address: `${rabbit.amqpUrl}many`, management: way.url }, ({ status }) => status.kind === 'connected')
    const pictures: QueueSnapshot[] = []
    live.client.on('queueView', (snapshot) => pictures.push(snapshot))
    const look = async (first: number, what: string, holds: (now: QueueSnapshot) => boolean): Promise<QueueSnapshot> => {
      pictures.length = 0
      await live.request('setQueueView', { view: 'test', first, count: 50 })
      await eventually(what, () => pictures.some(holds))
      return pictures.find(holds) ?? assert.fail()
    }

    const head = await look(0, 'all are known', ({ matched }) => matched === many)
    assert.deepEqual([head.rows.length, head.rows[0]?.name], [50, nameOf(0)])
    for (let first = 0; first < many; first += 2_500) {
      const { rows } = await look(first, `those from ${first} on`, (now) => now.rows[0]?.name === nameOf(first))
      assert.deepEqual(
        rows.map(({ name }) => name),
        Array.from({ length: 50 }, (_, index) => nameOf(first + index)),
      )
    }
    const inRound = way.asked.filter((path) => /\/api\/queues\/.*page=/.test(path) && !path.includes('use_regex=true'))
    assert.equal(new Set(inRound).size, inRound.length, 'no page was asked for twice')

    // After the round only those in sight are asked for, by name.
    const before = way.asked.length
    await eventually('those in sight were asked for', () =>
      way.asked.slice(before).some((path) => path.includes('use_regex=true')),
    )
    const since = way.asked.slice(before).filter((path) => path.includes('/api/queues/'))
    assert.ok(since.length <= 3, `${since.length} requests: ${since.join(' ').slice(0, 500)}`)

    await live.request('closeQueueView', { view: 'test' })
    await eventually('nothing is under way', () => way.open() === 0)
    const calm = way.asked.length
    // Longer than two looks at those in sight are apart.
    await sleep(12_000)
    assert.deepEqual(way.asked.slice(calm), [])
  })
})
