import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import type { Params, TaskRow, ViewSnapshot } from '../../broker-bridge/protocol/index.ts'
import { BrowserAccess } from '../../webview/access.ts'
import type { AccessWindow } from '../../webview/access.ts'
import { formatFragment, parseFragment } from '../../webview/address.ts'
import { Cursor } from '../../webview/elements/cursor.ts'
import { emptinessOf } from '../../webview/feed/emptiness.ts'
import { gapText, noticesOf } from '../../webview/feed/notices.ts'
import { rowCount, rowsToAsk } from '../../webview/feed/rowSpace.ts'
import { restoreViewState, taskFilter } from '../../webview/feed/viewState.ts'
import { icons } from '../../webview/look/icons.ts'
import { backoff } from '../../webview/session/backoff.ts'
import { freshKey } from '../../webview/session/freshKey.ts'
import { RemoteView } from '../../webview/session/remoteView.ts'
import { checkJson } from '../../webview/text/jsonText.ts'
import { formatCount, formatRate } from '../../webview/text/numbers.ts'
import { isShortened } from '../../webview/text/shortened.ts'
import { chipStates, lookOf } from '../../webview/text/taskStates.ts'
import { formatAge, formatDuration, formatMoment } from '../../webview/text/times.ts'
import { socketAddress } from '../../webview/transport/websocket.ts'
import { connected, shopTask, shopTasks, worker } from '../support/scriptedTasks.ts'

/** One line per case: what goes in, what must come out. */
function check<I, O>(name: string, act: (input: I) => O, cases: readonly (readonly [I, O])[]): void {
  test(name, () => {
    for (const [input, expected] of cases) assert.deepEqual(act(input), expected, `for ${JSON.stringify(input)}`)
  })
}

describe('texts', () => {
  check('durations are said in at most two units, and what is none is a dash', formatDuration, [
    [null, '–'],
    [Number.NaN, '–'],
    [-1, '–'],
    [0, '0 ms'],
    [0.0004, '<1 ms'],
    [0.0272, '27 ms'],
    [0.9996, '1.00 s'],
    [1.2345, '1.23 s'],
    [9.999, '10.0 s'],
    [59.97, '1 min'],
    [125, '2 min 5 s'],
    [3_600, '1 h'],
    [3_725, '1 h 2 min'],
    [270_000, '3 d 3 h'],
  ])
  check(
    'an age is one unit; a sender’s clock that is ahead is said, not hidden',
    (age: number) => formatAge(1_000 - age, 1_000),
    [
      [0, 'now'],
      [0.4, 'now'],
      [-1.5, 'now'],
      [12, '12 s'],
      [61, '1 min'],
      [7_300, '2 h'],
      [200_000, '2 d'],
      [-3_700, '+1 h'],
      [Number.NaN, '–'],
    ],
  )
  check('moments out of all time are a dash', formatMoment, [
    [null, '–'],
    [Number.NaN, '–'],
    [1e300, '–'],
  ])
  check('counts have separators, and what is not known is a dash', formatCount, [
    [null, '–'],
    [0, '0'],
    [98_211, '98,211'],
  ])
  check('rates have a decimal while small', formatRate, [
    [0, '0'],
    [0.52, '0.5'],
    [9.96, '10'],
    [1_240.4, '1,240'],
  ])
  check('a text with Celery’s dots is shortened', isShortened, [
    ["('a', ...)", true],
    ["('a', 'b')", false],
    [null, false],
  ])
  test('JSON is checked for its kind, and the text stays the user’s', () => {
    assert.equal(checkJson('[1, 12345678901234567890]', 'array'), null)
    assert.equal(checkJson(' {"a": null} ', 'object'), null)
    for (const wrong of ['{}', '1', 'null', '"[]"']) assert.match(checkJson(wrong, 'array') ?? '', /must be a JSON array/)
    for (const wrong of ['[]', 'null', 'true']) assert.match(checkJson(wrong, 'object') ?? '', /must be a JSON object/)
    for (const wrong of ['[1,', "{'a': 1}", '[NaN]', 'undefined']) assert.match(checkJson(wrong, 'array') ?? '', /not JSON yet/)
    assert.match(checkJson('', 'array') ?? '', /Write a JSON array/)
  })
  test('states of custom events get a look of their own, and no state breaks the chips', () => {
    assert.equal(lookOf('PROGRESS').label, 'Progress')
    assert.equal(lookOf('__proto__').tone, 'custom')
    assert.deepEqual(chipStates({}, []), ['RECEIVED', 'STARTED', 'RETRY', 'SUCCESS', 'FAILURE'])
    assert.deepEqual(chipStates({ REVOKED: 2, PROGRESS: 1, PENDING: 0 }, ['ODD']).slice(5), ['REVOKED', 'ODD', 'PROGRESS'])
    assert.ok(chipStates(Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`S${n}`, 1])), []).length < 20)
  })
  test('icons are the characters that the codicon font gives these names', () => {
    const sheet = readFileSync(new URL('../../node_modules/@vscode/codicons/dist/codicon.css', import.meta.url), 'utf8')
    for (const [name, character] of Object.entries(icons)) {
      const code = new RegExp(`\\.codicon-${name}:before \\{ content: "\\\\([0-9a-f]+)"`).exec(sheet)?.[1]
      assert.equal(character.codePointAt(0)?.toString(16), code, name)
    }
  })
})

describe('the address', () => {
  test('gives the code and the filters, and never a bridge', () => {
    assert.deepEqual(parseFragment('#code=abc'), { code: 'abc', filter: null })
    assert.deepEqual(parseFragment('#query=a+b&state=FAILURE&state=RETRY&connection=x&bridge=ws://evil'), {
      code: null,
      filter: { source: 'live', query: 'a b', states: ['FAILURE', 'RETRY'], connection: 'x' },
    })
    assert.deepEqual(parseFragment('#%%%'), { code: null, filter: null })
    assert.equal(parseFragment(`#query=${'x'.repeat(9_000)}`).filter?.query.length, 500)
  })
  test('is read back as it was written', () => {
    const filter = { source: 'history' as const, query: 'ä & = #x', states: ['FAILURE', 'ODD STATE'], connection: 'one' }
    assert.deepEqual(parseFragment(`#${formatFragment(filter)}`).filter, filter)
    assert.equal(formatFragment({ source: 'live', query: '', states: [], connection: null }), '')
  })
  check('of the socket keeps a proxy’s path', socketAddress, [
    ['http://127.0.0.1:8123/', 'ws://127.0.0.1:8123/socket'],
    ['https://host/proxy/8123/', 'wss://host/proxy/8123/socket'],
    ['http://host/proxy/8123?x=1#y', 'ws://host/proxy/8123/socket'],
  ])
  test('of the socket is http or https, nothing else', () => {
    for (const wrong of ['javascript:alert(1)', 'file:///etc/passwd', 'ws://host/']) assert.throws(() => socketAddress(wrong))
  })
})

describe('access', () => {
  function fakeWindow(answer: { ok: boolean; body?: unknown }): {
    window: AccessWindow
    kept: Map<string, string>
    sent: unknown[]
  } {
    const kept = new Map<string, string>()
    const sent: unknown[] = []
    const window: AccessWindow = {
      location: { pathname: '/proxy/1/', search: '', hash: '' },
      history: { replaceState: (_data, _unused, url) => sent.push(url) },
      sessionStorage: {
        getItem: (key) => kept.get(key) ?? null,
        setItem: (key, value) => void kept.set(key, value),
        removeItem: (key) => void kept.delete(key),
      },
      fetch: (url, init) => {
        sent.push([url, init.body])
        return Promise.resolve({ ok: answer.ok, status: 200, json: () => Promise.resolve(answer.body) })
      },
    }
    return { window, kept, sent }
  }
  test('trades a code by POST to a relative address and keeps the token under the page’s own path', async () => {
    const { window, kept, sent } = fakeWindow({ ok: true, body: { token: 't' } })
    assert.equal(await new BrowserAccess(window).trade('abc'), 't')
    assert.deepEqual(sent, [['api/session', '{"code":"abc"}']])
    assert.deepEqual([...kept], [['warren.token:/proxy/1/', 't']])
  })
  test('keeps nothing that is no token', async () => {
    for (const answer of [{ ok: false }, { ok: true, body: { token: 7 } }, { ok: true, body: null }]) {
      const { window, kept } = fakeWindow(answer)
      await assert.rejects(new BrowserAccess(window).trade('abc'))
      assert.equal(kept.size, 0)
    }
  })
})

describe('the view', () => {
  test('is restored from whatever was stored', () => {
    const fresh = restoreViewState(undefined)
    for (const odd of [null, 7, 'x', [], { text: 7, states: 'x', paneSize: 999, tab: 'none', selected: { id: 1 } }]) {
      assert.deepEqual(restoreViewState(odd), fresh)
    }
    assert.equal(restoreViewState({ paused: true, token: 'x' }).paused, true)
    assert.ok(!('token' in restoreViewState({ token: 'x' })))
  })
  test('is asked for without what is not narrowed', () => {
    assert.deepEqual(taskFilter({ query: '  ', states: [], connection: null }), {})
    assert.deepEqual(taskFilter({ query: ' a ', states: ['RETRY'], connection: 'c' }), {
      query: 'a',
      states: ['RETRY'],
      connection: 'c',
    })
  })
  test('is told once per wish, one at a time, always the newest', async () => {
    const sent: Params<'setView'>[] = []
    const waiting: (() => void)[] = []
    const remote = new RemoteView((params) => {
      sent.push(params)
      return new Promise((resolve) => waiting.push(() => resolve(null)))
    })
    const wish = (first: number): Params<'setView'> => ({ view: 'v', filter: {}, first, count: 20, resting: false })
    for (const first of [0, 0, 20, 40, 60]) remote.want(wish(first))
    assert.deepEqual(sent, [wish(0)])
    waiting.shift()?.()
    await new Promise(setImmediate)
    assert.deepEqual(sent, [wish(0), wish(60)])
    waiting.shift()?.()
    await new Promise(setImmediate)
    remote.want(wish(60))
    assert.equal(sent.length, 2)
    remote.repeat()
    assert.equal(sent.length, 3)
  })
  test('asks for rows around those in sight, at most five hundred, and seldom', () => {
    assert.deepEqual(rowsToAsk(0, 30), { first: 0, count: 60 })
    assert.deepEqual(rowsToAsk(1_003, 1_030), { first: 980, count: 80 })
    assert.deepEqual(rowsToAsk(1_004, 1_031), rowsToAsk(1_003, 1_030))
    assert.equal(rowsToAsk(0, 9_000).count, 500)
  })
  test('counts all rows that match', () => {
    assert.equal(rowCount({ matched: 5_000_000 } as ViewSnapshot), 5_000_000)
    assert.equal(rowCount(null), 0)
  })
})

describe('the cursor', () => {
  const picture = (rows: readonly TaskRow[], first = 0): ViewSnapshot => ({
    view: 'v',
    revision: 1,
    first,
    rows,
    matched: 500,
    total: 500,
    states: {},
    newer: 0,
  })
  test('goes along with its task', () => {
    const rows = shopTasks(10)
    const cursor = new Cursor()
    cursor.moveTo(2, rows[2])
    cursor.follow(picture([shopTask(90), shopTask(91), ...rows]))
    assert.equal(cursor.index, 4)
  })
  test('waits on a line whose task is on its way, and tells when it comes', () => {
    const rows = shopTasks(10)
    const cursor = new Cursor()
    cursor.moveTo(105, undefined)
    assert.equal(cursor.follow(picture(rows, 0)), undefined)
    assert.equal(cursor.follow(picture(rows, 100)), rows[5])
  })
  test('knows its keys and stays within the list', () => {
    const cursor = new Cursor()
    assert.equal(cursor.target('ArrowDown', 5, 3), 0)
    assert.equal(cursor.target('x', 5, 3), undefined)
    assert.equal(cursor.target('j', 0, 3), undefined)
    cursor.moveTo(3, undefined)
    const targets = ['k', 'j', 'PageDown', 'PageUp', 'Home', 'End'].map((key) => cursor.target(key, 5, 3))
    assert.deepEqual(targets, [2, 4, 4, 0, 0, 4])
  })
})

test('keys are never the same', () => {
  assert.notEqual(freshKey(), freshKey())
  assert.ok(freshKey().length >= 8 && freshKey().length <= 100)
})

describe('what is said above the list', () => {
  const texts = (change: Parameters<typeof connected>[0], now = 2_000) =>
    noticesOf([connected(change)], now).map(({ text }) => text)
  test('is nothing while all is well', () => assert.deepEqual(texts({}), []))
  test('says what became of the history', () => {
    const history = { file: '/data/history.db', kept: false, bytes: null, tasks: null, skipped: 0, writtenHere: true }
    const sentence = 'The history is paused: its disk is full.'
    assert.deepEqual(texts({ history: { ...history, message: sentence } }), [sentence])
    assert.deepEqual(texts({ history: { ...history, kept: true, message: null } }), [])
  })
  test('names silent workers, and why events cannot be turned on', () => {
    const silentWorkers = { certain: ['a', 'b', 'c'], likely: ['d'], keptOn: false }
    const [notice] = noticesOf([connected({ silentWorkers, readOnly: true })], 0)
    assert.match(notice?.text ?? '', /^a and 2 other workers work without sending task events/)
    assert.match(notice?.action?.refusal ?? '', /read-only/)
  })
  test('says how long a gap was or how much was missed', () => {
    assert.match(
      gapText({ from: 1_000, until: 1_012, missed: null, reason: 'disconnected' }, 0),
      /^Disconnected for 12\.0 s .*are missing\.$/,
    )
    assert.match(
      gapText({ from: 1_000, until: null, missed: null, reason: 'disconnected' }, 1_090),
      /^Disconnected for 1 min 30 s \(since/,
    )
    assert.match(gapText({ from: 1_000, until: 1_001, missed: 1_234, reason: 'overflow' }, 0), /missed at least 1,234\.$/)
    assert.match(
      gapText({ from: 1_000, until: 1_012, missed: null, reason: 'unbound' }, 0),
      /^No events reached Warren for 12\.0 s .*missing on the broker\.$/,
    )
    assert.match(
      gapText({ from: 1_000, until: 1_012, missed: null, reason: 'bridge' }, 0),
      /^Warren’s bridge ended and was started again: events of 12\.0 s .* are missing\.$/,
    )
  })
  test('puts errors first and names the connection where there are several', () => {
    const failed = connected({
      id: 'b',
      name: 'Two',
      status: { kind: 'failed', since: 0, message: 'Refused.', reason: 'unreachable' },
    })
    const notices = noticesOf([connected({ malformed: { 'no JSON': 2 } }), failed], 0)
    assert.deepEqual(
      notices.map(({ severity, text }) => [severity, text]),
      [
        ['error', 'Two: Refused.'],
        ['info', 'Shop: 2 events could not be understood: 2 × no JSON.'],
      ],
    )
  })
})

describe('an empty list', () => {
  const snapshot: ViewSnapshot = { view: 'v', revision: 1, first: 0, rows: [], matched: 0, total: 0, states: {}, newer: 0 }
  const known = { snapshot, connections: [connected()], workers: null, filtered: false, inVsCode: false }
  const kind = (change: Partial<Parameters<typeof emptinessOf>[0]>) => emptinessOf({ ...known, ...change })?.kind
  test('says the one reason that matters most', () => {
    const down = connected({ status: { kind: 'failed', since: 0, message: 'Refused.', reason: 'unreachable' } })
    const silent = connected({ silentWorkers: { certain: [], likely: ['w'], keptOn: false } })
    assert.equal(kind({ snapshot: { ...snapshot, matched: 1 } }), undefined)
    assert.equal(kind({ connections: [] }), 'noBroker')
    assert.equal(kind({ snapshot: null }), 'loading')
    assert.equal(kind({ filtered: true, snapshot: { ...snapshot, total: 5 } }), 'noMatch')
    assert.equal(kind({ connections: [down] }), 'broken')
    assert.equal(kind({ connections: [down, connected()] }), 'quiet')
    assert.equal(kind({ connections: [silent] }), 'silent')
    assert.equal(kind({ workers: [] }), 'noWorkers')
    assert.equal(kind({ workers: [worker(1)] }), 'quiet')
  })
})

check(
  'attempts to come back wait longer and longer, with a lot',
  (attempt: number) => [backoff(attempt, 0), backoff(attempt, 1)],
  [
    [1, [250, 500]],
    [2, [500, 1_000]],
    [5, [4_000, 8_000]],
    [5_000, [4_000, 8_000]],
  ],
)
