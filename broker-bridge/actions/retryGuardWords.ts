import type { Standing } from '../claims/messages.ts'
import type { TaskState } from '../protocol/index.ts'

/** `14:03 CET`: the bridge's zone need not be the one of who reads it. */
function timeOf(at: number): string {
  return new Date(at * 1_000).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' })
}

function whoOf({ here }: Standing): string {
  return here ? 'Another retry of this window' : 'Another window of Warren'
}

/** Why a task is left alone, for a dry run and for a report. */
export function claimReason(standing: Standing): string {
  const { state, at } = standing
  if (state === 'underway') return `${whoOf(standing)} is running it again.`
  if (state === 'sent')
    return `${whoOf(standing)} ran it again at ${timeOf(at)}, and its new run is not known here. Retry it by itself if you want it once more.`
  return `${whoOf(standing)} began to send it again at ${timeOf(at)}, and it may have arrived. Retry it by itself once you know.`
}

/** As `claimReason`, by task. The tasks of one retry are one reason, with the time of the last of them: not one for every minute. */
export function claimReasons(standings: ReadonlyMap<string, Standing>): Map<string, string> {
  const last = new Map<string, number>()
  for (const { operation, at } of standings.values()) last.set(operation, Math.max(at, last.get(operation) ?? at))
  return new Map(
    [...standings].map(([id, standing]) => [id, claimReason({ ...standing, at: last.get(standing.operation) ?? standing.at })]),
  )
}

/** Why a single retry is refused. */
export function claimRefusal(standing: Standing): string {
  if (standing.state === 'underway') return `${whoOf(standing)} is running this task again. Nothing was sent; look again.`
  return `${whoOf(standing)} has just run this task again. Nothing was sent; retry it again if you want it once more.`
}

/** What a user is to know before a task is sent once more. @param state of the new run, where it is known */
export function claimDoubt({ state, at, newId }: Standing, newState: TaskState | null): string {
  const time = timeOf(at)
  if (state === 'uncertain')
    return `Another window of Warren began to send this task again at ${time}, and nobody knows whether it arrived: this may run it twice.`
  const run = newId === null ? '' : ` as ${newId}${newState === null ? '' : ` (${newState})`}`
  return `Another window of Warren ran this task again at ${time}${run}: this runs it once more.`
}
