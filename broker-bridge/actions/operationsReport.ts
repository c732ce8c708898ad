import type { Transferred } from '../sources/messages/queues.ts'

export interface ReportWords {
  /** `Moved`, `Deleted`, … */
  readonly done: string
  readonly from: string
  /** ` to “b”`, or nothing. */
  readonly to: string
  readonly cancelled: boolean
}

/** What a transfer did and did not, in whole sentences. */
export function reportOf(transferred: Transferred, words: ReportWords): string {
  const { done, left, doubtful, unsure, stopped } = transferred
  return [
    ...(stopped === null ? [] : [stopped]),
    ...(words.cancelled ? ['Stopped as asked.'] : []),
    `${words.done} ${messages(done)} from “${words.from}”${words.to}.`,
    ...(left === 0 ? [] : [`${sentenceStart(left)} left in ${left === 1 ? 'its place' : 'their places'}.`]),
    ...(doubtful === 0
      ? []
      : [
          `${sentenceStart(doubtful)} on the way when it broke off: still in “${words.from}”, and perhaps at the other end as well.`,
        ]),
    ...(unsure ? ['Of the last ones, some may be in the queue again: nobody knows whether the broker heard of them.'] : []),
  ].join(' ')
}

export function messages(count: number): string {
  return count === 1 ? '1 message' : `${count.toLocaleString('en-US')} messages`
}

function sentenceStart(count: number): string {
  return count === 1 ? '1 was' : `${count.toLocaleString('en-US')} were`
}

/** A count as far as a question depends on it: it is asked anew only when it has become another one. */
export function roughly(count: number): string {
  if (count < 20) return messages(count)
  const step = 10 ** (Math.floor(Math.log10(count)) - 1)
  return `about ${(Math.round(count / step) * step).toLocaleString('en-US')} messages`
}
