import { readFileSync, statSync } from 'node:fs'
import { parseAddress } from './protocol/address.ts'
import type { AddressTls } from './protocol/addressQuery.ts'
import type { TlsMaterial } from './protocol/index.ts'
import type { Options } from './options.ts'
import { Secret } from './redact.ts'

/** What the files named on the command line, or in the broker's address there, hold. */
export interface OptionFiles {
  /** The broker's address; null only with `--stdio`. */
  readonly broker: Secret | null
  readonly tls: TlsMaterial | null
  readonly warnings: readonly string[]
}

/** Reads the files that the options name. What cannot be read is one sentence; the program ends with code 2. */
export function readOptionFiles(options: Options): OptionFiles | { readonly problem: string } {
  try {
    const broker = options.brokerFile === null ? options.broker : brokerFile(options.brokerFile)
    const address = broker === null ? null : parseAddress(broker.reveal())
    if (address !== null && 'problem' in address) throw new FileProblem(`${options.brokerFrom}: ${address.problem}`)
    const warnings = [...(options.brokerFile === null ? [] : openToOthers(options.brokerFile)), ...(address?.options.notes ?? [])]
    return { broker, tls: readTls(options, address?.options.tls), warnings }
  } catch (error) {
    if (error instanceof FileProblem) return { problem: error.message }
    throw error
  }
}

class FileProblem extends Error {}

function brokerFile(path: string): Secret {
  const line = read(path, '--broker-file')
    .split('\n')
    .map((text) => text.trim())
    .find((text) => text !== '' && !text.startsWith('#'))
  if (line === undefined) throw new FileProblem('--broker-file: the file holds no address; write amqp://… on its first line.')
  return new Secret(line)
}

function openToOthers(path: string): string[] {
  // Windows has no such bits: there the mode says 0666 for every file.
  const open = process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0
  return open ? ['The file of --broker-file can be read by other users of this machine; chmod 600 keeps it to you.'] : []
}

function readTls(options: Options, address: AddressTls | undefined): TlsMaterial | null {
  const ca = readPem(options.ca ?? address?.caFile, '--ca')
  const cert = readPem(options.cert ?? address?.certFile, '--cert')
  const key = readPem(options.key ?? address?.keyFile, '--key')
  if ((cert === undefined) !== (key === undefined)) throw new FileProblem('A client certificate needs both --cert and --key.')
  const tls: TlsMaterial = { ...(ca === undefined ? {} : { ca }), ...(cert === undefined ? {} : { cert, key }) }
  return Object.keys(tls).length === 0 ? null : tls
}

function readPem(path: string | null | undefined, option: string): string | undefined {
  if (path === null || path === undefined) return undefined
  const text = read(path, option)
  if (!text.includes('-----BEGIN ')) throw new FileProblem(`${option}: the file ${path} is not PEM; it has no "-----BEGIN" line.`)
  return text
}

const largestFile = 1_000_000

function read(path: string, option: string): string {
  try {
    if (statSync(path).size > largestFile) throw new FileProblem(`${option}: the file ${path} is larger than 1 MB.`)
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof FileProblem) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const reason = reasons[code] ?? `could not be read (${code})`
    throw new FileProblem(`${option}: the file ${path} ${reason}.`)
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read by you',
  EISDIR: 'is a folder',
}
