import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { AxeBuilder } from '@axe-core/playwright'
import type { ViewParams } from '../../broker-bridge/protocol/index.ts'
import { shopTasks } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'

const stage = new Stage({ quiet: true })

/** A bridge that has come so far with a million tasks. */
async function counting(matched: number) {
  const rows = shopTasks(60)
  await stage.start({ tasks: rows })
  const snapshotOf =
    (found: number, more: boolean) =>
    ({ first, count }: ViewParams) => ({
      ...{ rows: found === 0 ? [] : rows.slice(first, first + count), matched: found, total: 1_000_000 },
      ...{ states: { SUCCESS: found }, newer: 0, ...(more ? { counting: true } : {}) },
    })
  stage.bridge.snapshotOf = snapshotOf(matched, true)
  const { page } = await stage.open(stage.bridge.link() + '&query=name:shop.*')
  const finish = (found: number): void => {
    stage.bridge.snapshotOf = snapshotOf(found, false)
    stage.bridge.refresh()
  }
  return { page, finish }
}

describe('a list that is still being filled', () => {
  test('shows its first rows and how many there are so far, and moves nothing when it is done', async () => {
    const { page, finish } = await counting(12_000)
    await page.locator('#row-0').waitFor()
    await page.getByText('12,000+ so far').waitFor()
    const before = await page.locator('#row-0').boundingBox()
    assert.deepEqual((await new AxeBuilder({ page }).analyze()).violations, [])
    finish(31_000)
    await page.getByText('12,000+ so far').waitFor({ state: 'detached' })
    await page.locator('[role=grid][aria-rowcount="31001"]').waitFor()
    assert.deepEqual(await page.locator('#row-0').boundingBox(), before)
  })

  test('does not say that nothing matches before it has looked at all', async () => {
    const { page, finish } = await counting(0)
    await page.getByText('still looking through 1,000,000 tasks').waitFor()
    assert.equal(await page.getByText('Nothing matches').count(), 0)
    finish(0)
    await page.getByText('Nothing matches').waitFor()
  })
})
