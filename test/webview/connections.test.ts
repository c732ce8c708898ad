import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import type { ConnectionInfo } from '../../broker-bridge/protocol/index.ts'
import { connected } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { untilEqual } from '../support/until.ts'

const stage = new Stage({ quiet: true })

const names = ['Shop', 'Billing', 'Search', 'Mail', 'Reports', 'Warehouse', 'Payments', 'Archive', 'Images', 'Partners']
const environments = ['production', 'staging', 'development'] as const

function several(count: number): ConnectionInfo[] {
  return names
    .slice(0, count)
    .map((name, place) => connected({ id: `c${place}`, name, environment: environments[place % 3] ?? null }))
}

async function open(connections: ConnectionInfo[], width: number): Promise<Page> {
  await stage.start({ connections })
  const { page } = await stage.open(undefined, { viewport: { width, height: 700 } })
  await page.getByRole('list', { name: 'Connections' }).waitFor()
  return page
}

const item = (page: Page, name: string) => page.locator('warren-connections').getByRole('button', { name })
const top = async (page: Page, name: string): Promise<number | undefined> => (await item(page, name).boundingBox())?.y
const height = async (page: Page): Promise<number | undefined> => (await page.locator('warren-connections').boundingBox())?.height

describe('several connections', () => {
  for (const width of [900, 1_280, 1_600])
    test(`three stand side by side on a page ${width} wide, with nothing folded`, async () => {
      const page = await open(several(3), width)
      await item(page, 'Search').waitFor()
      await untilEqual(
        async () => [await top(page, 'Billing'), await top(page, 'Search')],
        Array(2).fill(await top(page, 'Shop')),
      )
      await page.getByRole('button', { name: /more$/ }).waitFor({ state: 'detached' })
    })

  test('those that do not fit on one line are folded away, and unfolded on demand', async () => {
    const page = await open(several(10), 900)
    const more = page.locator('warren-connections .more')
    await more.waitFor()
    assert.equal(await more.getAttribute('aria-expanded'), 'false')
    const folded = await height(page)
    assert.ok(folded !== undefined && folded < 30, `one line, and not ${folded} px`)
    await page.locator('warren-connections li[inert]', { hasText: 'Partners' }).waitFor()
    await more.click()
    await item(page, 'Partners').click()
    await untilEqual(() => item(page, 'Partners').getAttribute('aria-pressed'), 'true')
  })

  test('the chosen one is not folded away', async () => {
    const page = await open(several(10), 900)
    const more = page.locator('warren-connections .more')
    await more.click()
    await item(page, 'Partners').click()
    await more.click()
    await item(page, 'Partners').waitFor()
    await item(page, 'Partners').click()
    await untilEqual(() => more.getAttribute('aria-expanded'), 'false')
  })
})
