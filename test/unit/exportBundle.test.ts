import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TestContext } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { Bridge } from '../../broker-bridge/bridge.ts'
import { exportApi } from '../../broker-bridge/export/api.ts'
import { Exporter } from '../../broker-bridge/export/exporter.ts'
import type { ConnectionInfo, ExportParams, TaskDetail, TaskFilter, TaskRow } from '../../broker-bridge/protocol/index.ts'
import { startServer } from '../../broker-bridge/server/server.ts'
import type { BridgeServer } from '../../broker-bridge/server/server.ts'
import { TaskStore } from '../../broker-bridge/tasks/store.ts'
import { fakePage } from '../support/bridgeServer.ts'
import { connectionInfo, workerRow } from '../support/fakeCore.ts'
import { acting, markup } from '../support/hostileTexts.ts'
import { taskEvent, wholeTask } from './taskEvents.ts'

function storeOf(count: number): TaskStore {
  const store = new TaskStore(1_000_000)
  for (let index = 0; index < count; index++)
    store.apply('c', wholeTask(`t${index}`, index % 3 === 0 ? 'FAILURE' : 'SUCCESS', 1_000 + index), 5_000)
  return store
}

function exporterOf(store: TaskStore): Exporter {
  return new Exporter(store, {
    version: '9.9.9',
    connections: () => [{ ...connectionInfo('c'), address: 'amqp://ann:***@broker/v' }],
    workers: () => [workerRow('w1@host', { online: true, pool: 'prefork', queues: ['celery'], sendsEvents: true })],
    queues: () => [],
  })
}

const asked = (change: Partial<ExportParams> = {}): ExportParams => ({ format: 'bundle', filter: {}, mask: true, ...change })

async function bytesOf(file: AsyncIterable<string | Uint8Array>): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of file) pieces.push(Buffer.from(piece))
  return Buffer.concat(pieces)
}

const linesOf = (bytes: Buffer): unknown[] =>
  bytes
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)

interface Opened {
  readonly bridge: Bridge
  readonly server: BridgeServer
  readonly post: (path: string, body: string | Buffer, token?: string) => Promise<Response>
}

/** A bridge without any broker behind a real server. */
async function open(context: TestContext, fixedConnections = false): Promise<Opened> {
  const bridge = new Bridge({ version: 'test', maxTasks: 200_000, eventQueueBytes: 1, name: 'test', fixedConnections })
  const server = await startServer({
    page: fakePage,
    port: 0,
    api: exportApi(bridge),
    onViewer: () => undefined,
    log: () => undefined,
  })
  context.after(async () => {
    await server.close()
    await bridge.dispose()
  })
  const post = (path: string, body: string | Buffer, token = server.token): Promise<Response> =>
    fetch(new URL(path, server.url), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: new Blob([Uint8Array.from(Buffer.from(body))]),
    })
  return { bridge, server, post }
}

async function rowsOf(bridge: Bridge, filter: TaskFilter = {}): Promise<readonly TaskRow[]> {
  return (await bridge.call('listTasks', { filter, offset: 0, limit: 1_000 })).tasks
}

/** Rows without what opening changes: where they are held. */
const asWere = (rows: readonly TaskRow[]): unknown[] => rows.map((row) => ({ ...row, connection: 'c', fromHistory: false }))

describe('a bundle', () => {
  it('shows the same rows, details and workers again, read-only and without a broker', async (context) => {
    const store = storeOf(60)
    store.apply(
      'c',
      [taskEvent('odd', 'RECEIVED', 2_000, { name: markup[0], args: acting[1], kwargs: acting[4], parent: 't1' })],
      5_000,
    )
    const { bridge, post } = await open(context)
    const answer = await post('api/bundle', await bytesOf(exporterOf(store).file(asked())))
    const [info] = (await answer.json()) as ConnectionInfo[]
    assert.ok(info)
    assert.equal(info.readOnly, true)
    assert.match(info.status.message, /bundle of .* Warren 9\.9\.9: 61 tasks/)
    assert.deepEqual(asWere(await rowsOf(bridge)), asWere(store.list({}, 0, 1_000).tasks))
    const detail = (one: TaskDetail | undefined): unknown => ({ ...one, connection: 'c', fromHistory: false })
    for (const id of ['t0', 't1', 'odd'])
      assert.deepEqual(detail(bridge.findTask({ connection: info.id, id })), detail(store.detail({ connection: 'c', id })))
    assert.deepEqual(bridge.picture('workers'), [
      workerRow('w1@host', {
        connection: info.id,
        online: true,
        pool: 'prefork',
        queues: ['celery'],
        sendsEvents: true,
        drift: null,
      }),
    ])
    await assert.rejects(
      bridge.call('enqueue', { connection: info.id, name: 'x', args: '[]', kwargs: '{}', key: 'k'.repeat(8) }),
      { code: 'read_only' },
    )
    await bridge.call('disconnect', { connection: info.id })
    assert.deepEqual(await rowsOf(bridge), [])
  })

  it('can be made of what a bundle held, again and again', async (context) => {
    const first = await bytesOf(exporterOf(storeOf(30)).file(asked()))
    const { post } = await open(context)
    await post('api/bundle', first)
    const second = Buffer.from(await (await post('api/export', JSON.stringify({ format: 'bundle' }))).arrayBuffer())
    const tasks = (bytes: Buffer): unknown[] =>
      linesOf(gunzipSync(bytes)).flatMap((line) => (line as { task?: unknown }).task ?? [])
    assert.equal(tasks(first).length, 30)
    assert.deepEqual(tasks(second), tasks(first))
  })

  it('holds what the filter asks for, and says how it was made and what was masked', async () => {
    const file = exporterOf(storeOf(30)).file(asked({ filter: { states: ['FAILURE'], query: 'exception:*boom*' } }))
    const [header, ...rest] = linesOf(gunzipSync(await bytesOf(file))) as [Record<string, unknown>, ...Record<string, unknown>[]]
    assert.equal(header['masked'], true)
    assert.match(String(header['note']), /password.*Positional arguments/)
    assert.deepEqual(rest.at(-1), { end: 10 })
    assert.equal(rest.length, 11)
  })

  it('masks secrets unless it is told not to', async () => {
    const store = storeOf(0)
    store.apply(
      'c',
      [taskEvent('a', 'RECEIVED', 1, { name: 'x', args: "('amqp://u:HUSH@h/',)", kwargs: "{'password': 'HUSH', 'n': 1}" })],
      1,
    )
    store.apply('c', [taskEvent('a', 'PROGRESS', 2, { custom: { token: 'HUSH' } })], 2)
    store.apply('c', [taskEvent('a', 'FAILURE', 3, { exception: "E('secret=HUSH')", traceback: 'password: HUSH' })], 3)
    for (const format of ['csv', 'jsonl', 'bundle'] as const) {
      const whole = async (mask: boolean): Promise<string> => {
        const bytes = await bytesOf(exporterOf(store).file(asked({ format, mask })))
        return (format === 'bundle' ? gunzipSync(bytes) : bytes).toString()
      }
      assert.doesNotMatch(await whole(true), /HUSH/, format)
      assert.match(await whole(false), /HUSH/, format)
    }
  })

  it('that breaks off shows what is there and says so; damaged lines are counted', async (context) => {
    const whole = gunzipSync(await bytesOf(exporterOf(storeOf(40)).file(asked()))).toString()
    const lines = whole.split('\n')
    const { bridge, post } = await open(context)
    const torn = [...lines.slice(0, 20), '{"connection":"c","task":{"id":5}}', 'nonsense', lines[20]].join('\n').slice(0, -5)
    const [info] = (await (await post('api/bundle', torn)).json()) as ConnectionInfo[]
    assert.match(info?.status.message ?? '', /19 tasks .*breaks off.* 3 of its lines/)
    assert.equal((await rowsOf(bridge)).length, 19)
    const cut = gzipSync(whole)
    assert.equal((await post('api/bundle', cut.subarray(0, cut.length - 60))).status, 200)
  })

  it('of another kind is refused in a sentence, and leaves nothing behind', async (context) => {
    const { bridge, post } = await open(context)
    const later = '{"warren":"bundle","version":99}\n'
    for (const body of [
      '',
      '\n',
      'x',
      '{}',
      '[]',
      '{"warren":"bundle"}',
      later,
      '\u001f\u008b',
      gzipSync('{"a":1}'),
      Buffer.alloc(5_000, 7),
    ]) {
      const answer = await post('api/bundle', body)
      assert.equal(answer.status, 400, String(body).slice(0, 40))
      assert.match(await answer.text(), /^This (file|bundle).*\.$/)
    }
    assert.deepEqual(bridge.picture('connections'), [])
  })

  it('is not taken by a monitor that was started for one connection', async (context) => {
    const { post } = await open(context, true)
    assert.equal((await post('api/bundle', await bytesOf(exporterOf(storeOf(1)).file(asked())))).status, 403)
  })
})

describe('the download', () => {
  it('needs the secret, the right method and a right question', async (context) => {
    const { server, post } = await open(context)
    const question = JSON.stringify({ format: 'csv' })
    assert.equal((await post('api/export', question, 'wrong')).status, 401)
    assert.equal((await post('api/bundle', question, 'wrong')).status, 401)
    assert.equal((await fetch(new URL('api/export', server.url), { method: 'POST', body: question })).status, 401)
    const get = await fetch(new URL('api/export', server.url), { headers: { authorization: `Bearer ${server.token}` } })
    assert.equal(get.status, 405)
    for (const wrong of ['', '[]', '{"format":"xls"}', '{"format":"csv","filter":{"query":"state:("}}'])
      assert.equal((await post('api/export', wrong)).status, 400, wrong)
    const answer = await post('api/export', question)
    assert.match(answer.headers.get('content-disposition') ?? '', /^attachment; filename="warren-tasks-[\dT-]+Z\.csv"$/)
    assert.match(answer.headers.get('content-type') ?? '', /^text\/csv; charset=utf-8/)
  })

  it('of 100,000 tasks lets everything else go on meanwhile, and ends when nobody reads any more', async () => {
    const exporter = exporterOf(storeOf(100_000))
    for (const format of ['csv', 'bundle'] as const) {
      let pieces = 0
      let turns = 0
      let reading = true
      const turn = (): void => {
        turns++
        if (reading) setImmediate(turn)
      }
      setImmediate(turn)
      for await (const piece of exporter.file(asked({ format, filter: { query: 'name:shop.*' } })))
        pieces += Number(piece.length > 0)
      reading = false
      // Between any two slices of work others had their turn.
      assert.ok(turns > 50 && pieces > 10, `${format}: ${pieces} pieces, ${turns} turns`)
      for await (const piece of exporter.file(asked({ format }))) if (piece.length > 0) break
    }
  })
})
