import type { WorkerRow } from '../../broker-bridge/protocol/index.ts'
import type { Warren } from '../warren.ts'

const asking = 'choosing workers'
const patience = 5_000

/** The workers as they are now, whether or not somebody watches them. */
export async function newestWorkers({ bridge, replica }: Warren): Promise<readonly WorkerRow[]> {
  await bridge.session()
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      watched.dispose()
      replica.want(asking, [])
      resolve(replica.pictures.workers)
    }
    const timer = setTimeout(end, patience)
    const watched = replica.onDidChange((topic) => topic === 'workers' && end())
    replica.want(asking, ['workers'])
  })
}
