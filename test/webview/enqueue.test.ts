import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Page } from 'playwright-core'
import type { Confirmation, Params } from '../../broker-bridge/protocol/index.ts'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import { somewhere } from '../support/doors.ts'
import { activityOf, connected, shopTasks } from '../support/scriptedTasks.ts'
import type { Script } from '../support/scriptedBridge.ts'
import { Stage } from '../support/stage.ts'
import { until, untilEqual } from '../support/until.ts'

const stage = new Stage({ quiet: true })

async function open(script: Partial<Script> = {}): Promise<Page> {
  const tasks = shopTasks(24)
  await stage.start({ activity: activityOf(tasks, 2), ...script, tasks })
  return (await stage.open()).page
}

describe('enqueue in a browser', () => {
  test('offers registered names and queues, checks JSON, and selects the new task', async () => {
    const page = await open()
    stage.bridge.answers.listRegisteredTasks = () => ({ tasks: [{ name: 'shop.tasks.ping', workers: ['w1', 'w2'] }], silent: [] })
    stage.bridge.answers.listQueueNames = () => ({ queues: ['celery', 'mail'], default: 'celery' })
    stage.bridge.answers.enqueue = () => ({ connection: 'local', id: stage.bridge.script.tasks[5]?.id ?? '', queue: 'celery' })
    await page.getByRole('button', { name: 'Enqueue…' }).click()
    await until(async () => (await page.getByRole('combobox', { name: 'Queue' }).inputValue()) === 'celery')
    await page.getByLabel('Task name').fill('shop.tasks.ping')
    await page.getByText('Known to 2 workers.').waitFor()
    await page.getByRole('textbox', { name: /^Keyword arguments/ }).fill('{"a": ')
    await page.getByText('This is not JSON yet').waitFor()
    await page.getByRole('textbox', { name: /^Keyword arguments/ }).fill('{"a": 9007199254740993}')
    await page.getByRole('button', { name: 'Enqueue', exact: true }).click()
    await page.locator('warren-detail').getByRole('heading', { level: 2 }).waitFor()
    const sent = stage.bridge.requests
      .filter(({ method }) => method === 'enqueue')
      .map(({ params }) => params as Params<'enqueue'>)
    assert.deepEqual(
      sent.map(({ name, kwargs }) => [name, kwargs]),
      [['shop.tasks.ping', '{"a": 9007199254740993}']],
    )
  })

  test('what was sent last fills the form, is given a name, renamed and removed; secrets are not kept', async () => {
    const page = await open()
    stage.bridge.answers.listRegisteredTasks = () => ({ tasks: [], silent: [] })
    stage.bridge.answers.listQueueNames = () => ({ queues: ['celery', 'mail'], default: 'celery' })
    const id = stage.bridge.script.tasks[5]?.id ?? ''
    stage.bridge.answers.enqueue = ({ kwargs, queue = '' }) => ({
      connection: 'local',
      id,
      queue,
      secret: kwargs.includes('hunter2'),
    })
    const [name, args] = [page.getByLabel('Task name'), page.getByRole('textbox', { name: /^Arguments/ })]
    const kwargs = page.getByRole('textbox', { name: /^Keyword arguments/ })
    const kept = page.getByRole('list', { name: 'Saved and sent last' })
    const send = async (task: string, given: string): Promise<void> => {
      await page.getByRole('button', { name: 'Enqueue…' }).click()
      await untilEqual(() => page.getByRole('combobox', { name: 'Queue' }).inputValue(), 'celery')
      await name.fill(task)
      await kwargs.fill(given)
      await page.getByRole('button', { name: 'Enqueue', exact: true }).click()
      await page.getByRole('heading', { name: 'Enqueue Task' }).waitFor({ state: 'detached' })
    }
    await send('shop.mail', '{"to": "a"}')
    await send('shop.login', '{"password": "hunter2"}')
    await page.getByRole('button', { name: 'Enqueue…' }).click()
    await kept.getByRole('button', { name: 'shop.login arguments are not kept → celery' }).waitFor()
    assert.doesNotMatch(await page.evaluate(() => JSON.stringify(localStorage)), /hunter2/)
    await kept.getByRole('button', { name: 'shop.mail [] {"to": "a"} → celery' }).click()
    await untilEqual(
      () => Promise.all([name, args, kwargs].map((field) => field.inputValue())),
      ['shop.mail', '[]', '{"to": "a"}'],
    )
    await kept.getByRole('button', { name: 'Save shop.mail with a name' }).click()
    await page.keyboard.type('to a')
    await page.keyboard.press('Enter')
    await kept.getByRole('button', { name: 'Rename to a' }).click()
    await page.keyboard.type('mail to a')
    await page.keyboard.press('Enter')
    await page.reload()
    await page.getByRole('button', { name: 'Enqueue…' }).click()
    await kept.getByRole('button', { name: /^mail to a shop\.mail/ }).waitFor()
    await page.screenshot({ path: 'test/artefacts/feed-enqueue-kept.png' })
    for (const gone of ['mail to a', 'shop.login', 'shop.mail'])
      await kept.getByRole('button', { name: `Remove ${gone}` }).click()
    await kept.waitFor({ state: 'detached' })
  })
})

describe('in production', () => {
  const production = { ...somewhere, environment: 'production' } as const

  test('the header says so, and a question says where, in words and not by colour alone; the name is typed', async () => {
    const page = await open({ connections: [connected({ name: 'orders', environment: 'production' })] })
    await page.locator('warren-header').getByText('Production', { exact: true }).waitFor()
    stage.bridge.answers.listRegisteredTasks = () => ({ tasks: [], silent: [] })
    stage.bridge.answers.listQueueNames = () => ({ queues: ['celery'], default: 'celery' })
    stage.bridge.answers.enqueue = ({ connection, nonce, queue = '' }) => {
      const question = 'Enqueue shop.pay to “celery” anyway?'
      const asked: Confirmation = {
        nonce: 'n',
        question,
        detail: 'Nobody has it.',
        action: 'Enqueue Anyway',
        count: 1,
        typed: 'orders',
        place: production,
      }
      if (nonce === undefined) throw new RequestError('confirmation_needed', question, asked)
      return { connection, id: 'new', queue }
    }
    await page.getByRole('button', { name: 'Enqueue…' }).click()
    await untilEqual(() => page.getByRole('combobox', { name: 'Queue' }).inputValue(), 'celery')
    await page.getByLabel('Task name').fill('shop.pay')
    await page.getByRole('button', { name: 'Enqueue', exact: true }).click()
    const dialog = page.locator('warren-confirm')
    await dialog.getByText('Production', { exact: true }).waitFor()
    await dialog.getByText(somewhere.address).waitFor()
    await page.screenshot({ path: 'test/artefacts/feed-confirm-production.png' })
    const yes = dialog.getByRole('button', { name: 'Enqueue Anyway' })
    await untilEqual(() => yes.getAttribute('aria-disabled'), 'true')
    await dialog.getByLabel('Type orders to confirm').fill('orders')
    await untilEqual(() => yes.getAttribute('aria-disabled'), 'false')
    await yes.click()
    await until(() =>
      stage.bridge.requests.some(
        ({ method, params }) => method === 'enqueue' && (params as { typed?: string }).typed === 'orders',
      ),
    )
  })
})
