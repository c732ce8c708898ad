import type { FailureCount, Question, RetryManyPlan, RetryOutcome, RetryPlan } from '../protocol/index.ts'
import { doubts } from './retryDoubts.ts'

const namesTold = 5

/** What is shown before tasks are sent. */
export interface Asked {
  readonly plan: RetryManyPlan
  readonly ready: readonly RetryPlan[]
  /** Of these, tasks that had succeeded. */
  readonly succeeded: number
  readonly rate: number
  readonly carryCanvas: boolean
  /** `virtual host “/” of amqp://user@host:5672/`. */
  readonly where: string
}

/** Object, count and place of a bulk retry. */
export function retryQuestion({ plan, ready, succeeded, rate, carryCanvas, where }: Asked): Question {
  const count = plan.ready
  return {
    question: `Run ${tasks(count)} again?`,
    detail: [
      `${namesOf(plan.names)}: each goes under a new id to ${queuesOf(plan.queues)} in ${where}, with the arguments it had. At most ${rate} a second, so for about ${durationOf(count / rate)}; it can be cancelled.`,
      ...(succeeded > 0
        ? [`${tasks(succeeded)} of them had succeeded: what ${succeeded === 1 ? 'it' : 'they'} did is done again.`]
        : []),
      ...doubts(ready),
      ...(plan.withCanvas > 0
        ? [
            `What was to follow ${tasks(plan.withCanvas)} (callbacks, a chain or a chord) ${carryCanvas ? 'is carried along' : 'is not carried along'}.`,
          ]
        : []),
      ...leftOut(plan),
      'No task is sent twice by this. Should the broker go away in the middle, Warren stops and reports which were sent, which were not, and which one nobody can know of.',
    ].join('\n\n'),
    action: 'Retry',
    count,
  }
}

/** Why nothing can be sent. */
export function refusalOf({ edit, blocked, heaps }: RetryManyPlan): string {
  const [first] = heaps
  if (!first) return 'Nothing was sent: no task matches that has failed. Choose other states to retry tasks that ended otherwise.'
  const counts = [
    ...(edit > 0 ? [`${tasks(edit)} must be completed one by one`] : []),
    ...(blocked > 0 ? [`${tasks(blocked)} cannot be sent`] : []),
  ]
  return `Nothing was sent: ${counts.join(', ')}. Most of all: ${first.reason}`
}

function leftOut({ edit, blocked, beyond }: RetryManyPlan): string[] {
  return [
    ...(edit + blocked > 0
      ? [
          `Left out: ${[...(edit > 0 ? [`${tasks(edit)} to be completed first`] : []), ...(blocked > 0 ? [`${tasks(blocked)} that cannot be sent now`] : [])].join(', ')}.`,
        ]
      : []),
    ...(beyond > 0 ? [`${tasks(beyond)} more match and would have to be retried after these.`] : []),
  ]
}

/** What was done and what was not, in whole sentences. */
export function reportWords(counts: Readonly<Record<RetryOutcome, number>>, stopped: string | null, cancelled: boolean): string {
  const { retried, failed, uncertain, skipped, unsent } = counts
  return [
    ...(stopped === null ? [] : [stopped]),
    ...(cancelled ? ['Stopped as asked.'] : []),
    `Sent ${tasks(retried)} again.`,
    ...(uncertain > 0
      ? [
          `Of ${tasks(uncertain)} nobody knows whether the broker took ${uncertain === 1 ? 'it' : 'them'}: ${uncertain === 1 ? 'it' : 'they'} may run or not.`,
        ]
      : []),
    ...(failed > 0 ? [`${sentenceStart(failed)} refused.`] : []),
    ...(skipped > 0 ? [`${sentenceStart(skipped)} left out, because something had changed meanwhile.`] : []),
    ...(unsent > 0 ? [`${sentenceStart(unsent)} not sent.`] : []),
  ].join(' ')
}

/** Counts by name, the most frequent first. */
export function countNames(names: readonly (string | null)[]): FailureCount[] {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name ?? '', (counts.get(name ?? '') ?? 0) + 1)
  return [...counts].map(([name, count]) => ({ name, count })).sort((one, other) => other.count - one.count)
}

function namesOf(names: readonly FailureCount[]): string {
  const told = names.slice(0, namesTold).map(({ name, count }) => (count === 1 ? name : `${name} (${count})`))
  return `${told.join(', ')}${names.length > namesTold ? ' and others' : ''}`
}

function queuesOf(queues: readonly FailureCount[]): string {
  const told = queues.slice(0, namesTold).map(({ name }) => `“${name}”`)
  const more = queues.length > namesTold ? ' and others' : ''
  return `${queues.length === 1 ? 'the queue' : 'its queue'} ${queues.length === 1 ? '' : '('}${told.join(', ')}${more}${queues.length === 1 ? '' : ')'}`
}

export function tasks(count: number): string {
  return count === 1 ? '1 task' : `${count.toLocaleString('en-US')} tasks`
}

function sentenceStart(count: number): string {
  return count === 1 ? '1 task was' : `${count.toLocaleString('en-US')} tasks were`
}

function durationOf(seconds: number): string {
  if (seconds < 2) return 'a second'
  if (seconds < 120) return `${Math.ceil(seconds)} seconds`
  return seconds < 7_200 ? `${Math.ceil(seconds / 60)} minutes` : `${Math.ceil(seconds / 3_600)} hours`
}
