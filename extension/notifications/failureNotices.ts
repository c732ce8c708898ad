import type { FailureGroup, FailurePicture } from '../../broker-bridge/protocol/index.ts'
import { messageText } from '../shownText.ts'
import { failureTitle } from '../views/failureNodes.ts'

/** What the user wants to be told of. */
export interface NoticeRules {
  /** `new`: groups that were not there or came back; `all`: every failure but those of groups marked as known. */
  readonly failures: 'off' | 'new' | 'all'
  /** Names of tasks, `*` for any characters, whose failures are not told. */
  readonly mutedTasks: readonly string[]
}

/** One notification about one or several groups, the newest first. */
export interface FailureNotice {
  readonly message: string
  readonly groups: readonly FailureGroup[]
}

interface News {
  readonly group: FailureGroup
  readonly again: boolean
}

/** Seconds between two notifications. */
const interval = 30
const rememberLimit = 5_000

/** What is remembered of a group. */
type Seen = Pick<FailureGroup, 'count' | 'mark' | 'lastHeard'>

/** Decides what to notify about: pure, so that time comes in. What comes too soon waits and is told together. */
export class FailureNotices {
  readonly #since: number
  readonly #seen = new Map<string, Seen>()
  readonly #waiting = new Map<string, News>()
  #toldAt = Number.NEGATIVE_INFINITY

  /** @param since epoch seconds; what last failed before is no news */
  constructor(since: number) {
    this.#since = since
  }

  /** Takes in a picture. */
  take(picture: FailurePicture, rules: NoticeRules): void {
    for (const group of picture.groups) {
      const key = `${group.connection}\n${group.fingerprint}`
      const before = this.#seen.get(key)
      this.#remember(key, group)
      if (group.mark !== 'new' || rules.failures === 'off') this.#waiting.delete(key)
      else if (this.#isNews(group, before, rules)) this.#waiting.set(key, { group, again: this.#isAgain(key, group, before) })
    }
  }

  /** Seconds until something is to be told; undefined while there is nothing. */
  due(now: number): number | undefined {
    return this.#waiting.size === 0 ? undefined : Math.max(0, this.#toldAt + interval - now)
  }

  /** What is to be told now, or undefined where nothing is due. */
  next(now: number): FailureNotice | undefined {
    if (this.due(now) !== 0) return undefined
    const news = [...this.#waiting.values()].sort((one, other) => other.group.lastSeen - one.group.lastSeen)
    this.#waiting.clear()
    this.#toldAt = now
    return { message: messageOf(news), groups: news.map(({ group }) => group) }
  }

  #isNews(group: FailureGroup, before: Seen | undefined, rules: NoticeRules): boolean {
    if ((group.lastHeard ?? group.lastSeen) < this.#since || isMuted(group, rules.mutedTasks)) return false
    // What is replayed from a recording changes the group, and is no news.
    if (before?.lastHeard !== undefined && before.lastHeard === group.lastHeard) return false
    if (before === undefined || (group.cameBack && before.mark !== 'new')) return true
    return rules.failures === 'all' && group.count > before.count
  }

  /** Whether it failed before, and was told of or could have been. */
  #isAgain(key: string, { cameBack }: FailureGroup, before: Pick<FailureGroup, 'count' | 'mark'> | undefined): boolean {
    const waiting = this.#waiting.get(key)
    return waiting ? waiting.again : before !== undefined && !cameBack
  }

  #remember(key: string, { count, mark, lastHeard }: FailureGroup): void {
    if (this.#seen.size >= rememberLimit && !this.#seen.has(key)) this.#seen.clear()
    this.#seen.set(key, { count, mark, lastHeard })
  }
}

/** A group is muted when all tasks it is known to affect are. */
function isMuted({ names, otherNames }: FailureGroup, muted: readonly string[]): boolean {
  const patterns = muted.map((name) => new RegExp(`^${name.split('*').map(escaped).join('.*')}$`))
  return otherNames === 0 && names.length > 0 && names.every(({ name }) => patterns.some((pattern) => pattern.test(name)))
}

function escaped(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
}

function messageOf(news: readonly News[]): string {
  const [newest] = news
  if (!newest) return ''
  const { group, again } = newest
  const [affected] = group.names
  const task = affected && affected.name !== '' ? `, task ${affected.name}` : ''
  const told = `${failureTitle(group)}${task}`
  const several = news.some((each) => each.again) ? `Failures in ${news.length} groups` : `${news.length} new groups of failures`
  if (news.length > 1) return messageText(`${several}, newest: ${told}`, 300)
  return messageText(`${group.cameBack ? 'A failure came back' : again ? 'Failed again' : 'New failure'}: ${told}`, 300)
}
