import { parentPort, workerData } from 'node:worker_threads'
import { toProblem } from '../history/opening.ts'
import type { PayloadPlace, PayloadRequest } from './messages.ts'
import { PayloadFile } from './payloadFile.ts'
import { payloadKind } from './schema.ts'

/** The thread that owns the file of payloads. It answers one request after the other. */
const file = new PayloadFile((workerData as PayloadPlace).file)

parentPort?.on('message', (request: PayloadRequest) => {
  parentPort?.postMessage(answer(request))
  if (request.call === 'close') parentPort?.close()
})

function answer(request: PayloadRequest) {
  try {
    return { id: request.id, result: perform(request) }
  } catch (error) {
    const { message, lasting } = toProblem(error, payloadKind.name)
    return { id: request.id, problem: message, lasting }
  }
}

function perform({ call, params }: PayloadRequest) {
  switch (call) {
    case 'write':
      return file.write(params)
    case 'get':
      return file.get(params)
    case 'forget':
      return file.forget(params)
    case 'close':
      file.close()
      return null
  }
}
