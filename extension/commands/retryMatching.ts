import { randomUUID } from 'node:crypto'
import * as vscode from 'vscode'
import { confirmed, RequestError, retryGroupLimit } from '../../broker-bridge/protocol/index.ts'
import type { Operation, PlanRetryManyParams, RetryManyPlan } from '../../broker-bridge/protocol/index.ts'
import { messageText } from '../shownText.ts'
import type { Execute, Warren } from '../warren.ts'
import { chooseConnection } from './chooseConnection.ts'
import { chooseGroups } from './markFailure.ts'
import { watchOperation } from './moveMessagesProgress.ts'
import { confirms } from './perform.ts'
import { carryChoices, rateProblem, readRate, planText } from './retryMatchingText.ts'
import { filterOfNames, oneConnection, selectedTargets } from './selected.ts'

const title = 'Retry Matching Tasks'

/** Runs again what a query, the lines of failures or the names of tasks stand for. */
export const retryMatching: Execute = async (warren, argument, selected) => {
  const wish = wishOf(argument, selected) ?? (await chooseWish(warren))
  if (wish) await retryMany(warren, wish)
}

/** Runs many tasks again: a dry run, what is carried along, the rate, the bridge's question, the progress and a report. */
export async function retryMany(warren: Warren, wish: PlanRetryManyParams): Promise<void> {
  // One press is one operation, however often the request has to be sent.
  const key = randomUUID()
  const plan = await dryRun(warren, wish)
  if (!(await agreesToPlan(plan))) return
  const carryCanvas = await askCarry(plan)
  const rate = carryCanvas === undefined ? undefined : await askRate(plan)
  if (carryCanvas === undefined || rate === undefined) return
  const { client } = await warren.bridge.session()
  const operation = await confirmed(client, 'retryMany', { ...wish, rate, carryCanvas, key }, confirms)
  if (operation) await follow(warren, operation)
}

async function dryRun({ bridge }: Warren, wish: PlanRetryManyParams): Promise<RetryManyPlan> {
  const { client } = await bridge.session()
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: 'Looking what is known of these tasks; nothing is sent',
  }
  return vscode.window.withProgress(options, () => client.request('planRetryMany', wish, 60_000))
}

async function agreesToPlan(plan: RetryManyPlan): Promise<boolean> {
  const { heading, detail } = planText(plan)
  if (plan.ready === 0) {
    void vscode.window.showInformationMessage(messageText(heading), { modal: true, detail: messageText(detail, 4_000) })
    return false
  }
  const go = 'Choose Rate…'
  return (
    (await vscode.window.showInformationMessage(
      messageText(heading),
      { modal: true, detail: messageText(detail, 4_000) },
      go,
    )) === go
  )
}

/** Whether what was to follow the tasks follows their new runs; undefined when the user gave up. */
async function askCarry(plan: RetryManyPlan): Promise<boolean | undefined> {
  if (plan.withCanvas === 0) return false
  const placeHolder = 'Should what was to follow these tasks follow their new runs?'
  return (await vscode.window.showQuickPick(carryChoices(plan), { title, placeHolder, ignoreFocusOut: true }))?.carry
}

async function askRate({ ready }: RetryManyPlan): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({
    title,
    prompt: `Tasks a second, at most, for ${ready === 1 ? '1 task' : `${ready} tasks`}`,
    value: '10',
    ignoreFocusOut: true,
    validateInput: rateProblem,
  })
  return text === undefined ? undefined : (readRate(text) ?? undefined)
}

async function follow(warren: Warren, operation: Operation): Promise<void> {
  const lost =
    'Warren’s bridge ended before the retry did. The tasks that were sent are in their queues; the others were not sent.'
  const ended = await watchOperation(warren, operation, lost)
  const { client } = await warren.bridge.session()
  const report = await client.request('getRetryReport', { operation: operation.id })
  const [show, open] = ['Show New Runs', 'Open Report']
  const tell = ended.state === 'failed' ? vscode.window.showErrorMessage : vscode.window.showInformationMessage
  const buttons = [...(report.counts.retried > 0 ? [show] : []), open]
  void tell(messageText(ended.report ?? ended.title, 2_000), ...buttons).then((chosen) => {
    if (chosen === show) warren.feed.showRuns({ connection: report.connection, query: report.query })
    if (chosen === open) void openReport(JSON.stringify(report, null, 2))
  })
}

async function openReport(content: string): Promise<void> {
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: 'json', content }))
}

function wishOf(argument: unknown, selected: unknown): PlanRetryManyParams | undefined {
  const failures = selectedTargets('failure', argument, selected)
  if (failures.length > 0) return byFailures(failures)
  const names = selectedTargets('taskName', argument, selected)
  if (names.length === 0) return undefined
  return { connection: oneConnection(names), target: { by: 'filter', filter: filterOfNames(names.map(({ name }) => name)) } }
}

function byFailures(groups: readonly { readonly connection: string; readonly fingerprint: string }[]): PlanRetryManyParams {
  if (groups.length > retryGroupLimit)
    throw new RequestError('invalid', `Nothing was sent. Select at most ${retryGroupLimit} groups of failures.`)
  const fingerprints = groups.map(({ fingerprint }) => fingerprint)
  return { connection: oneConnection(groups), target: { by: 'failures', fingerprints } }
}

async function chooseWish(warren: Warren): Promise<PlanRetryManyParams | undefined> {
  const connection = await chooseConnection(warren, undefined, title)
  if (connection === undefined) return undefined
  const { shown } = warren.feed
  const items = [
    { label: 'All failed tasks', wish: () => byFilter(connection, {}) },
    // A filter of the history finds other tasks among those in memory, and one of another connection none of this one.
    ...(shown?.source === 'memory' && (shown.filter.connection ?? connection) === connection
      ? [{ label: 'What failed among the tasks that the live feed shows', wish: () => byFilter(connection, shown.filter) }]
      : []),
    { label: 'Failures for the same reason…', wish: () => byGroups(warren, connection) },
    { label: 'What a query finds…', wish: () => byQuery(connection) },
  ]
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: 'Which tasks?' })
  return picked?.wish()
}

function byFilter(connection: string, filter: object): PlanRetryManyParams {
  return { connection, target: { by: 'filter', filter: { ...filter, connection } } }
}

async function byQuery(connection: string): Promise<PlanRetryManyParams | undefined> {
  const query = await vscode.window.showInputBox({
    title,
    prompt: 'A search as in the live feed; of what it finds, the failed tasks are retried',
    placeHolder: 'name:shop.* exception:ConnectionError',
    ignoreFocusOut: true,
  })
  return query === undefined || query.trim() === '' ? undefined : byFilter(connection, { query })
}

async function byGroups(warren: Warren, connection: string): Promise<PlanRetryManyParams | undefined> {
  const groups = await chooseGroups(warren, {
    title,
    none: 'No task has failed on this connection.',
    suits: (group) => group.connection === connection,
  })
  return groups.length === 0 ? undefined : byFailures(groups)
}
