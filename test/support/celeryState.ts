import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { findPython } from './needs.ts'

/** What Celery's own `celery.events.state` says of one task at the end of a stream. */
export interface CelerySays {
  readonly state: string
  readonly timestamp: number
  readonly worker: string | null
  readonly [field: string]: unknown
}

/** Lets Celery's own state read recorded events (or batches of them), in the order given. By task id. */
export async function celeryState(events: readonly unknown[]): Promise<Record<string, CelerySays>> {
  const program = fileURLToPath(new URL('celeryState.py', import.meta.url))
  const child = spawn((await findPython()) ?? 'python3', [program], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(events.map((event) => JSON.stringify(event)).join('\n'))
  return JSON.parse(await text(child.stdout)) as Record<string, CelerySays>
}
