import * as vscode from 'vscode'
import type { Mark } from '../broker-bridge/protocol/index.ts'
import { DisposableStore } from './lifecycle.ts'
import { commitMarks } from './marks.ts'
import type { Commit } from './marks.ts'

/** The little that is used of the API of VS Code's own git extension, version 1. */
interface Repository {
  readonly state: { readonly onDidChange: vscode.Event<void> }
  log(options: { readonly maxEntries: number }): Promise<readonly Commit[]>
}
interface GitApi {
  readonly repositories: readonly Repository[]
  readonly onDidOpenRepository: vscode.Event<Repository>
}
interface GitExtension {
  readonly enabled: boolean
  getAPI(version: 1): GitApi
}

const [mostRepositories, mostCommits] = [5, 100]
/** Milliseconds after a change of a repository: a rebase changes it many times. */
const pause = 1_000

/** The commits of the workspace's repositories, while somebody looks at a chart. Warren starts no git: VS Code's extension reads them. */
export class CommitMarks implements vscode.Disposable {
  readonly #send: (marks: Mark[]) => void
  readonly #onError: (error: unknown) => void
  #watched: DisposableStore | undefined

  constructor(send: (marks: Mark[]) => void, onError: (error: unknown) => void) {
    this.#send = send
    this.#onError = onError
  }

  /** @param since epoch seconds; null: nobody looks any more */
  watch(since: number | null): void {
    this.dispose()
    if (since === null) return
    const watched = (this.#watched = new DisposableStore())
    this.#follow(since, watched).catch(this.#onError)
  }

  dispose(): void {
    this.#watched?.dispose()
    this.#watched = undefined
  }

  async #follow(since: number, watched: DisposableStore): Promise<void> {
    const git = await gitApi()
    if (!git || watched !== this.#watched) return
    let timer: NodeJS.Timeout | undefined
    const soon = (): void => {
      clearTimeout(timer)
      timer = setTimeout(() => void this.#read(git, since, watched).catch(this.#onError), pause)
    }
    watched.add({ dispose: () => clearTimeout(timer) })
    for (const repository of git.repositories.slice(0, mostRepositories)) watched.add(repository.state.onDidChange(soon))
    watched.add(
      git.onDidOpenRepository((repository) => {
        watched.add(repository.state.onDidChange(soon))
        soon()
      }),
    )
    await this.#read(git, since, watched)
  }

  async #read(git: GitApi, since: number, watched: DisposableStore): Promise<void> {
    const asked = git.repositories.slice(0, mostRepositories)
    // A repository without a commit refuses; the others are shown.
    const logs = await Promise.allSettled(asked.map((repository) => repository.log({ maxEntries: mostCommits })))
    if (watched !== this.#watched) return
    this.#send(
      commitMarks(
        logs.flatMap((log) => (log.status === 'fulfilled' ? log.value : [])),
        since,
      ),
    )
  }
}

/** Undefined where git is turned off, or not there. */
async function gitApi(): Promise<GitApi | undefined> {
  const extension = vscode.extensions.getExtension<GitExtension>('vscode.git')
  const git = await extension?.activate()
  return git?.enabled === true ? git.getAPI(1) : undefined
}
