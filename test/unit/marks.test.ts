import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import fc from 'fast-check'
import { RemoveMark } from '../../broker-bridge/actions/removeMark.ts'
import { joinMarks, Marks } from '../../broker-bridge/marks.ts'
import { markLimit, RequestError } from '../../broker-bridge/protocol/index.ts'
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
  const removed: unknown[] = []
  const unmark = (mark: Pick<Mark, 'text' | 'at'>) =>
    mark.text === 'old' ? Promise.resolve(removed.push(mark)) : Promise.reject(new RequestError('not_found', 'No such mark.'))
  const api = marksApi({ marks: [deploy('old', 1)], mark: (mark) => told.push(mark), unmark })
  const ask = (method: string, body = '', path = '/api/marks') =>
    api({ method, path, body: () => Promise.resolve(body) } as unknown as ApiRequest)
  assert.equal(await ask('GET', '', '/api/other'), undefined)
  assert.equal((await ask('GET'))?.body, '{"marks":[{"kind":"deploy","text":"old","at":1}]}')
  assert.equal((await ask('PUT'))?.status, 405)
  assert.equal((await ask('POST', 'no'))?.status, 400)
  assert.equal((await ask('POST', '{"text":"v2","at":7}'))?.status, 201)
  assert.deepEqual(told, [deploy('v2', 7)])
  assert.equal((await ask('DELETE', '{"text":"old"}'))?.status, 400)
  assert.equal((await ask('DELETE', '{"text":"new","at":1}'))?.status, 404)
  assert.equal((await ask('DELETE', '{"text":"old","at":1}'))?.status, 204)
  assert.deepEqual(removed, [{ text: 'old', at: 1 }])
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

  test('does not get back what was removed from another bridge that held it, but from who marks it again', () => {
    const [one, other] = [open(), open()]
    one.add(deploy('v1', 1))
    one.add(deploy('v2', 2))
    other.look()
    assert.equal(one.remove(deploy('v1', 1)), true)
    assert.equal(one.remove(deploy('v1', 1)), false)
    other.add(deploy('v3', 3))
    one.look()
    for (const marks of [one, other, open()]) assert.deepEqual(marks.all, [deploy('v2', 2), deploy('v3', 3)])
    other.add(deploy('v1', 1))
    one.look()
    assert.deepEqual(one.all, [deploy('v1', 1), deploy('v2', 2), deploy('v3', 3)])
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

describe('removing a mark', () => {
  const removal = () => {
    const marks = new Marks(null, () => undefined)
    marks.add(deploy('v1', 1))
    const noted: string[] = []
    let changes = 0
    const note = ({ action, what, outcome, by }: { action: string; what: string; outcome: string; by: string }) =>
      void noted.push([action, what, outcome, by].join(' '))
    return { marks, noted, changes: () => changes, removal: new RemoveMark({ marks, note, changed: () => (changes += 1) }) }
  }
  const params = { text: 'v1', at: 1, key: 'a-fresh-key' }
  const asked = async (trial: Promise<unknown>): Promise<RequestError> => {
    const error: unknown = await trial.catch((problem: unknown) => problem)
    return error instanceof RequestError ? error : assert.fail('it was not refused')
  }

  test('asks first, removes once, and is noted', async () => {
    const { marks, noted, changes, removal: action } = removal()
    const { code, data } = await asked(action.pass(params))
    assert.equal(code, 'confirmation_needed')
    const { nonce, question } = data as { nonce: string; question: string }
    assert.equal(question, 'Remove the mark “v1” of 1970-01-01 00:00:01 UTC?')
    assert.equal(marks.all.length, 1)
    assert.deepEqual(await action.pass({ ...params, nonce }, { name: 'page', readOnly: false }), { removed: 1 })
    assert.deepEqual([marks.all, changes(), noted], [[], 1, ['Remove Deploy Mark v1 done page']])
    assert.equal((await asked(action.pass({ ...params, key: 'another-key' }))).code, 'not_found')
  })

  test('is refused for who may only look; a script that names the mark need not be asked', async () => {
    const { marks, removal: action } = removal()
    assert.equal((await asked(action.pass(params, { name: 'guest', readOnly: true }))).code, 'read_only')
    assert.equal((await asked(action.passNamed({ text: 'v1', at: 2 }))).code, 'not_found')
    await action.passNamed({ text: 'v1', at: 1 })
    assert.deepEqual(marks.all, [])
  })
})
