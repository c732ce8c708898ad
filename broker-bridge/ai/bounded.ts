import { masked } from '../export/masking.ts'
import { toolAnswerLimit, visibleText } from '../protocol/index.ts'

interface Limits {
  /** UTF-16 units of one text. */
  readonly text: number
  /** Items of one list, and members of one object. */
  readonly items: number
}

/** From generous to narrow: the first whose result fits is taken. */
const steps: readonly Limits[] = [
  { text: 4_000, items: 400 },
  { text: 1_000, items: 200 },
  { text: 400, items: 100 },
  { text: 150, items: 40 },
  { text: 80, items: 12 },
]
const deepest = 8

/**
 * Makes an answer fit for a language model: without secrets, every character visible, nothing that a chat would draw as a link or a
 * picture, and no longer than `toolAnswerLimit`. What was cut says so. Never throws.
 */
export function bounded(value: object): unknown {
  const safe = masked(value)
  for (const limits of steps) {
    const fitted = fit(safe, limits, 0)
    if (JSON.stringify(fitted).length <= toolAnswerLimit) return fitted
  }
  return { problem: 'The answer is too long, even shortened. Ask for fewer rows, or for one of them.' }
}

function fit(value: unknown, limits: Limits, depth: number): unknown {
  if (typeof value === 'string') return plain(value, limits.text)
  if (typeof value !== 'object' || value === null) return value
  if (depth === deepest) return '… (nested too deeply to be shown)'
  if (Array.isArray(value)) return fitList(value, limits, depth)
  const members = Object.entries(value).slice(0, limits.items)
  return Object.fromEntries(members.map(([name, member]) => [plain(name, 200), fit(member, limits, depth + 1)]))
}

function fitList(list: readonly unknown[], limits: Limits, depth: number): unknown[] {
  const shown = list.slice(0, limits.items).map((item) => fit(item, limits, depth + 1))
  return list.length > shown.length ? [...shown, `… and ${list.length - shown.length} more, left out here`] : shown
}

/** `[text](address)` and `![…](…)` are drawn by chats as links and pictures, whose addresses would be asked for. */
function plain(text: string, limit: number): string {
  const cut = text.length > limit ? `${text.slice(0, limit)}… (${text.length} characters in all)` : text
  return visibleText(cut)
    .replace(/\](?=\()/g, '] ')
    .replace(/<(?=(?:a|img|svg|iframe|script|https?:)\b)/gi, '< ')
}
