import * as vscode from 'vscode'
import { answeredText, inspections, visibleText } from '../../broker-bridge/protocol/index.ts'
import type { Inspection, WorkerReports } from '../../broker-bridge/protocol/index.ts'
import type { Execute } from '../warren.ts'
import { chooseWorkers } from './workerControl.ts'

const words: Readonly<Record<Inspection, string>> = {
  stats: 'Statistics: pool, processes, broker, resources',
  conf: 'Settings, secrets masked',
  active: 'Tasks that run',
  reserved: 'Tasks it holds that wait for a free process',
  scheduled: 'Tasks with an ETA',
  revoked: 'Ids of revoked tasks',
  registered: 'Tasks it can run',
  active_queues: 'Queues it consumes',
  report: 'Report: versions and settings',
  clock: 'Logical clock',
  ping: 'Whether it answers',
  memsample: 'Memory, where psutil is installed',
}

/** Asks workers something and shows their answers as a document. */
export const inspectWorker: Execute = async (warren, argument) => {
  const chosen = await chooseWorkers(warren, argument, 'Inspect Worker')
  if (!chosen) return
  const items = inspections.map((question) => ({ label: words[question], description: question, question }))
  const picked = await vscode.window.showQuickPick(items, { title: 'Inspect Worker', placeHolder: 'What do you want to know?' })
  if (!picked) return
  const { client } = await warren.bridge.session()
  const told = await client.request('inspectWorkers', {
    connection: chosen.connection,
    workers: [...chosen.workers],
    question: picked.question,
  })
  const document = await vscode.workspace.openTextDocument({ language: 'jsonc', content: contentOf(told) })
  await vscode.window.showTextDocument(document, { preview: true })
}

function contentOf({ question, reports, silent }: WorkerReports): string {
  const members = reports.map(({ worker, problem, payload }) => [worker, problem === null ? payload : { error: problem }])
  const [only] = reports
  if (reports.length === 1 && typeof only?.payload === 'string' && only.payload.includes('\n'))
    return visibleText(`// ${question}: ${only.worker}\n${only.payload}\n`, 200_000)
  const head = `// ${question}: ${answeredText(reports.length, silent)}`
  return visibleText(`${head}\n${JSON.stringify(Object.fromEntries(members), null, 2)}\n`, 2_000_000)
}
