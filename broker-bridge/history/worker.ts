import { parentPort, workerData } from 'node:worker_threads'
import { HistoryFile } from './historyFile.ts'
import type { HistoryAnswer, HistoryPlace, HistoryRequest } from './messages.ts'
import { toProblem } from './opening.ts'

/** The thread that owns the file. It answers one request after the other, and tidies up in between. */
const file = new HistoryFile(workerData as HistoryPlace)
let tidying = false

parentPort?.on('message', (request: HistoryRequest) => {
  parentPort?.postMessage(answer(request))
  if (request.call === 'close') parentPort?.close()
})

function answer(request: HistoryRequest): HistoryAnswer {
  try {
    return { id: request.id, result: perform(request) }
  } catch (error) {
    const { message, lasting } = toProblem(error)
    return { id: request.id, problem: message, lasting }
  }
}

function perform({ call, params }: HistoryRequest) {
  switch (call) {
    case 'open':
      return file.open()
    case 'write':
      return file.write(params)
    case 'read':
      return file.read(params)
    case 'find':
      return file.find(params)
    case 'findWhole':
      return file.findWhole(params)
    case 'get':
      return file.get(params)
    case 'tidy':
      return tidy()
    case 'close':
      tidying = false
      return close()
  }
}

function close(): null {
  file.close()
  return null
}

function tidy() {
  const { more, ...status } = file.tidy()
  if (more && !tidying) {
    tidying = true
    setImmediate(tidyOn)
  }
  return status
}

/** Requests that came meanwhile are answered between two steps. */
function tidyOn(): void {
  try {
    tidying = tidying && file.tidyStep()
  } catch {
    // The next request finds the same problem, and says so.
    tidying = false
  }
  if (tidying) setImmediate(tidyOn)
}
