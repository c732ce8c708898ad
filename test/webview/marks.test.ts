import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import fc from 'fast-check'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { Mark, Timeline } from '../../broker-bridge/protocol/index.ts'
import { commitMarks } from '../../extension/marks.ts'
import { markedPlaces, placeMarks } from '../../webview/feed/marks.ts'
import { timeRangeOf } from '../../webview/feed/timeRange.ts'
import { nowSeconds, shopTasks } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'

const stage = new Stage({ quiet: true })

/** Ends some minutes ahead: a chart whose time is over moves on. */
function timeline(step: number): Timeline {
  const end = Math.ceil((nowSeconds() + 300) / step) * step
  const counts = Array.from({ length: 360 }, () => 3)
  return { from: end - 360 * step, step, ended: counts, failed: counts.map(() => 0) }
}

const deploy = (text: string, ago: number): Mark => ({ kind: 'deploy', text, at: nowSeconds() - ago })
const marks = (): Mark[] => [
  deploy('shop <b>4.12</b>', 1_800),
  deploy('shop 4.13', 600),
  deploy('rollback', 590),
  deploy('old', 50_000),
]

async function start(): Promise<void> {
  const counted = { ended: 12, failed: 0, recent: Array.from({ length: 30 }, () => 2), runtime: null, waited: null }
  await stage.start({
    tasks: shopTasks(20),
    timelines: [{ connection: 'local', hour: timeline(10), day: timeline(240) }],
    statistics: { names: [{ connection: 'local', name: 'shop.pay', ...counted }], letGo: 0 },
    marks: marks(),
  })
}

const topics = () =>
  (stage.bridge.requests.filter(({ method }) => method === 'watch').at(-1)?.params as { topics: string[] }).topics

describe('marks', () => {
  test('stand as lines in the chart where they belong, those near to each other as one', async () => {
    await start()
    const { page } = await stage.open()
    const lines = page.locator('warren-chart .mark')
    await until(async () => (await lines.count()) === 2)
    const plot = (await page.locator('.u-over').boundingBox()) ?? assert.fail()
    const line = (await lines.first().boundingBox()) ?? assert.fail()
    const [first] = stage.bridge.script.marks
    const { from, step, ended } = stage.bridge.script.timelines[0]?.hour ?? assert.fail()
    const share = ((first?.at ?? 0) - from) / (step * ended.length)
    assert.ok(Math.abs(line.x - plot.x - plot.width * share) < 3)
    assert.match((await page.locator('.flag').first().getAttribute('title')) ?? '', /Deploy: shop <b>4\.12<\/b>$/)
    assert.match((await page.locator('.flag').last().getAttribute('title')) ?? '', /shop 4\.13\n.*rollback$/)
    await page.getByRole('button', { name: '24 h' }).click()
    await page.getByRole('button', { name: '4 marks' }).waitFor()
  })

  test('can be read and used by keyboard alone, and are asked for only while they can be seen', async () => {
    await start()
    const { page } = await stage.open()
    const button = page.getByRole('button', { name: '3 marks' })
    await button.focus()
    await page.keyboard.press('Enter')
    const list = page.getByRole('list', { name: 'Deploys and commits in this time' })
    await list.waitFor()
    assert.deepEqual(
      (await list.locator('.text').allTextContents()).map((text) => text.trim()),
      ['Deploy: rollback', 'Deploy: shop 4.13', 'Deploy: shop <b>4.12</b>'],
    )
    assert.deepEqual((await new AxeBuilder({ page }).analyze()).violations, [])
    await page.getByRole('button', { name: 'Show the tasks since shop 4.13' }).focus()
    await page.keyboard.press('Enter')
    await until(async () => timeRangeOf(await page.getByRole('combobox').inputValue(), nowSeconds()) !== null)
    const { from } = timeRangeOf(await page.getByRole('combobox').inputValue(), nowSeconds()) ?? assert.fail()
    const chosen = stage.bridge.script.marks.find(({ text }) => text === 'shop 4.13')
    assert.ok(Math.abs((from ?? 0) - (chosen?.at ?? 0)) < 2)
    assert.ok(topics().includes('marks'))
    await page.getByRole('button', { name: 'Activity' }).click()
    await until(() => !topics().includes('marks'))
    await list.waitFor({ state: 'detached' })
  })

  test('of deploys are removed after a question, those of commits are git’s', async () => {
    await start()
    const params: unknown[] = []
    stage.bridge.answers.removeMark = (asked) => {
      params.push(asked)
      if (asked.nonce !== undefined) return { removed: 1 }
      const place = { name: 'Marks of deploys', address: 'kept by Warren', environment: null }
      throw new RequestError('confirmation_needed', 'Remove?', {
        ...{ question: 'Remove the mark “rollback”?', detail: '', action: 'Remove Mark', count: 1 },
        ...{ nonce: 'n', place },
      })
    }
    const { page } = await stage.open()
    await page.getByRole('button', { name: '3 marks' }).click()
    await page.getByRole('button', { name: 'Remove the mark rollback…' }).click()
    await page.getByText('Remove the mark “rollback”?').waitFor()
    assert.deepEqual((await new AxeBuilder({ page }).analyze()).violations, [])
    await page.getByRole('button', { name: 'Remove Mark', exact: true }).click()
    await page.getByText('Removed the mark rollback.').waitFor({ state: 'attached' })
    assert.equal(params.length, 2)
    assert.equal((params[1] as { text: string; nonce: string }).nonce, 'n')
  })

  test('stand in the statistics of the last half hour, too', async () => {
    await start()
    const { page } = await stage.open()
    await page.getByRole('tab', { name: 'Statistics' }).click()
    await page.getByRole('button', { name: '2 marks' }).waitFor()
    const lines = await page.locator('tbody svg .mark').count()
    assert.ok(lines === 1 || lines === 2)
    assert.deepEqual((await new AxeBuilder({ page }).analyze()).violations, [])
  })

  test('of commits come from VS Code, while the chart is there', async () => {
    await start()
    stage.bridge.script.marks = []
    const host = await stage.openInVsCode()
    const wanted = () => host.posted.flatMap((message) => (message.type === 'watchCommits' ? [message.since] : []))
    await until(() => host.posted.length > 0)
    await host.post({ type: 'bridge', url: stage.bridge.url, token: stage.bridge.token })
    await until(() => wanted().length === 1 && Math.abs((wanted()[0] ?? 0) - (nowSeconds() - 86_400)) < 60)
    await host.post({ type: 'commits', commits: [{ kind: 'commit', text: 'abcdef01 Pay twice', at: nowSeconds() - 900 }] })
    await host.page.locator('.mark.commit').waitFor()
    await host.page.getByRole('button', { name: '1 mark' }).click()
    await host.page.getByText('abcdef01 Pay twice').waitFor()
    await host.page.getByRole('button', { name: 'Activity' }).click()
    await until(() => wanted().at(-1) === null)
  })
})

const mark = fc.record({
  kind: fc.constant('commit' as const),
  text: fc.string({ maxLength: 3 }),
  at: fc.integer({ min: -50, max: 150 }),
})

test('each mark of a stretch of time has one place, in order, none nearer to another than a flag is wide', () => {
  fc.assert(
    fc.property(fc.array(mark), fc.integer({ min: -10, max: 100 }), (some, to) => {
      const placed = placeMarks(some, { from: 0, to })
      const fractions = placed.map(({ fraction }) => fraction)
      assert.equal(placed.flatMap((each) => each.marks).length, to > 0 ? some.filter(({ at }) => at >= 0 && at <= to).length : 0)
      assert.ok(
        fractions.every(
          (fraction, index) => fraction >= (index === 0 ? 0 : (fractions[index - 1] ?? 0) + 1 / 60) && fraction <= 1,
        ),
      )
    }),
  )
})

test('a stretch of the last ones is marked once, the newest last', () => {
  const at = (time: number): Mark => ({ kind: 'deploy', text: '', at: time })
  assert.deepEqual(markedPlaces([at(600), at(659), at(540), at(0), at(700)], { now: 610, step: 60, count: 3 }), [2, 1])
})

test('commits become marks: by when they were committed, each once, their first line only', () => {
  const commit = (hash: string, seconds: number, message = 'Subject\n\nBody') => ({
    hash,
    message,
    commitDate: new Date(seconds * 1_000),
  })
  const [newest, ...none] = commitMarks([commit('a'.repeat(40), 9), commit('b'.repeat(40), 3), commit('a'.repeat(40), 9)], 5)
  assert.deepEqual([newest, none], [{ kind: 'commit', text: 'aaaaaaaa Subject', at: 9 }, []])
  assert.deepEqual(commitMarks([{ hash: 'c', message: '' }, commit('d', Number.NaN)], 0), [])
  const many = commitMarks(
    Array.from({ length: 500 }, (_, at) => commit(String(at), at, 'x'.repeat(5_000))),
    0,
  )
  assert.deepEqual([many.length, many.at(-1)?.at, many[0]?.text.length], [200, 499, 200])
})
