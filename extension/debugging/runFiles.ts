import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/**
 * The files that say what debugged tasks run with, arguments included. The program deletes its file when it has read it; whatever never
 * comes so far is deleted here.
 */
export class RunFiles {
  readonly #folders = new Set<string>()
  #disposed = false

  /**
   * Writes a file that only this user can read, in a folder that only this user can enter, and starts what reads it.
   * @param start whether it could be started. Where it could not, and where it throws, the file goes at once
   * @throws what `start` throws, and what keeps the file from being written
   */
  async use(text: string, start: (file: string) => Thenable<boolean>): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'warren-debug-'))
    const file = join(folder, 'run.json')
    this.#folders.add(folder)
    let started = false
    try {
      await writeFile(file, text, { mode: 0o600, flag: 'wx' })
      // The window may go meanwhile, and with it whoever would delete the file later.
      started = !this.#disposed && (await start(file))
    } finally {
      if (!started) await this.forget(file)
    }
  }

  /** Deletes one of these files with its folder, and nothing else. @param file whatever names it */
  async forget(file: unknown): Promise<void> {
    const folder = typeof file === 'string' ? dirname(file) : ''
    if (this.#folders.delete(folder)) await rm(folder, { recursive: true, force: true })
  }

  dispose(): void {
    this.#disposed = true
    for (const folder of this.#folders) void rm(folder, { recursive: true, force: true })
  }
}
