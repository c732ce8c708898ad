import { exportFileName } from '../../broker-bridge/protocol/index.ts'
import type { ExportParams } from '../../broker-bridge/protocol/index.ts'
import type { Session } from './session.ts'

/** How long the browser may take to begin to save what it was handed, in milliseconds. */
const handover = 60_000

/**
 * Asks for a file and hands it to the browser to be saved. The secret goes in a header: an address would be kept in histories.
 * @throws Error with a sentence for the user
 */
export async function downloadTasks(session: Session, params: ExportParams, signal: AbortSignal): Promise<void> {
  const answer = await session.post('api/export', JSON.stringify(params), signal)
  if (!answer.ok) throw new Error((await answer.text()) || `The bridge refused the export (${answer.status}).`)
  const url = URL.createObjectURL(await answer.blob())
  const link = document.createElement('a')
  link.href = url
  link.download = exportFileName(params.format, Date.now() / 1000)
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), handover)
}
