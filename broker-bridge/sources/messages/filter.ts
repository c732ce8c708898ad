import type { MessageFilter, WaitingMessage } from '../../protocol/index.ts'

/** @param now epoch seconds */
export function matcherOf(filter: MessageFilter, now: number): (message: WaitingMessage) => boolean {
  const { name, text, olderThan } = filter
  const named = name === undefined ? null : pattern(name)
  return (message) =>
    (named === null || (message.name !== null && named.test(message.name))) &&
    (text === undefined || holds(message, text)) &&
    (olderThan === undefined || (message.at !== null && now - message.at > olderThan))
}

export function isFiltered({ name, text, olderThan }: MessageFilter): boolean {
  return name !== undefined || text !== undefined || olderThan !== undefined
}

/** In words, for questions and reports: ` named reports.*, with “42” in them`. */
export function filterWords({ name, text, olderThan }: MessageFilter): string {
  const words = [
    ...(name === undefined ? [] : [`named ${name}`]),
    ...(text === undefined ? [] : [`with “${text}” in their arguments`]),
    ...(olderThan === undefined ? [] : [`older than ${olderThan} s`]),
  ]
  return words.length === 0 ? '' : ` ${words.join(', ')}`
}

/** `*` stands for anything; each star may match once over, without trying again and again. */
function pattern(name: string): RegExp {
  const parts = name.split(/\*+/).map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^${parts.join('[^]*?')}$`)
}

function holds({ args, kwargs, body }: WaitingMessage, text: string): boolean {
  return args === null && kwargs === null ? body.includes(text) : [args, kwargs].some((part) => part?.includes(text))
}
