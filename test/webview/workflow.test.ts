import assert from 'node:assert/strict'
import { AxeBuilder } from '@axe-core/playwright'
import { describe, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { Confirmation, Workflow, WorkflowTask } from '../../broker-bridge/protocol/index.ts'
import { screenshot } from '../support/chromium.ts'
import { somewhere } from '../support/doors.ts'
import type { ScriptedBridge } from '../support/scriptedBridge.ts'
import { activityOf, detailOf, shopTask } from '../support/scriptedTasks.ts'
import { chain, chord, group, largeGroup, workflowOf, workflowTask } from '../support/scriptedWorkflows.ts'
import { Stage } from '../support/stage.ts'
import { until, untilEqual } from '../support/until.ts'
import { highContrastDark, highContrastLight } from '../support/vscodeThemes.ts'

const stage = new Stage({ quiet: true })

/** A bridge that holds every task of this workflow, and shows it whichever of them is asked about. */
async function hold(workflow: Workflow): Promise<ScriptedBridge> {
  const drawn = workflow.nodes.filter((node): node is WorkflowTask => node.kind === 'task')
  const tasks = drawn.map(({ id, name, state }, age) => shopTask(age, undefined, { id, name, state }))
  const details = new Map(tasks.map((task) => [task.id, detailOf(task, { root: workflow.root })]))
  const workflows = new Map(tasks.map(({ id }) => [id, { ...workflow, asked: id, askedNode: id }]))
  return stage.start({ activity: activityOf(tasks, 0), tasks, details, workflows })
}

async function open(workflow: Workflow, row = 0): Promise<Page> {
  await hold(workflow)
  const { page } = await stage.open()
  await page.locator(`#row-${row}`).click()
  await graphOf(page).waitFor()
  return page
}

const graphOf = (page: Page): Locator => page.getByRole('tree', { name: 'Tasks of this workflow' })
const nodeOf = (page: Page, id: string): Locator => page.locator(`.node[data-node="${id}"]`)
const focused = (page: Page): Promise<string | null> =>
  page.evaluate(() => {
    let element = document.activeElement
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
    return element?.getAttribute('data-node') ?? null
  })
/** What a screen reader is told, line by line. */
const lines = (page: Page): Promise<string[]> =>
  graphOf(page)
    .getByRole('treeitem')
    .evaluateAll((items) => items.map((item) => `${item.getAttribute('aria-level')} ${item.getAttribute('aria-label')}`))

async function left(locator: Locator): Promise<number> {
  return (await locator.boundingBox())?.x ?? assert.fail('it is drawn')
}

describe('the workflow of a task', () => {
  test('of a chain is drawn from left to right, with states, and tells how it stands', async () => {
    const page = await open(chain)
    assert.deepEqual(await lines(page), [
      '1 shop.tasks.orders.reserve, Success · 420 ms',
      "2 shop.tasks.orders.charge, Failure · 420 ms, PaymentError('card declined')",
      '3 shop.tasks.orders.charge, Started',
    ])
    const places = await Promise.all(['reserve', 'charge', 'charge-again'].map((id) => left(nodeOf(page, id))))
    assert.deepEqual(
      places,
      places.toSorted((one, other) => one - other),
    )
    await page.getByText('2 of 3 tasks ended, 1 failed').waitFor()
    await page.getByText('What was to follow a failed task has not been sent').waitFor()
    assert.equal(await page.locator('path.retried').count(), 1)
    assert.equal(await nodeOf(page, 'reserve').getAttribute('aria-current'), 'true')
  })

  test('is walked with the keyboard along its edges, and Enter opens a task without losing the place', async () => {
    const page = await open(chord)
    await nodeOf(page, 'collect').focus()
    for (const [key, reached] of [
      ['ArrowRight', /front|back|left|right|top/],
      ['ArrowRight', /join/],
      ['ArrowRight', /publish/],
      ['ArrowRight', /publish/],
      ['ArrowLeft', /join/],
      ['Home', /collect/],
      ['End', /publish/],
    ] as const) {
      await page.keyboard.press(key)
      assert.match((await focused(page)) ?? '', reached, key)
    }
    await page.keyboard.press('Enter')
    await page.locator('warren-detail h2', { hasText: 'publish' }).waitFor()
    await untilEqual(() => nodeOf(page, 'publish').getAttribute('aria-current'), 'true')
    assert.equal(await focused(page), 'publish')
  })

  test('arrows up and down stay in a layer', async () => {
    const page = await open(group)
    await nodeOf(page, 'render').focus()
    await page.keyboard.press('ArrowRight')
    const seen = new Set([await focused(page)])
    for (const key of [...Array<string>(5).fill('ArrowUp'), ...Array<string>(5).fill('ArrowDown')]) {
      await page.keyboard.press(key)
      seen.add(await focused(page))
    }
    assert.deepEqual([...seen].sort(), ['back', 'front', 'left', 'right', 'top'])
  })

  test('is walked with the mouse', async () => {
    const page = await open(chain)
    await nodeOf(page, 'charge').click()
    await page.locator('warren-detail h2', { hasText: 'charge' }).waitFor()
    await untilEqual(() => nodeOf(page, 'charge').getAttribute('aria-current'), 'true')
  })

  test('of ten thousand is one counted node per name, whose tasks the list shows', async () => {
    const page = await open(largeGroup)
    assert.equal(await graphOf(page).getByRole('treeitem').count(), 3)
    await page.getByText('37 failure, 9,120 success, 835 received, 8 started', { exact: true }).waitFor()
    await page.locator('.node.group').first().click()
    await untilEqual(
      () => page.locator('warren-toolbar').evaluate((bar) => (bar as HTMLElement & { query: string }).query),
      'parent:month name:shop.tasks.mail.send_invoice',
    )
  })

  test('follows what happens', async () => {
    const page = await open(chain)
    const [reserve = workflowTask('reserve'), charge = workflowTask('charge')] = chain.nodes
    const later = workflowOf(
      [reserve, charge, workflowTask('charge-again', { state: 'SUCCESS' }), workflowTask('ship', { state: 'STARTED' })],
      ['reserve>charge', 'charge>charge-again retried', 'charge-again>ship'],
    )
    stage.bridge.script.workflows.set('reserve', later)
    stage.bridge.refresh()
    await nodeOf(page, 'ship').waitFor()
    await page.getByText('3 of 4 tasks ended, 1 failed').waitFor()
  })

  test('is folded away and stays so, and nothing is asked for meanwhile', async () => {
    const page = await open(chain)
    const asked = () => stage.bridge.requests.filter(({ method }) => method === 'watchWorkflow').map(({ params }) => params)
    await page.getByRole('button', { name: 'Workflow', exact: true }).click()
    await untilEqual(() => graphOf(page).count(), 0)
    await page.locator('#row-1').click()
    await page.locator('warren-detail h2', { hasText: 'charge' }).waitFor()
    await untilEqual(() => asked().at(-1), { task: null })
    await page.getByRole('button', { name: 'Workflow', exact: true }).click()
    await nodeOf(page, 'charge').waitFor()
    assert.deepEqual(asked().at(-1), { task: { connection: 'local', id: 'charge' } })
  })

  test('is not shown for a task that belongs to nothing', async () => {
    await hold(workflowOf([workflowTask('alone')], []))
    const { page } = await stage.open()
    await page.locator('#row-0').click()
    await page.locator('warren-detail h2', { hasText: 'alone' }).waitFor()
    await until(() => stage.bridge.requests.some(({ method }) => method === 'watchWorkflow'))
    // What comes behind the answer is seen, so the answer was.
    stage.bridge.script.tasks = [...stage.bridge.script.tasks, shopTask(9)]
    stage.bridge.refresh()
    await page.locator('#row-1').waitFor()
    assert.equal(await page.locator('warren-workflow').count(), 0)
  })

  test('asks before it runs what failed again, and says what came of it', async () => {
    const page = await open(chain)
    const confirmation: Confirmation = {
      nonce: 'n',
      question: 'Run 1 failed task of this workflow again?',
      detail: 'Only these tasks run.',
      action: 'Retry',
      count: 1,
      place: somewhere,
    }
    stage.bridge.answers.retryWorkflow = ({ nonce }) => {
      if (nonce !== 'n') throw new RequestError('confirmation_needed', confirmation.question, confirmation)
      return { sent: 1, incomplete: 2, problems: [] }
    }
    await page.getByRole('button', { name: 'Retry Failed…' }).click()
    await page.getByText('Only these tasks run.').waitFor()
    await page.locator('warren-confirm').getByRole('button', { name: 'Retry' }).click()
    await page.getByText('Sent 1 task again. 2 tasks left out.').waitFor()
  })

  test('of hundreds of steps can be zoomed to fit and is scrolled to its task', async () => {
    const ids = Array.from({ length: 200 }, (_, number) => `step-${number}`)
    const long = workflowOf(
      ids.map((id) => workflowTask(id)),
      ids.slice(1).map((id, place) => `${ids[place]}>${id}`),
      { leftOut: 300 },
    )
    const page = await open(long, 12)
    const view = page.locator('.view')
    await until(async () => (await view.evaluate((element) => element.scrollLeft)) > 1_000)
    await page.getByText('300 nodes farther away are not drawn.').waitFor()
    const wide = await view.evaluate((element) => element.scrollWidth)
    await page.getByRole('button', { name: 'Fit the whole workflow' }).click()
    await until(async () => (await view.evaluate((element) => element.scrollWidth)) < wide / 2)
  })

  test('shows hostile names as text', async () => {
    const name = `<img src=x onerror="window.hurt=1">\u202e`
    const page = await open(workflowOf([workflowTask('a', { name }), workflowTask('"<b', { name, state: name })], ['a>"<b']))
    await untilEqual(() => graphOf(page).getByRole('treeitem').count(), 2)
    assert.equal(await page.evaluate(() => 'hurt' in window), false)
  })

  test('VS Code unfolds it for a task', async () => {
    const bridge = await hold(chain)
    const host = await stage.openInVsCode()
    await until(() => host.posted.some(({ type }) => type === 'ready'))
    await host.post({ type: 'bridge', url: bridge.url, token: bridge.token })
    await host.page.locator('#row-0').click()
    await host.page.getByRole('button', { name: 'Workflow', exact: true }).click()
    await untilEqual(() => graphOf(host.page).count(), 0)
    await host.post({ type: 'select', task: { connection: 'local', id: 'charge', workflow: true } })
    await untilEqual(() => nodeOf(host.page, 'charge').getAttribute('aria-current'), 'true')
  })
})

/** Nothing that a screen reader or a weak eye stumbles over, by axe's rules. */
async function keepAccessible(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready)
  await screenshot(page, `workflow-${name}`)
  const { violations } = await new AxeBuilder({ page }).analyze()
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  assert.deepEqual(
    grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`),
    [],
  )
}

const shapes = { chain, group, chord, largeGroup }

describe('looks, with nothing serious for axe', () => {
  for (const colorScheme of ['dark', 'light'] as const) {
    for (const [name, workflow] of Object.entries(shapes)) {
      test(`${colorScheme}: ${name}`, async () => {
        await hold(workflow)
        const { page } = await stage.open(undefined, { colorScheme })
        await page.locator('#row-0').click()
        await graphOf(page).waitFor()
        await keepAccessible(page, `${colorScheme}-${name}`)
      })
    }
  }

  for (const [name, theme, variables] of [
    ['high-contrast', 'vscode-high-contrast', highContrastDark],
    ['high-contrast-light', 'vscode-high-contrast-light', highContrastLight],
  ] as const) {
    test(name, async () => {
      const bridge = await hold(chord)
      const host = await stage.openInVsCode(theme, variables)
      await until(() => host.posted.some(({ type }) => type === 'ready'))
      await host.post({ type: 'bridge', url: bridge.url, token: bridge.token })
      await host.page.locator('#row-0').click()
      await graphOf(host.page).waitFor()
      await keepAccessible(host.page, name)
    })
  }

  test('at 200 %', async () => {
    await hold(chord)
    const { page } = await stage.open(undefined, { viewport: { width: 640, height: 380 }, deviceScaleFactor: 2 })
    await page.locator('#row-0').click()
    await graphOf(page).waitFor()
    await keepAccessible(page, 'zoom-200')
  })

  test('with forced colours', async () => {
    await hold(chord)
    const { page } = await stage.open(undefined, { forcedColors: 'active', colorScheme: 'dark' })
    await page.locator('#row-0').click()
    await graphOf(page).waitFor()
    await keepAccessible(page, 'forced-colors')
  })
})
