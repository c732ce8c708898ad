import { readFile, stat } from 'node:fs/promises'
import type { TlsMaterial } from '../../broker-bridge/protocol/index.ts'
import type { SavedConnection } from './savedConnections.ts'

const largestFile = 1_000_000
const names = { ca: 'certificate authority', cert: 'client certificate', key: 'client key' } as const

/**
 * Reads the certificate files of a connection. Only the text goes to the bridge, which opens no file that a client names.
 * @returns undefined when the connection uses none
 * @throws Error with a sentence naming the file that cannot be read
 */
export async function readTlsFiles(files: SavedConnection['files'], passphrase: string | null): Promise<TlsMaterial | undefined> {
  const [ca, cert, key] = await Promise.all([readPem(files.ca, 'ca'), readPem(files.cert, 'cert'), readPem(files.key, 'key')])
  if (ca === undefined && cert === undefined && key === undefined) return undefined
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === null ? {} : { passphrase }),
  }
}

async function readPem(path: string | null, kind: keyof typeof names): Promise<string | undefined> {
  if (path === null) return undefined
  const name = `The ${names[kind]} file ${path}`
  const size = await stat(path).then(
    (found) => (found.isFile() ? found.size : -1),
    () => -1,
  )
  if (size < 0) throw new Error(`${name} cannot be read. Choose it again with Edit Connection.`)
  if (size > largestFile) throw new Error(`${name} is too large for a certificate.`)
  const text = await readFile(path, 'utf8')
  if (!text.includes('-----BEGIN ')) throw new Error(`${name} is not in PEM form.`)
  return text
}

/** True when a PEM key is locked with a passphrase. */
export function isEncryptedKey(pem: string): boolean {
  return /-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type:\s*4,ENCRYPTED/.test(pem)
}
