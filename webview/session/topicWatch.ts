import type { Topic } from '../../broker-bridge/protocol/index.ts'
import type { ViewState } from '../feed/viewState.ts'
import type { Session } from './session.ts'

/** Tells the bridge which topics this page looks at, each set of them once. */
export class TopicWatch {
  readonly #session: Session
  #watched = ''

  constructor(session: Session) {
    this.#session = session
  }

  watch(topics: readonly Topic[]): void {
    if (this.#session.link.kind !== 'open' && this.#watched !== '') return
    if (topics.join() === this.#watched) return
    this.#watched = topics.join()
    this.#session.request('watch', { topics: [...topics] }).catch(() => this.forget())
  }

  /** A fresh bridge knows of no topics. */
  forget(): void {
    this.#watched = ''
  }
}

/** What a page shows beside what its view says. */
interface Shown {
  /** Whether an empty list has to say if there are workers at all. */
  readonly empty: boolean
  readonly searching: boolean
  /** Names to complete a search with are still to be told. */
  readonly needsNames: boolean
}

/** What a page that is in sight looks at. */
export function visibleTopics(view: ViewState, { empty, searching, needsNames }: Shown): Topic[] {
  const { tab, chart } = view
  return [
    'connections',
    'activity',
    ...when(tab === 'tasks' && chart !== null, 'timelines'),
    ...when(showsMarks(view), 'marks'),
    ...when(tab === 'statistics', 'statistics'),
    ...when(tab === 'failures', 'failures'),
    ...when(tab === 'queues' || tab === 'tasks' || tab === 'failures', 'operations'),
    ...when(needsNames, 'taskNames'),
    ...when(searching || tab === 'workers' || empty, 'workers'),
  ]
}

/** Whether anything is in sight that deploys and commits stand in. */
export function showsMarks({ tab, chart }: ViewState): boolean {
  return (tab === 'tasks' && chart !== null) || tab === 'statistics'
}

function when(condition: boolean, topic: Topic): Topic[] {
  return condition ? [topic] : []
}
