import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { WaitingMessage } from '../../broker-bridge/protocol/index.ts'
import { deadLetter, peekOf, peekPlan, waiting } from '../support/scriptedMessages.ts'
import { Stage } from '../support/stage.ts'
import { until, untilEqual } from '../support/until.ts'
import { asked, grid, lookAtMessages, lookButton, messages, openMessages, pane, row } from '../support/messagesPage.ts'
import type { Opened, Scene } from '../support/messagesPage.ts'

const stage = new Stage({ quiet: true })
const open = (scene?: Scene): Promise<Opened> => openMessages(stage, scene)
const look = (scene?: Scene): Promise<Opened> => lookAtMessages(stage, scene)

/** Opens a message of its own in the detail pane. */
async function openOne(message: WaitingMessage): Promise<Page> {
  const { page } = await look({ peek: peekOf([message]) })
  await row(page, 0).click()
  await pane(page).waitFor()
  return page
}

describe('before the first look', () => {
  test('it says how Warren would look and what that does, and takes nothing until the button is pressed', async () => {
    const { page, bridge } = await open()
    await page.getByText('Each message is marked as redelivered').waitFor()
    await page.getByText('About 10,412 messages wait in this classic queue, and nobody consumes it.').waitFor()
    assert.deepEqual(bridge.paramsOf('peekMessages'), [])
    await lookButton(page).click()
    await page.getByText('first 50 of 10,412').waitFor()
    assert.equal(await grid(page).getByRole('row').count(), 51)
    assert.deepEqual(bridge.paramsOf('peekMessages'), [{ connection: 'local', virtualHost: 'shop', queue: 'mail', count: 50 }])
  })

  test('the sentences above the button are not asked again; others are', async () => {
    const { page, bridge } = await open()
    const detail = peekPlan().effects.join('\n')
    bridge.answers.peekMessages = ({ nonce }) => {
      if (nonce === 'other') return peekOf(messages)
      if (nonce === undefined) throw new RequestError('confirmation_needed', 'Look?', { ...asked, detail })
      throw new RequestError('confirmation_needed', 'Look?', {
        ...asked,
        nonce: 'other',
        detail: `${detail}\nThe order changes.`,
      })
    }
    await lookButton(page).click()
    await page.getByText('The order changes.').waitFor()
    await page.getByRole('button', { name: 'Do It' }).click()
    await grid(page).waitFor()
    assert.deepEqual(
      bridge.paramsOf('peekMessages').map(({ nonce }) => nonce),
      [undefined, 'n', 'other'],
    )
  })

  test('a no leads back to where one was', async () => {
    const { page, bridge } = await open()
    bridge.answers.peekMessages = () => {
      throw new RequestError('confirmation_needed', 'Look?', asked)
    }
    await lookButton(page).click()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await lookButton(page).waitFor()
  })

  test('a queue that nobody can look into without harm says why, and offers no button', async () => {
    const refused = 'Three looks would end these messages: the delivery limit is 3. Move them to a queue without one.'
    const { page } = await open({ plan: peekPlan({ method: null, refused, effects: [] }) })
    await page.getByText(refused).waitFor()
    assert.equal(await lookButton(page).count(), 0)
  })

  test('missing rights are told, and tried again on demand', async () => {
    const { page, bridge } = await open({ plan: new RequestError('refused', 'The user shop may not read the queue mail.') })
    await page.getByText('The user shop may not read the queue mail.').waitFor()
    bridge.answers.planPeek = () => peekPlan()
    await page.getByRole('button', { name: 'Try Again' }).click()
    await lookButton(page).waitFor()
  })

  test('an empty queue says so; what came meanwhile can be looked at', async () => {
    const { page } = await open({ plan: peekPlan({ ready: 0, consumers: 2 }), peek: peekOf([]) })
    await page.getByText('2 consumers take what comes.').waitFor()
    await page.getByRole('button', { name: 'Look anyway' }).click()
    await page.getByText('Warren looked, and none was there to be taken.').waitFor()
  })
})

describe('the list', () => {
  test('shows waiting messages as tasks', async () => {
    const { page } = await look()
    const cells = await row(page, 2).getByRole('gridcell').allInnerTexts()
    assert.deepEqual(cells.map((text) => text.replaceAll('\n', '').trim()).slice(1, 4), [
      '3',
      'shop.tasks.reports.monthly_totals',
      '{"month": "2026-11", "currency": "EUR"}',
    ])
    await row(page, 3).getByText('Handed out before').waitFor({ state: 'attached' })
  })

  test('is worked by keys: a cursor, a selection, the pane, the search', async () => {
    const { page } = await look()
    await grid(page).focus()
    await page.keyboard.press('j')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('k')
    assert.equal(await grid(page).getAttribute('aria-activedescendant'), 'message-1')
    await page.keyboard.press('Shift+ArrowDown')
    await page.keyboard.press('Shift+ArrowDown')
    await page.getByText('3 selected').waitFor()
    await page.keyboard.press('Space')
    await page.getByText('2 selected').waitFor()
    await page.keyboard.press('Control+a')
    await page.getByText('50 selected').waitFor()
    await page.keyboard.press('Escape')
    await untilEqual(() => page.locator('.told').innerText(), '')
    await page.keyboard.press('Enter')
    assert.equal(await page.evaluate(focusedTag), 'SECTION')
    await page.keyboard.press('Escape')
    await page.keyboard.press('/')
    await page.keyboard.type('monthly_totals')
    await untilEqual(() => grid(page).getByRole('row').count(), 11)
    await page.keyboard.press('Enter')
    assert.equal(await page.evaluate(focusedRole), 'grid')
  })

  test('a search that finds nothing says what was searched', async () => {
    const { page } = await look()
    await page.getByRole('searchbox').fill('no such thing')
    await page.getByText('The rest of the queue was not searched.', { exact: false }).waitFor()
  })

  test('going to a task and back costs the queue no further look', async () => {
    const { page, bridge } = await look()
    bridge.answers.getTask = () => {
      throw new Error('not used')
    }
    await page.getByRole('tab', { name: 'Tasks' }).click()
    await page.locator('warren-task-list').waitFor()
    await page.getByRole('tab', { name: 'Queues' }).click()
    await grid(page).waitFor()
    assert.equal(bridge.paramsOf('peekMessages').length, 1)
    await page.getByRole('button', { name: 'Look Again' }).click()
    await until(() => bridge.paramsOf('peekMessages').length === 2)
  })
})

describe('one message', () => {
  test('shows its arguments as a tree with every digit, and what it says of itself', async () => {
    const page = await openOne(waiting(2))
    await pane(page).getByText('12345678901234567890', { exact: true }).first().waitFor()
    await pane(page).getByText('gen4711@shop-web-1').waitFor()
    assert.equal(await pane(page).getByRole('tree', { name: 'Headers' }).count(), 1)
  })

  test('leads to its task where the feed knows it', async () => {
    const { page, bridge } = await look({ peek: peekOf([waiting(2)]) })
    bridge.answers.getTask = (key) => ({ ...key }) as never
    await row(page, 0).click()
    await page.getByRole('button', { name: 'Show Task in the Feed' }).click()
    await page.getByRole('tab', { name: 'Tasks', selected: true }).waitFor()
  })

  test('a dead letter tells where it died, how often and why', async () => {
    const page = await openOne(deadLetter(1))
    await pane(page).getByRole('cell', { name: 'rejected' }).waitFor()
    await row(page, 0).getByText('Dead letter: rejected in mail, 2 times').waitFor({ state: 'attached' })
  })

  const none = { name: null, id: null, args: null, kwargs: null }

  test('a pickle is listed and never executed', async () => {
    const page = await openOne(waiting(1, { ...none, kind: 'pickle', serializer: 'pickle', body: 'GLOBAL os system\nREDUCE' }))
    await pane(page).getByText('so it was not executed', { exact: false }).waitFor()
    await pane(page).getByText('GLOBAL os system').waitFor()
  })

  test('bytes are shown in hex', async () => {
    const page = await openOne(waiting(1, { ...none, kind: 'binary', body: '00ff41'.repeat(20), bytes: 60 }))
    await pane(page).getByText('00000010  ff 41 00').waitFor()
  })

  test('an empty body is said to be empty', async () => {
    const page = await openOne(waiting(1, { ...none, kind: 'empty', body: '', bytes: 0 }))
    await pane(page).getByText('The body is empty.').waitFor()
  })

  test('a body of which only the beginning is shown is fetched whole on demand, without another look', async () => {
    const text = { ...none, kind: 'text' } as const
    const { page, bridge } = await look({
      peek: peekOf([waiting(1, { ...text, body: 'The beginning', cut: true, bytes: 90_000 })]),
    })
    bridge.answers.getMessage = () => waiting(1, { ...text, body: 'The beginning and the end' })
    await row(page, 0).click()
    await pane(page).getByRole('button', { name: 'Show the Whole Body' }).click()
    await pane(page).getByText('The beginning and the end').waitFor()
    assert.equal(bridge.paramsOf('peekMessages').length, 1)
  })

  test('in VS Code its body opens as a document', async () => {
    const bridge = await stage.start({})
    bridge.answers.planPeek = () => peekPlan()
    bridge.answers.peekMessages = () => peekOf(messages)
    const host = await stage.openInVsCode()
    await until(() => host.posted.some(({ type }) => type === 'ready'))
    await host.post({ type: 'bridge', url: bridge.url, token: bridge.token })
    await host.post({ type: 'showMessages', queue: { connection: 'local', queue: 'mail' } })
    await host.page.getByRole('tab', { name: 'Queues', selected: true }).waitFor()
    await lookButton(host.page).click()
    await row(host.page, 1).click()
    await host.page.getByRole('button', { name: 'Open Body' }).click()
    await until(() => host.posted.some(({ type }) => type === 'openMessage'))
    assert.deepEqual(host.posted.at(-1), { type: 'openMessage', connection: 'local', queue: 'mail', mark: 'mark-00000002' })
    await host.page.getByRole('button', { name: 'Tasks', exact: true }).click()
    await host.page.getByRole('tab', { name: 'Tasks', selected: true }).waitFor()
    assert.equal(await host.page.getByRole('tab', { name: 'Queues' }).count(), 0)
  })
})

function focusedTag(): string | undefined {
  let element = document.activeElement
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
  return element?.tagName
}

function focusedRole(): string | null | undefined {
  let element = document.activeElement
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement
  return element?.getAttribute('role')
}
