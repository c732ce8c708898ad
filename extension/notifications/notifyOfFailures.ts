import * as vscode from 'vscode'
import { markGroups } from '../commands/markFailure.ts'
import { settingIds, settingsSection } from '../contributions.ts'
import { DisposableStore } from '../lifecycle.ts'
import type { Disposable } from '../lifecycle.ts'
import type { Warren } from '../warren.ts'
import { FailureNotices } from './failureNotices.ts'
import type { FailureNotice, NoticeRules } from './failureNotices.ts'

const viewer = 'notifications'
const seconds = (): number => Date.now() / 1000

/** Tells of failures as the settings want it; asks the bridge for nothing while they want nothing. */
export function notifyOfFailures(
  warren: Pick<Warren, 'replica' | 'bridge' | 'trees'>,
  onError: (error: unknown) => void,
): Disposable {
  const { replica } = warren
  const store = new DisposableStore()
  const notices = new FailureNotices(seconds())
  let rules = readRules()
  let timer: NodeJS.Timeout | undefined
  const tell = (): void => {
    timer = undefined
    const notice = notices.next(seconds())
    if (notice) show(warren, notice).catch(onError)
    plan()
  }
  const plan = (): void => {
    const due = notices.due(seconds())
    if (due !== undefined) timer ??= setTimeout(tell, due * 1_000)
  }
  const want = (): void => replica.want(viewer, rules.failures === 'off' ? [] : ['failures'])
  store.defer(() => clearTimeout(timer))
  store.add(
    replica.onDidChange((topic) => {
      const { failures } = replica.pictures
      if (topic !== 'failures' || !failures) return
      notices.take(failures, rules)
      plan()
    }),
  )
  store.add(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (!change.affectsConfiguration(settingsSection)) return
      rules = readRules()
      want()
    }),
  )
  want()
  return store
}

async function show(warren: Pick<Warren, 'bridge' | 'trees'>, { message, groups }: FailureNotice): Promise<void> {
  const [newest] = groups
  const mute = groups.length === 1 ? 'Mute This Group' : 'Mute These Groups'
  const chosen = await vscode.window.showWarningMessage(message, 'Show', mute)
  if (chosen === 'Show' && newest) await warren.trees.showFailure(newest)
  // Who knows of a group is not told of it any more.
  if (chosen === mute) await markGroups(warren, groups, 'known')
}

/** What somebody wrote into the settings may be anything. */
function readRules(): NoticeRules {
  const settings = vscode.workspace.getConfiguration()
  const failures = settings.get<unknown>(settingIds.notificationsFailures)
  const muted = settings.get<unknown>(settingIds.notificationsMutedTasks)
  return {
    failures: failures === 'new' || failures === 'all' ? failures : 'off',
    mutedTasks: Array.isArray(muted) ? muted.filter((name) => typeof name === 'string') : [],
  }
}
