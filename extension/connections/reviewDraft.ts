import * as vscode from 'vscode'
import { pickText } from '../shownText.ts'
import { draftLines, exchangesOf, withAddress, withEnvironment, withFile, withManagement, withResultBackend } from './draft.ts'
import type { Draft, DraftMember } from './draft.ts'
import { withExchanges } from './otherAddress.ts'
import {
  askAddress,
  askEnvironment,
  askExchanges,
  askFile,
  askManagement,
  askName,
  askPassphrase,
  askReadOnly,
  askResultBackend,
} from './questions.ts'

interface ReviewItem extends vscode.QuickPickItem {
  readonly member?: DraftMember
}

/**
 * Shows what is about to be saved. Enter goes on at once; every line can be changed first.
 * @param action label of the line that goes on
 * @returns undefined when the user gave up
 */
export async function reviewDraft(draft: Draft, action: string): Promise<Draft | undefined> {
  let current = draft
  for (;;) {
    const picked = await vscode.window.showQuickPick(items(current, action), {
      title: `${action}: ${pickText(current.plain.name)}`,
      placeHolder: `Press Enter to ${action.toLowerCase()}, or pick a line to change it`,
      ignoreFocusOut: true,
    })
    if (!picked) return undefined
    if (picked.member === undefined) return current
    current = (await change(current, picked.member)) ?? current
  }
}

function items(draft: Draft, action: string): ReviewItem[] {
  return [
    { label: `$(check) ${action}`, description: pickText(draft.plain.address) },
    { label: 'Settings of this connection', kind: vscode.QuickPickItemKind.Separator },
    ...draftLines(draft).map(({ member, label, value, icon }) => ({
      label: `$(${icon}) ${label}`,
      description: pickText(value),
      member,
    })),
  ]
}

/** The draft with one member changed; undefined when the user left it. */
async function change(draft: Draft, member: DraftMember): Promise<Draft | undefined> {
  switch (member) {
    case 'name': {
      const name = await askName(draft.plain.name)
      return name === undefined ? undefined : { ...draft, plain: { ...draft.plain, name: name.trim() } }
    }
    case 'address': {
      const address = await askAddress(draft.plain.address.replaceAll(':***@', '@'))
      return address === undefined ? undefined : withAddress(draft, address)
    }
    case 'management': {
      const management = await askManagement(draft.secret.management ?? '')
      return management === undefined ? undefined : withManagement(draft, management === '' ? null : management)
    }
    case 'resultBackend': {
      const database = await askResultBackend(
        draft.secret.resultBackend ?? draft.plain.resultBackend?.replace('://***@', '://') ?? '',
      )
      return database === undefined ? undefined : withResultBackend(draft, database)
    }
    case 'exchanges': {
      const names = await askExchanges(exchangesOf(draft.secret.address))
      return names && withAddress(draft, withExchanges(draft.secret.address, names))
    }
    case 'environment': {
      const environment = await askEnvironment()
      return environment && withEnvironment(draft, environment)
    }
    case 'readOnly': {
      const readOnly = await askReadOnly()
      return readOnly === undefined ? undefined : { ...draft, plain: { ...draft.plain, readOnly } }
    }
    case 'ca':
    case 'cert':
    case 'key':
      return changeFile(draft, member)
  }
}

const fileNames = { ca: 'Certificate Authority', cert: 'Client Certificate', key: 'Client Key' } as const

async function changeFile(draft: Draft, member: 'ca' | 'cert' | 'key'): Promise<Draft | undefined> {
  const path = await askFile(fileNames[member], draft.plain.files[member])
  if (path === undefined) return undefined
  const changed = withFile(draft, member, path)
  if (member !== 'key') return changed
  const passphrase = path === null ? null : await askPassphrase(path)
  return passphrase === undefined ? undefined : { ...changed, secret: { ...changed.secret, passphrase } }
}
