import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import type { Peek, PeekPlan, WaitingMessage } from '../../broker-bridge/protocol/index.ts'
import { QueueMessages } from '../../webview/session/messages.ts'
import type { ScriptedBridge } from '../support/scriptedBridge.ts'
import { peekOf, peekPlan, waiting } from '../support/scriptedMessages.ts'
import { connected } from '../support/scriptedTasks.ts'
import { Stage } from '../support/stage.ts'

const stage = new Stage({ quiet: true })

/** The page at a stream, before its first look. */
async function open({ plan }: { readonly plan: PeekPlan }): Promise<{ page: Page; bridge: ScriptedBridge }> {
  const bridge = await stage.start({ connections: [connected()] })
  bridge.answers.planPeek = () => plan
  const { page } = await stage.open()
  await page.getByRole('tab', { name: 'Tasks' }).waitFor()
  await page.locator('warren-app').evaluate((app) => {
    const detail = { connection: 'local', virtualHost: 'shop', queue: 'audit' }
    app.dispatchEvent(new CustomEvent('warren-show-messages', { detail }))
  })
  await page.getByRole('heading', { name: 'audit' }).waitFor()
  return { page, bridge }
}

const sent = (bridge: ScriptedBridge, method: string): Record<string, unknown>[] =>
  bridge.requests.filter((request) => request.method === method).map(({ params }) => params as Record<string, unknown>)

test('a stream is read without any effect, at its beginning or end, beside what is shown, from an offset or a time', async () => {
  const at = (from: number): WaitingMessage[] =>
    Array.from({ length: 50 }, (_, index) => waiting(index + 1, { position: from + index }))
  const plan = peekPlan({ type: 'stream', method: 'read', ready: 0, effects: [] })
  const { page, bridge } = await open({ plan })
  const shows = (offset: unknown): Peek =>
    peekOf(typeof offset === 'object' ? [] : at(typeof offset === 'number' ? offset : 400), { ready: null })
  bridge.answers.peekMessages = ({ offset }) => shows(offset)
  await page.getByText('does nothing to the stream').waitFor()
  const read = async (button: string, shown: string): Promise<void> => {
    await page.getByRole('button', { name: button, exact: true }).click()
    await page.getByText(shown).waitFor()
  }
  await read('Last 50', 'offsets 400 to 449')
  await page.getByText('A stream keeps its messages.').waitFor()
  await read('Later', 'offsets 450 to 499')
  await read('Earlier', 'offsets 400 to 449')
  await page.getByRole('textbox', { name: 'Offset' }).fill('1.5')
  await read('Read', 'An offset is a whole number from 0 on.')
  await page.getByRole('textbox', { name: 'Offset' }).fill('7')
  await read('Read', 'offsets 7 to 56')
  await read('Earlier', 'offsets 0 to 49')
  await page.locator('.head').getByRole('button', { name: 'Look Again' }).click()
  await page.getByRole('combobox', { name: 'Read from' }).selectOption('time')
  await page.getByLabel('Time, in your time zone').fill('2026-11-21T10:00:00')
  await read('Read', 'Nothing was written since 2026-11-21 10:00:00.')
  assert.deepEqual(
    sent(bridge, 'peekMessages').map(({ offset }) => offset),
    ['last', 450, 400, 7, 0, 0, { time: new Date(2026, 10, 21, 10).getTime() / 1_000 }],
  )
  assert.equal(await page.getByRole('button', { name: /Purge|Move|Delete/ }).count(), 0)
})

test('a look that another one overtook is not shown, whatever becomes of it', async () => {
  const answers: { resolve: (peek: Peek) => void; reject: (error: Error) => void }[] = []
  const request = () => new Promise<Peek>((resolve, reject) => answers.push({ resolve, reject }))
  const session = { request } as unknown as ConstructorParameters<typeof QueueMessages>[0]
  const queue = { connection: 'local', virtualHost: 'shop', queue: 'audit' }
  const messages = new QueueMessages(
    session,
    queue,
    () => Promise.resolve(true),
    () => undefined,
  )
  const newest = peekOf([waiting(3)])
  const looks = [messages.look('first'), messages.look('last'), messages.look(7)]
  answers[2]?.resolve(newest)
  await looks[2]
  answers[0]?.resolve(peekOf([waiting(1)]))
  answers[1]?.reject(new Error('too late'))
  await Promise.all(looks)
  assert.deepEqual([messages.stage, messages.peek, messages.place], [{ kind: 'looked', peek: newest }, newest, 7])
})
