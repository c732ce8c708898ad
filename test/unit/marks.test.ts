import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import fc from 'fast-check'
import { joinMarks, Marks } from '../../broker-bridge/marks.ts'
import { markLimit } from '../../broker-bridge/protocol/index.ts'
import type { Mark } from '../../broker-bridge/protocol/index.ts'
import { marksApi, readMark } from '../../broker-bridge/server/marks.ts'
import type { ApiRequest } from '../../broker-bridge/server/server.ts'

const now = 1_795_220_000
const deploy = (text: string, at: number): Mark => ({ kind: 'deploy', text, at })

function refusal(body: string): string {
  const mark = readMark(body, now)
  return typeof mark === 'string' ? mark : assert.fail(body)
}

describe('a mark as a script tells it', () => {
  test('is of now, of a moment in seconds, or of one with a zone', () => {
    assert.deepEqual(readMark('{"text": " v1.2 "}', now), deploy('v1.2', now))
    assert.deepEqual(readMark('{"text": "v1.2", "at": 1795210000.5}', now), deploy('v1.2', 1_795_210_000.5))
    assert.deepEqual(readMark('{"text": "v1.2", "at": "1970-01-02T01:00:00+01:00"}', now), deploy('v1.2', 86_400))
  })

  test('is refused with a sentence that says what is wrong', () => {
    for (const body of ['', 'null', '[]', '{"at": 5}', '{"text": ""}', '{"text": 5}', JSON.stringify({ text: 'x'.repeat(201) })])
      assert.match(refusal(body), /^The mark has a wrong (text|body): send/)
    for (const at of ['"yesterday"', '"2026-11-21T10:00:00"', '"2026-11-21"', `"${'9'.repeat(30)}T00Z"`])
      assert.match(refusal(`{"text": "x", "at": ${at}}`), /is no time/)
    for (const at of [-1, now * 1_000, 1e300]) assert.match(refusal(JSON.stringify({ text: 'x', at })), /a day ahead/)
  })

  test('whatever it is, is a mark or a sentence', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.record({ text: fc.string(), at: fc.anything() }).map((one) => JSON.stringify(one)),
        ),
        (body) => {
          const mark = readMark(body, now)
          assert.ok(typeof mark === 'string' ? /\.$/.test(mark) : Number.isFinite(mark.at) && mark.text.length > 0)
        },
      ),
    )
  })
})

test('the requests list marks and make them', async () => {
  const told: Mark[] = []
  const api = marksApi({ marks: [deploy('old', 1)], mark: (mark) => told.push(mark) })
  const ask = (method: string, body = '', path = '/api/marks') =>
    api({ method, path, body: () => Promise.resolve(body) } as unknown as ApiRequest)
  assert.equal(await ask('GET', '', '/api/other'), undefined)
  assert.equal((await ask('GET'))?.body, '{"marks":[{"kind":"deploy","text":"old","at":1}]}')
  assert.equal((await ask('PUT'))?.status, 405)
  assert.equal((await ask('POST', 'no'))?.status, 400)
  assert.equal((await ask('POST', '{"text":"v2","at":7}'))?.status, 201)
  assert.deepEqual(told, [deploy('v2', 7)])
})

test('marks are joined to the newest, each once, in the order of time, whoever joins them', () => {
  const mark = fc.record({
    kind: fc.constantFrom('deploy' as const, 'commit' as const),
    text: fc.string({ maxLength: 2 }),
    at: fc.nat(300),
  })
  const some = fc.array(mark, { maxLength: 300 })
  fc.assert(
    fc.property(some, some, (one, other) => {
      const joined = joinMarks(one, other)
      assert.ok(joined.length <= markLimit)
      assert.deepEqual(
        joined,
        joined.toSorted((a, b) => a.at - b.at),
      )
      assert.deepEqual(joinMarks(joined, joined), joined)
      assert.equal(new Set(joined.map((each) => JSON.stringify(each))).size, joined.length)
    }),
  )
})

describe('the file of marks', () => {
  let folder: string
  let logged: string[]
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'warren-marks-'))
    logged = []
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  const open = (inside = 'data') => new Marks(join(folder, inside), (line) => logged.push(line))

  test('outlives a bridge, belongs to its owner alone, and holds what two of them were told', () => {
    const [one, other] = [open(), open()]
    one.add(deploy('v1', 1))
    other.add(deploy('v2', 2))
    one.look()
    assert.deepEqual(one.all, [deploy('v1', 1), deploy('v2', 2)])
    assert.deepEqual(open().all, one.all)
    assert.equal(statSync(join(folder, 'data', 'marks.json')).mode & 0o777, 0o600)
    for (let at = 3; at < 500; at++) one.add(deploy('v', at))
    assert.equal(open().all.length, markLimit)
    assert.deepEqual(logged, [])
  })

  test('that is damaged is set aside, and one that cannot be written ends nothing', () => {
    const marks = open()
    marks.add(deploy('v1', 1))
    const file = join(folder, 'data', 'marks.json')
    writeFileSync(file, '{"version": 2}')
    assert.deepEqual(open().all, [])
    assert.equal(readFileSync(`${file}.damaged`, 'utf8'), '{"version": 2}')
    const nowhere = open(join('data', 'marks.json.damaged'))
    nowhere.add(deploy('v3', 3))
    assert.deepEqual(nowhere.all, [deploy('v3', 3)])
    assert.match(logged.join('\n'), /kept as .*damaged[^]*could not be kept/)
  })
})
