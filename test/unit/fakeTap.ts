import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { PayloadRecording } from '../../broker-bridge/payloads/payloadRecording.ts'
import { TracingNotes } from '../../broker-bridge/payloads/tracingNotes.ts'
import type { RequestError } from '../../broker-bridge/protocol/index.ts'
import type { Tap, TapListener, TracingState } from '../../broker-bridge/sources/payloadTap.ts'

/** A broker that only has its flag. */
export class FakeTap {
  readonly refusal = null
  readonly place = 'virtual host “/”'
  tracing = false
  startedAt: number | null = null
  broken: RequestError | null = null
  readonly done: string[] = []
  listener: TapListener | undefined

  look(): Promise<TracingState> {
    return this.broken ? Promise.reject(this.broken) : Promise.resolve({ tracing: this.tracing, startedAt: this.startedAt })
  }

  set(tracing: boolean): Promise<void> {
    if (this.broken) return Promise.reject(this.broken)
    this.done.push(tracing ? 'on' : 'off')
    this.tracing = tracing
    return Promise.resolve()
  }

  open(_except: readonly string[], listener: TapListener): Promise<Tap> {
    this.done.push('read')
    this.listener = listener
    return Promise.resolve({ refresh: () => Promise.resolve(), close: () => (this.done.push('close'), Promise.resolve()) })
  }

  dropCopies(mark: string): Promise<void> {
    if (this.broken) return Promise.reject(this.broken)
    this.done.push(`drop ${mark}`)
    return Promise.resolve()
  }

  handOver(): unknown {
    return {}
  }

  read(): Readonly<Record<string, unknown>> {
    return {}
  }
}

/** Whose notes they are. */
export const about = (broker: string) => ({ broker, place: 'virtual host “/”', connection: 'c' })

/** What is kept at most, more than any test needs. */
export const wide = { messages: 1_000, megabytes: 10, hours: 24 }
export const terms = { bounds: wide, resume: false }

/** A recording at the hundredth second, with its notes below `folder`, and what its guard was told. */
export function recordingOn(folder: string, tap: FakeTap, place: string = randomUUID(), forbidden: string | null = null) {
  const notes = new TracingNotes(join(folder, 'recording'), about(place))
  const guarded: string[] = []
  const guard = () => (
    guarded.push('begun'),
    { release: () => guarded.push('released'), takeOver: () => guarded.push('takes over') }
  )
  const host = { forbidden, except: [], guard, take: () => undefined, overflowed: () => undefined, changed: () => undefined }
  return { notes, place, guarded, recording: new PayloadRecording(tap, notes, host, () => 100) }
}
