import { somewhere } from './doors.ts'
import type { Page } from 'playwright-core'
import { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { Confirmation, ConnectionInfo, Peek, PeekPlan } from '../../broker-bridge/protocol/index.ts'
import type { ScriptedBridge } from './scriptedBridge.ts'
import { peekOf, peekPlan, waiting } from './scriptedMessages.ts'
import { connected, shopTask } from './scriptedTasks.ts'
import type { Stage } from './stage.ts'

export const messages = Array.from({ length: 50 }, (_, index) => waiting(index + 1))
export const asked: Confirmation = {
  nonce: 'n',
  question: 'Really?',
  detail: 'It is written.',
  action: 'Do It',
  count: 1,
  place: somewhere,
}

export interface Scene {
  readonly plan?: PeekPlan | RequestError
  readonly peek?: Peek
  readonly connection?: Partial<ConnectionInfo>
}

export interface Opened {
  readonly page: Page
  readonly bridge: ScriptedBridge
}

/** The page at the messages of one queue, before its first look. */
export async function openMessages(
  stage: Stage,
  { plan = peekPlan(), peek = peekOf(messages, { ready: 10_412 }), connection = {} }: Scene = {},
): Promise<Opened> {
  const tasks = [1, 2, 3].map((n) => shopTask(n))
  const bridge = await stage.start({ tasks, connections: [connected(connection)] })
  bridge.answers.planPeek = () => {
    if (plan instanceof RequestError) throw plan
    return plan
  }
  bridge.answers.peekMessages = () => peek
  bridge.answers.listQueueNames = () => ({ queues: ['mail', 'slow'], default: 'mail' })
  bridge.answers.getTask = () => {
    throw new RequestError('not_found', 'Warren does not hold this task.')
  }
  const { page } = await stage.open()
  await page.getByRole('tab', { name: 'Tasks' }).waitFor()
  await page.locator('warren-app').evaluate((app) => {
    const detail = { connection: 'local', virtualHost: 'shop', queue: 'mail' }
    app.dispatchEvent(new CustomEvent('warren-show-messages', { detail }))
  })
  await page.getByRole('heading', { name: 'mail' }).waitFor()
  return { page, bridge }
}

export const lookButton = (page: Page) => page.getByRole('button', { name: 'Look at up to 50 messages' })
export const grid = (page: Page) => page.getByRole('grid', { name: /^Waiting messages/ })
export const row = (page: Page, index: number) => page.locator(`#message-${index}`)
export const pane = (page: Page) => page.locator('warren-message')

/** As `openMessages`, after the first look. */
export async function lookAtMessages(stage: Stage, scene: Scene = {}): Promise<Opened> {
  const opened = await openMessages(stage, scene)
  await lookButton(opened.page).click()
  await grid(opened.page).waitFor()
  return opened
}
