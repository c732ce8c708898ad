import { randomUUID } from 'node:crypto'
import * as vscode from 'vscode'
import { pickText } from '../shownText.ts'
import { connectionState } from '../views/connectionState.ts'
import { addressProblem, isLocal, localAddress, redactAddress } from './address.ts'
import type { ConnectionBook } from './connectionBook.ts'
import { draftOf } from './draft.ts'
import type { Draft } from './draft.ts'
import { askAddress, completeAddress } from './questions.ts'
import { reviewDraft } from './reviewDraft.ts'
import { findWorkspaceAddresses } from './workspaceAddresses.ts'
import type { WorkspaceAddress } from './workspaceAddresses.ts'

/** What the first list offers. Nothing is connected to before it was picked. */
interface Offer extends vscode.QuickPickItem {
  readonly address?: string
  readonly saved?: string
}

/** Asks which broker to connect to, shows what will be saved, saves it and connects. */
export async function connectFlow(book: ConnectionBook): Promise<void> {
  const offer = await pickOffer(book, await findWorkspaceAddresses())
  if (!offer) return
  if (offer.saved !== undefined) return book.open(offer.saved)
  const address = offer.address === undefined ? await askAddress() : await completeAddress(offer.address)
  if (address === undefined) return
  const draft = await reviewDraft(draftOf(randomUUID(), address), 'Connect')
  if (draft) await book.add(draft.plain, draft.secret)
}

/** Changes a saved connection; one in use is connected anew. */
export async function editFlow(book: ConnectionBook, id: string): Promise<void> {
  const plain = book.saved.find(id)
  if (!plain) return
  const secret = (await book.saved.secret(id)) ?? { address: plain.address, management: plain.management, passphrase: null }
  const draft: Draft | undefined = await reviewDraft({ plain, secret }, 'Save')
  if (!draft) return
  await book.saved.save(draft.plain, draft.secret)
  if (book.activeEntries().some((entry) => entry.saved.id === id)) await book.open(id)
}

const remove: vscode.QuickInputButton = { iconPath: new vscode.ThemeIcon('trash'), tooltip: 'Remove Connection' }

function pickOffer(book: ConnectionBook, found: readonly WorkspaceAddress[]): Promise<Offer | undefined> {
  const pick = vscode.window.createQuickPick<Offer>()
  pick.title = 'Connect to Broker'
  pick.placeholder = 'Pick a broker, or type an address'
  pick.matchOnDescription = true
  const offer = (): void => {
    pick.items = offers(book, found, pick.value.trim())
  }
  offer()
  return new Promise((resolve) => {
    pick.onDidChangeValue(offer)
    pick.onDidTriggerItemButton(({ item }) => {
      if (item.saved !== undefined) void book.remove(item.saved).then(offer)
    })
    pick.onDidAccept(() => {
      resolve(pick.selectedItems[0])
      pick.hide()
    })
    pick.onDidHide(() => {
      resolve(undefined)
      pick.dispose()
    })
    pick.show()
  })
}

function offers(book: ConnectionBook, found: readonly WorkspaceAddress[], typed: string): Offer[] {
  const saved = savedOffers(book)
  return [
    ...typedOffers(typed),
    ...(found.length > 0 ? [separator('Found in this workspace'), ...found.map(foundOffer)] : []),
    ...(saved.length > 0 ? [separator('Saved connections'), ...saved] : []),
    separator('Other'),
    ...(saved.some(({ description }) => description === redactAddress(localAddress)) ? [] : [localOffer]),
    { label: '$(edit) Enter an address…', alwaysShow: true },
  ]
}

const localOffer: Offer = {
  label: '$(vm) RabbitMQ on this machine',
  description: redactAddress(localAddress),
  address: localAddress,
}

/** An address typed or pasted into the list itself is as good as one entered in its own box. */
function typedOffers(typed: string): Offer[] {
  if (!typed.includes('://') || addressProblem(typed) !== undefined) return []
  return [{ label: `$(plug) Connect to ${pickText(redactAddress(typed))}`, address: typed, alwaysShow: true }]
}

function foundOffer({ address, variable, file }: WorkspaceAddress): Offer {
  const place = `${pickText(variable)} in ${pickText(file)}`
  return {
    label: `$(file-code) ${pickText(redactAddress(address))}`,
    description: isLocal(address) ? place : `${place}, not on this machine`,
    address,
  }
}

function savedOffers(book: ConnectionBook): Offer[] {
  return book.entries().map((entry) => ({
    label: `$(database) ${pickText(entry.saved.name)}`,
    description: pickText(entry.saved.address),
    detail: entry.active ? connectionState(entry).title : '',
    saved: entry.saved.id,
    buttons: [remove],
  }))
}

function separator(label: string): Offer {
  return { label, kind: vscode.QuickPickItemKind.Separator }
}
