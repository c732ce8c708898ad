import * as vscode from 'vscode'
import type { FailureGroup, FailureMark, FailurePicture } from '../../broker-bridge/protocol/index.ts'
import { countText, pickText } from '../shownText.ts'
import { failureTitle } from '../views/failureNodes.ts'
import type { Execute, Warren } from '../warren.ts'
import { requireConnection } from './chooseConnection.ts'
import { selectedTargets } from './selected.ts'

/** Looked at and left as it is: neither counted as new nor told about any more. */
export const markFailureKnown: Execute = (warren, argument, selected) => mark(warren, [argument, selected], 'known')
/** Out of the way until it fails again. */
export const markFailureResolved: Execute = (warren, argument, selected) => mark(warren, [argument, selected], 'resolved')
/** Back to what nobody has decided about, and counted again. */
export const markFailureNew: Execute = (warren, argument, selected) => mark(warren, [argument, selected], 'new')

type Named = Pick<FailureGroup, 'connection' | 'fingerprint'>

async function mark(warren: Warren, [argument, selected]: readonly [unknown, unknown], wanted: FailureMark): Promise<void> {
  const lines = selectedTargets('failure', argument, selected)
  await markGroups(warren, lines.length > 0 ? lines : await groupsToMark(warren, wanted), wanted)
}

/** @throws RequestError with the bridge's refusal */
export async function markGroups(
  { bridge }: Pick<Warren, 'bridge'>,
  groups: readonly Named[],
  wanted: FailureMark,
): Promise<void> {
  for (const connection of new Set(groups.map((group) => group.connection))) {
    const fingerprints = groups.filter((group) => group.connection === connection).map(({ fingerprint }) => fingerprint)
    const { client } = await bridge.session()
    await client.request('markFailures', { connection, fingerprints, mark: wanted })
  }
}

const titles: Readonly<Record<FailureMark, string>> = {
  new: 'Mark Failure as New',
  known: 'Mark Failure as Known',
  resolved: 'Mark Failure as Resolved',
}

interface GroupItem extends vscode.QuickPickItem {
  readonly group: FailureGroup
}

function groupsToMark(warren: Warren, wanted: FailureMark): Promise<readonly Named[]> {
  const none = `There is no failure to be marked as ${wanted}.`
  return chooseGroups(warren, { title: titles[wanted], none, suits: (group) => group.mark !== wanted })
}

/** Lets the user pick groups of failures among those that suit. */
export async function chooseGroups(
  warren: Warren,
  choice: { readonly title: string; readonly none: string; readonly suits: (group: FailureGroup) => boolean },
): Promise<readonly Named[]> {
  if (!(await requireConnection(warren))) return []
  const { groups } = await newestPicture(warren)
  const items = groups.filter(choice.suits).map(groupItem)
  if (items.length === 0) {
    void vscode.window.showInformationMessage(choice.none)
    return []
  }
  const chosen = await vscode.window.showQuickPick(items, {
    title: choice.title,
    placeHolder: 'Which failures?',
    canPickMany: true,
    matchOnDetail: true,
  })
  return chosen?.map(({ group }) => group) ?? []
}

function groupItem(group: FailureGroup): GroupItem {
  return {
    label: pickText(failureTitle(group)),
    description: `${group.cameBack ? 'came back' : group.mark} · ${countText(group.count, 'failure')}`,
    detail: pickText([group.exception, ...group.names.slice(0, 3).map(({ name }) => name)].join('   ')),
    group,
  }
}

const asking = 'marking failures'
const patience = 5_000

/** The failures as they are now, whether or not somebody watches them. */
async function newestPicture({ bridge, replica }: Warren): Promise<FailurePicture> {
  await bridge.session()
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      watched.dispose()
      replica.want(asking, [])
      resolve(replica.pictures.failures ?? { groups: [], total: 0, letGo: 0 })
    }
    const timer = setTimeout(end, patience)
    const watched = replica.onDidChange((topic) => topic === 'failures' && end())
    replica.want(asking, ['failures'])
  })
}
