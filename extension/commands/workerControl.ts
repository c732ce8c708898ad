import * as vscode from 'vscode'
import { answeredText } from '../../broker-bridge/protocol/index.ts'
import type { ControlAnswers, ControlCommand, WorkerRow } from '../../broker-bridge/protocol/index.ts'
import { messageText, pickText } from '../shownText.ts'
import { TreeLine } from '../views/treeLines.ts'
import type { Execute, Warren } from '../warren.ts'
import { chooseConnection } from './chooseConnection.ts'
import { chooseQueue } from './chooseQueue.ts'
import { newestWorkers } from './workerRows.ts'
import { perform } from './perform.ts'

/** Workers of one connection. */
export interface Chosen {
  readonly connection: string
  readonly workers: readonly string[]
}

/** Asks what a command needs beyond its workers; undefined when the user gave up. */
type Complete = (chosen: Chosen, warren: Warren) => Promise<ControlCommand | undefined> | ControlCommand

export const growPool = telling('Grow Pool', async () => withNumber('pool_grow', 'Grow Pool', 'By how many processes?'))
export const shrinkPool = telling('Shrink Pool', async () => withNumber('pool_shrink', 'Shrink Pool', 'By how many processes?'))
export const setAutoscale = telling('Set Autoscale', async () => {
  const min = await askProcesses('Set Autoscale', 'At least how many processes?')
  const max = min === undefined ? undefined : await askProcesses('Set Autoscale', 'At most how many processes?')
  return min === undefined || max === undefined ? undefined : { command: 'autoscale', min, max }
})
export const turnOffEvents = telling('Turn Off Task Events', () => ({ command: 'disable_events' }))
export const askForHeartbeat = telling('Ask for a Heartbeat', () => ({ command: 'heartbeat' }))
export const restartPool = telling('Restart Pool', () => ({ command: 'pool_restart' }))
export const shutDownWorker = telling('Shut Down Worker', () => ({ command: 'shutdown' }))
export const addConsumer = telling('Add Consumer', async () => {
  const queue = await ask('Add Consumer', 'Which queue should they take tasks from?', '')
  return queue === undefined ? undefined : { command: 'add_consumer', queue }
})
export const cancelConsumer = telling('Cancel Consumer', async ({ connection, workers }, warren) => {
  const rows = (await newestWorkers(warren)).filter((row) => row.connection === connection && workers.includes(row.name))
  const queues = [...new Set(rows.flatMap((row) => row.queues))].sort()
  const queue = await chooseQueue({ title: 'Cancel Consumer', queues, default: null })
  return queue === undefined ? undefined : { command: 'cancel_consumer', queue }
})
export const setRateLimit = telling('Set Rate Limit', async ({ connection }, warren) => {
  const task = await chooseName(warren, connection, 'Set Rate Limit')
  const rate =
    task === undefined ? undefined : await ask('Set Rate Limit', 'How often? 10/s, 10/m or 10/h; 0 for no limit.', '10/m')
  return task === undefined || rate === undefined ? undefined : { command: 'rate_limit', task, rate }
})
export const setTimeLimit = telling('Set Time Limit', async ({ connection }, warren) => {
  const task = await chooseName(warren, connection, 'Set Time Limit')
  if (task === undefined) return undefined
  const soft = await ask('Set Time Limit', 'Soft limit in seconds; nothing for none.', '', isSeconds)
  const hard =
    soft === undefined ? undefined : await ask('Set Time Limit', 'Hard limit in seconds; nothing for none.', '', isSeconds)
  if (soft === undefined || hard === undefined) return undefined
  return { command: 'time_limit', task, soft: soft === '' ? null : Number(soft), hard: hard === '' ? null : Number(hard) }
})

function telling(title: string, complete: Complete): Execute {
  return async (warren, argument) => {
    const chosen = await chooseWorkers(warren, argument, title)
    const control = chosen && (await complete(chosen, warren))
    if (!control) return
    const told = await perform(warren, 'controlWorkers', { ...chosen, workers: [...chosen.workers], control })
    if (told) tellOutcome(title, told)
  }
}

/** The tree's worker, or those the user picks among the ones online. */
export async function chooseWorkers(warren: Warren, argument: unknown, title: string): Promise<Chosen | undefined> {
  const target = argument instanceof TreeLine ? argument.target : undefined
  if (target?.kind === 'worker') return { connection: target.connection, workers: [target.worker] }
  const connection = await chooseConnection(warren, argument, title)
  if (connection === undefined) return undefined
  const online = (await newestWorkers(warren)).filter((row) => row.connection === connection && row.online)
  if (online.length === 0) return void vscode.window.showInformationMessage('No worker is online.')
  const options = { title, placeHolder: 'Which workers?', canPickMany: true } as const
  const picked = await vscode.window.showQuickPick(online.map(workerItem), options)
  return picked && picked.length > 0 ? { connection, workers: picked.map(({ worker }) => worker) } : undefined
}

function workerItem({ name, pool, concurrency, queues }: WorkerRow) {
  const size = [pool, concurrency === null ? null : `× ${concurrency}`].filter((part) => part !== null).join(' ')
  return { label: pickText(name), description: pickText(size), detail: pickText(queues.join(', ')), worker: name }
}

async function chooseName(warren: Warren, connection: string, title: string): Promise<string | undefined> {
  const { client } = await warren.bridge.session()
  const { tasks } = await client.request('listRegisteredTasks', { connection })
  const items = tasks.map(({ name }) => ({ label: pickText(name), name }))
  return (await vscode.window.showQuickPick(items, { title, placeHolder: 'Which task?' }))?.name
}

async function withNumber(
  command: 'pool_grow' | 'pool_shrink',
  title: string,
  prompt: string,
): Promise<ControlCommand | undefined> {
  const n = await askProcesses(title, prompt)
  return n === undefined ? undefined : { command, n }
}

async function askProcesses(title: string, prompt: string): Promise<number | undefined> {
  const text = await ask(title, prompt, '1', (value) => (/^[1-9]\d{0,2}$/.test(value) ? null : 'A whole number from 1 to 999.'))
  return text === undefined ? undefined : Number(text)
}

function ask(
  title: string,
  prompt: string,
  value: string,
  problem: (text: string) => string | null = (text) => (text === '' ? 'Something is missing here.' : null),
): Thenable<string | undefined> {
  const validateInput = (text: string): string | null => problem(text.trim())
  // Without it the second of two boxes would go when the focus comes back late from the first.
  const ignoreFocusOut = true
  return vscode.window.showInputBox({ title, prompt, value, validateInput, ignoreFocusOut }).then((text) => text?.trim())
}

function isSeconds(text: string): string | null {
  return text === '' || Number(text) > 0 ? null : 'A number of seconds, or nothing.'
}

function tellOutcome(title: string, { answers, silent }: ControlAnswers): void {
  const refused = answers.filter(({ ok }) => !ok)
  const said = answers.slice(0, 5).map(({ worker, text }) => `${worker}: ${text}`)
  // A notification shows one line: of one worker its own words are what matters.
  const alone = answers.length === 1 && silent.length === 0
  const text = messageText(`${title}: ${alone ? '' : `${answeredText(answers.length, silent)} `}${said.join('. ')}`)
  if (refused.length > 0 || silent.length > 0) void vscode.window.showWarningMessage(text)
  else void vscode.window.showInformationMessage(text)
}
