import { visibleLine, visibleText } from '../broker-bridge/protocol/index.ts'

/**
 * Where VS Code gives text a meaning, that meaning is taken away: `$(name)` becomes an icon in quick picks and the status
 * bar, and `[text](command:…)` becomes a link in notifications. Names, arguments and errors come from the broker.
 */

/** For labels, descriptions and details of quick picks and for the status bar. */
export function pickText(text: string, limit = 200): string {
  return visibleLine(text, limit).replace(/\$\(/g, '\\$(')
}

/** For notifications and modal dialogs. */
export function messageText(text: string, limit = 1_000): string {
  return visibleText(text, limit).replace(/\](?=\()/g, '] ')
}

/** Epoch seconds as local clock time, with the date when it is not the day of `now`. */
export function clockText(at: number, now: number): string {
  const time = new Date(at * 1000)
  if (Number.isNaN(time.getTime())) return '–'
  const two = (value: number): string => String(value).padStart(2, '0')
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`
  if (time.toDateString() === new Date(now * 1000).toDateString()) return clock
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${clock}`
}

/** Seconds as `12 ms`, `3.4 s`, `5 min 10 s`, `2 h 5 min`. */
export function durationText(seconds: number): string {
  // As the feed says it: a task that ran took some time.
  if (seconds > 0 && seconds < 0.001) return '<1 ms'
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`
  const whole = Math.round(seconds)
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`
}

/** `1 task`, `2 tasks`. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

/** A count that may be unknown: an unknown number is a dash, never a zero. */
export function knownText(value: number | null): string {
  return value === null ? '–' : String(value)
}
