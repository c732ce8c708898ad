import type {
  Activity,
  Client,
  ConnectionInfo,
  ConnectionTimelines,
  FailurePicture,
  Mark,
  Operation,
  Statistics,
  WorkerRow,
} from '../../broker-bridge/protocol/index.ts'
import { oncePerFrame } from './oncePerFrame.ts'

/** The latest picture of all that the bridge tells unasked and VS Code tells of itself. Fires `change`, once per frame at most. */
export class Pictures extends EventTarget {
  connections: readonly ConnectionInfo[] = []
  activity: Activity | null = null
  workers: readonly WorkerRow[] | null = null
  failures: FailurePicture | null = null
  timelines: readonly ConnectionTimelines[] = []
  statistics: Statistics | null = null
  /** Deploys that scripts told of, and in VS Code the commits of the workspace. */
  marks: readonly Mark[] = []
  commits: readonly Mark[] = []
  operations: readonly Operation[] = []
  /** What workers that VS Code started logged of the chosen task. */
  logLines: readonly string[] = []

  protected readonly changed = oncePerFrame(() => this.dispatchEvent(new Event('change')))

  takeLog(logLines: readonly string[]): void {
    this.logLines = logLines
    this.changed()
  }

  takeCommits(commits: readonly Mark[]): void {
    this.commits = commits
    this.changed()
  }

  connectionOf(id: string): ConnectionInfo | undefined {
    return this.connections.find((connection) => connection.id === id)
  }

  protected listen(client: Client): void {
    const topics = ['connections', 'activity', 'workers', 'failures', 'timelines', 'statistics', 'marks', 'operations'] as const
    for (const topic of topics)
      client.on(topic, (picture) => {
        Object.assign(this, { [topic]: picture })
        this.changed()
      })
  }
}
