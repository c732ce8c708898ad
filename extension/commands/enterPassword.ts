import { withPassword } from '../connections/address.ts'
import { askPassword } from '../connections/questions.ts'
import { connectionState } from '../views/connectionState.ts'
import type { Execute } from '../warren.ts'
import { chooseConnection } from './chooseConnection.ts'

/** Asks for a connection's password anew, keeps it, and connects. */
export const enterPassword: Execute = async (warren, argument) => {
  const { book } = warren
  const refused = book.activeEntries().filter((entry) => connectionState(entry).kind === 'credentials')
  const only = argument === undefined && refused.length === 1 ? refused[0]?.saved.id : undefined
  const id = only ?? (await chooseConnection(warren, argument, 'Enter Password'))
  const saved = id === undefined ? undefined : book.saved.find(id)
  if (!saved) return
  const password = await askPassword(saved.address)
  if (password === undefined) return
  const secret = await book.saved.secret(saved.id)
  const address = withPassword(secret?.address ?? saved.address, password)
  await book.saved.save(saved, { management: secret?.management ?? null, passphrase: secret?.passphrase ?? null, address })
  await book.open(saved.id)
}
