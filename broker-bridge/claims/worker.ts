import { parentPort, workerData } from 'node:worker_threads'
import { toProblem } from '../history/opening.ts'
import { leaseTime } from './claim.ts'
import { ClaimFile } from './claimFile.ts'
import type { ClaimPlace, ClaimRequest } from './messages.ts'
import { claimKind } from './schema.ts'

/** The thread that owns this bridge's end of the shared file. It answers one request after the other. */
const file = new ClaimFile(workerData as ClaimPlace)
let renewal: NodeJS.Timeout | undefined

parentPort?.on('message', (request: ClaimRequest) => {
  parentPort?.postMessage(answer(request))
  if (request.call === 'close') parentPort?.close()
})

function answer(request: ClaimRequest) {
  try {
    return { id: request.id, result: perform(request) }
  } catch (error) {
    const { message, lasting } = toProblem(error, claimKind.name)
    return { id: request.id, problem: message, lasting }
  }
}

function perform({ call, params }: ClaimRequest) {
  switch (call) {
    case 'look':
      return file.look(params)
    case 'take':
      renewal ??= setInterval(renew, leaseTime / 3)
      return file.take(params)
    case 'begin':
      renewal ??= setInterval(renew, leaseTime / 3)
      return file.begin(params)
    case 'settle':
      return file.settle(params)
    case 'release':
      return file.release(params)
    case 'close':
      stop()
      file.close()
      return null
  }
}

/** As long as this bridge has something in hand, the others are told that it runs. */
function renew(): void {
  try {
    if (!file.renew()) stop()
  } catch {
    // The next request meets the same problem, and says so.
  }
}

function stop(): void {
  clearInterval(renewal)
  renewal = undefined
}
