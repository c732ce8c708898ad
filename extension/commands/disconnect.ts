import { chooseConnection } from './chooseConnection.ts'
import type { Execute } from '../warren.ts'

/** Ends a connection in this workspace; it stays saved. */
export const disconnect: Execute = async (warren, argument) => {
  const id = await chooseConnection(warren, argument, 'Disconnect')
  if (id !== undefined) await warren.book.close(id)
}
