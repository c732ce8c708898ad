import { connectionOf } from './chooseConnection.ts'
import { connectFlow } from '../connections/connectFlow.ts'
import type { Execute } from '../warren.ts'

/** Connects: the saved connection a tree's line names, or whatever the user picks or enters. */
export const connect: Execute = async (warren, argument) => {
  const id = connectionOf(argument)
  if (id !== undefined) return warren.book.open(id)
  await connectFlow(warren.book)
}
