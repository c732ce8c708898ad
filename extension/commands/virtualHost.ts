import { randomUUID } from 'node:crypto'
import * as v from 'valibot'
import * as vscode from 'vscode'
import { withExchanges, withVirtualHost } from '../connections/otherAddress.ts'
import { pickText } from '../shownText.ts'
import type { Execute } from '../warren.ts'
import { chooseConnection } from './chooseConnection.ts'

/** Connects to another virtual host of the same broker, as the same user. */
export const connectVirtualHost: Execute = async (warren, argument) => {
  const title = 'Connect to Another Virtual Host'
  const id = await chooseConnection(warren, argument, title)
  const saved = id === undefined ? undefined : warren.book.saved.find(id)
  const secret = saved && (await warren.book.saved.secret(saved.id))
  if (!saved || !secret) return
  const { client } = await warren.bridge.session()
  const { others } = await client.request('listVirtualHosts', { connection: saved.id })
  if (others.length === 0)
    return void vscode.window.showInformationMessage('This user may see no other virtual host of the broker.')
  const items = others.map((host) => ({ label: pickText(host), host }))
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: 'Which virtual host?' })
  if (!picked) return
  const address = withVirtualHost(secret.address, picked.host)
  await warren.book.add(
    { ...saved, id: randomUUID(), name: `${saved.name} ${picked.host}`.slice(0, 200), address, keepEventsOn: false },
    { ...secret, address },
  )
}

/** Connects anew with the names of exchanges under which workers were found. */
export const useFoundExchanges: Execute = async (warren, argument) => {
  const named = v.safeParse(v.object({ connection: v.string() }), argument)
  const id = named.success ? named.output.connection : await chooseConnection(warren, argument, 'Use Found Exchanges')
  const saved = id === undefined ? undefined : warren.book.saved.find(id)
  const secret = saved && (await warren.book.saved.secret(saved.id))
  if (!saved || !secret) return
  const names = warren.book.info(saved.id)?.otherNames
  if (!names)
    return void vscode.window.showInformationMessage(
      'No exchanges under other names were found: events come, or no worker has one.',
    )
  const address = withExchanges(secret.address, names)
  await warren.book.saved.save({ ...saved, address }, { ...secret, address })
  await warren.book.open(saved.id)
}
