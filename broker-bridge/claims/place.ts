import { chmodSync, lstatSync, mkdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The file that all bridges of this user on this machine share, wherever each keeps its history, and whether it keeps one: windows of
 * different editors and monitors in terminals retry the same tasks. What is in it matters for an hour at most, so it lies where the
 * system keeps things for the time of a session, or among temporary files.
 */
export function claimFile(env: Environment): string {
  const uid = process.getuid?.()
  const session = uid === undefined ? undefined : sessionFolder(env, uid)
  if (session !== undefined) return join(session, 'warren', 'retries.db')
  return join(tmpdir(), uid === undefined ? 'warren' : `warren-${uid}`, 'retries.db')
}

/** The folder that the XDG specification names, and where systemd makes it for those who were not told: a bridge over SSH, say. */
function sessionFolder(env: Environment, uid: number): string | undefined {
  const usual = `/run/user/${uid}`
  const named = env['XDG_RUNTIME_DIR'] ?? ''
  // A packaged editor is given a folder of its own below the usual one, where nobody else looks.
  const candidates = named.startsWith(`${usual}/`) || !isAbsolute(named) ? [usual] : [named, usual]
  return candidates.find((folder) => isOwn(folder, uid))
}

/** Programs that were started as somebody else inherit the folder of who started them. */
function isOwn(folder: string, uid: number): boolean {
  try {
    const found = statSync(folder)
    return found.isDirectory() && found.uid === uid
  } catch {
    return false
  }
}

/** Makes the folder of a file, for its user alone. @throws Error where it is somebody else's: the name could be guessed */
export function makePrivateFolder(file: string): void {
  const folder = dirname(file)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const uid = process.getuid?.()
  if (uid === undefined) return
  const found = lstatSync(folder)
  if (!found.isDirectory() || found.uid !== uid) throw new Error(`${folder} does not belong to its user`)
  if ((found.mode & 0o077) !== 0) chmodSync(folder, 0o700)
}
