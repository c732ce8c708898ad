import { exportFileName } from '../../broker-bridge/protocol/index.ts'
import type { ExportParams } from '../../broker-bridge/protocol/index.ts'
import type { Session } from './session.ts'

/** How long the browser may take to begin to save what it was handed, in milliseconds. */
const handover = 60_000

/** Hands a text to the browser to be saved. */
export function saveText(name: string, text: string): void {
  save(name, new Blob([text], { type: 'application/json' }))
}

function save(name: string, content: Blob): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), handover)
}

/**
 * Asks for a file and hands it to the browser to be saved. The secret goes in a header: an address would be kept in histories.
 * @throws Error with a sentence for the user
 */
export async function downloadTasks(session: Session, params: ExportParams, signal: AbortSignal): Promise<void> {
  const answer = await session.post('api/export', JSON.stringify(params), signal)
  if (!answer.ok) throw new Error((await answer.text()) || `The bridge refused the export (${answer.status}).`)
  save(exportFileName(params.format, Date.now() / 1000), await answer.blob())
}
