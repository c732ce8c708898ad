import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import { deadLetter, operation, peekOf } from '../support/scriptedMessages.ts'
import { nowSeconds } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'
import { asked, lookAtMessages, openMessages, row } from '../support/messagesPage.ts'
import type { Opened, Scene } from '../support/messagesPage.ts'

const stage = new Stage({ quiet: true })
const open = (scene?: Scene): Promise<Opened> => openMessages(stage, scene)
const look = (scene?: Scene): Promise<Opened> => lookAtMessages(stage, scene)
describe('actions', () => {
  test('deleting asks first, and what was deleted is marked as gone', async () => {
    const { page, bridge } = await look()
    bridge.answers.deleteMessages = ({ nonce }) => {
      if (nonce === undefined) throw new RequestError('confirmation_needed', 'Really?', asked)
      return operation({ what: 'delete', state: 'done', done: 2, total: 2, endedAt: nowSeconds(), report: 'Deleted 2 messages.' })
    }
    await row(page, 0).locator('.check').click()
    await row(page, 4).locator('.check').click()
    await page.getByRole('button', { name: 'Delete…' }).click()
    await page.getByText('It is written.').waitFor()
    await page.getByRole('button', { name: 'Do It' }).click()
    await row(page, 4).getByText('No longer in the queue').waitFor({ state: 'attached' })
    assert.equal(await page.locator('.row.gone').count(), 2)
    assert.deepEqual(bridge.paramsOf('deleteMessages').at(-1)?.['messages'], [
      { mark: 'mark-00000001', position: 1 },
      { mark: 'mark-00000005', position: 5 },
    ])
  })

  test('moving takes a queue and a choice of messages, shows how far it is, and can be cancelled', async () => {
    const { page, bridge } = await look()
    bridge.answers.moveMessages = () => operation()
    bridge.answers.cancelOperation = () => null
    await page.getByRole('button', { name: 'Move…' }).click()
    await page.getByLabel('To the queue').fill('slow')
    await page.getByLabel('Task name').fill('shop.*')
    await page.getByLabel('Older than, in minutes').fill('soon')
    await page.getByText('An age is a number of minutes above 0.').waitFor()
    await page.getByLabel('Older than, in minutes').fill('2')
    await page.locator('warren-messages-move').getByRole('button', { name: 'Move…' }).click()
    await page.locator('warren-messages-move').waitFor({ state: 'detached' })
    const { target, filter } = bridge.paramsOf('moveMessages')[0] ?? {}
    assert.deepEqual({ target, filter }, { target: 'slow', filter: { name: 'shop.*', olderThan: 120 } })
    bridge.script.operations = [operation({ done: 1_200, seen: 1_400, rate: 850.4 })]
    bridge.refresh()
    await page.getByText('1,200 of 10,412, 1,400 looked at, 850 a second').waitFor()
    await page.getByRole('button', { name: /^Cancel: Moving/ }).click()
    await until(() => bridge.paramsOf('cancelOperation').length === 1)
    bridge.script.operations = [
      operation({
        state: 'cancelled',
        done: 1_300,
        endedAt: nowSeconds() + 1,
        report: 'Moved 1,300 messages, then it was cancelled.',
      }),
    ]
    bridge.refresh()
    await page.getByText('Moved 1,300 messages, then it was cancelled.').first().waitFor()
    await page.getByText('changed since by Warren').waitFor()
    await page.getByRole('button', { name: 'Put this report away' }).click()
    await page.locator('.report').waitFor({ state: 'detached' })
  })

  test('dead letters go back to where they died', async () => {
    const { page, bridge } = await look({ peek: peekOf([deadLetter(1), deadLetter(2)]) })
    bridge.answers.returnDeadLetters = () => operation({ what: 'return' })
    await row(page, 1).click()
    await page.getByRole('button', { name: 'Return to Origin…' }).click()
    await page.getByLabel('The selected message').check()
    await page.getByRole('button', { name: 'Return…', exact: true }).click()
    await until(() => bridge.paramsOf('returnDeadLetters').length === 1)
    assert.deepEqual(bridge.paramsOf('returnDeadLetters')[0]?.['messages'], [{ mark: 'mark-00000002', position: 2 }])
  })

  test('editing sends only what was changed', async () => {
    const { page, bridge } = await look()
    bridge.answers.requeueMessage = () => operation({ what: 'requeue', state: 'done', done: 1, endedAt: nowSeconds() })
    await row(page, 1).click()
    await page.getByRole('button', { name: 'Edit and Requeue…' }).click()
    await page
      .locator('warren-messages-requeue')
      .getByLabel('Keyword arguments')
      .fill('{"full": true, "n": 98765432109876543210}')
    await page.getByRole('button', { name: 'Requeue…', exact: true }).click()
    await row(page, 1).getByText('No longer in the queue').waitFor({ state: 'attached' })
    const { key, ...rest } = bridge.paramsOf('requeueMessage')[0] ?? {}
    assert.match(String(key), /.{8}/)
    assert.deepEqual(rest, {
      ...{ connection: 'local', virtualHost: 'shop', queue: 'mail' },
      message: { mark: 'mark-00000002', position: 2 },
      kwargs: '{"full": true, "n": 98765432109876543210}',
    })
  })

  test('purging takes the queue’s name where the bridge wants it typed', async () => {
    const { page, bridge } = await look()
    bridge.answers.purgeQueue = ({ nonce }) => {
      if (nonce === undefined) throw new RequestError('confirmation_needed', 'Really?', { ...asked, typed: 'mail' })
      return { purged: 10_412 }
    }
    await page.getByRole('button', { name: 'Purge Queue…' }).click()
    const yes = page.getByRole('button', { name: 'Do It' })
    assert.equal(await yes.getAttribute('aria-disabled'), 'true')
    await page.keyboard.type('mall')
    await page.keyboard.press('Enter')
    await page.getByLabel('Type mail to confirm').fill('mail')
    await yes.click()
    await page.getByText('Purged 10,412 messages from mail.').waitFor()
    assert.deepEqual(
      bridge.paramsOf('purgeQueue').map(({ nonce, typed }) => [nonce, typed]),
      [
        [undefined, undefined],
        ['n', 'mail'],
      ],
    )
    assert.equal(await page.locator('.row.gone').count(), 50)
  })

  test('publishing sends what was written; a refusal stays in the dialog', async () => {
    const { page, bridge } = await open()
    bridge.answers.publishMessage = ({ body }) => {
      if (body === '') throw new RequestError('unroutable', 'There is no queue mail any more.')
      return null
    }
    await page.getByRole('button', { name: 'Publish…' }).click()
    const publish = page.locator('warren-messages-publish').getByRole('button', { name: 'Publish' })
    await publish.click()
    await page.getByText('There is no queue mail any more.').waitFor()
    await page.getByLabel('Body', { exact: true }).fill('{"a": 1}')
    await page.getByText('This is JSON.').waitFor()
    await publish.click()
    await page.getByText('Published a message to mail.').waitFor()
  })

  test('on a read-only connection there are no actions, but the reason', async () => {
    const { page } = await look({ connection: { readOnly: true } })
    await page.getByText('This connection is read-only: Warren changes nothing on its broker.').waitFor()
    for (const name of ['Purge Queue…', 'Publish…', 'Move…', 'Delete…', 'Return to Origin…', 'Edit and Requeue…'])
      assert.equal(await page.getByRole('button', { name }).count(), 0, name)
  })
})
