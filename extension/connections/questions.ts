import { readFile } from 'node:fs/promises'
import * as vscode from 'vscode'
import { messageText, pickText } from '../shownText.ts'
import { addressProblem, managementProblem, needsPassword, passwordPrompt, withPassword } from './address.ts'
import { environments } from '../../broker-bridge/protocol/index.ts'
import type { Environment } from '../../broker-bridge/protocol/index.ts'
import type { OwnNames } from './otherAddress.ts'
import { isEncryptedKey } from './tlsFiles.ts'

const title = 'Connect to Broker'

/** Asks for a broker's address and, where it holds none, for the password. Undefined when the user gave up. */
export async function askAddress(value = ''): Promise<string | undefined> {
  const entered = await vscode.window.showInputBox({
    title,
    prompt: 'Address of the broker. A password may be left out: it is asked for next, and kept in the secret storage.',
    placeHolder: 'amqp://user@host:5672/vhost',
    value,
    ignoreFocusOut: true,
    validateInput: addressProblem,
  })
  return entered === undefined ? undefined : completeAddress(entered.trim())
}

/** Asks for the password of an address that lacks one. Undefined when the user gave up. */
export async function completeAddress(address: string): Promise<string | undefined> {
  if (!needsPassword(address)) return address
  const password = await askPassword(address)
  if (password === undefined) return undefined
  return password === '' ? address : withPassword(address, password)
}

/** Asks for the password of an address; an empty text means none. */
export function askPassword(address: string): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: 'Enter Password',
    prompt: passwordPrompt(address),
    password: true,
    ignoreFocusOut: true,
  })
}

export function askName(value: string): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title,
    prompt: 'Name of this connection',
    value,
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === '' || text.length > 200 ? 'A name has 1 to 200 characters.' : undefined),
  })
}

/** The address of the management API; empty when Warren is to find it. Undefined when the user gave up. */
export async function askManagement(value: string): Promise<string | undefined> {
  const text = await vscode.window.showInputBox({
    title,
    prompt: 'Address of the management API. Leave it empty to let Warren look for it beside the broker.',
    placeHolder: 'http://host:15672',
    value,
    ignoreFocusOut: true,
    validateInput: managementProblem,
  })
  return text?.trim()
}

/** The database of results and schedules; empty for none. Undefined when the user gave up. */
export async function askResultBackend(value: string): Promise<string | undefined> {
  const text = await vscode.window.showInputBox({
    title,
    prompt:
      'Where results of tasks or schedules of django-celery-beat are kept. Its password goes into the secret storage. Leave it empty to ask workers for it.',
    placeHolder: 'redis://:password@host:6379/0, postgresql://user:password@host/shop, or /srv/shop/db.sqlite3',
    value,
    ignoreFocusOut: true,
  })
  return text?.trim()
}

const nameSettings = [
  ['eventExchange', 'event_exchange', 'celeryev'],
  ['controlExchange', 'control_exchange', 'celery'],
  ['eventQueuePrefix', 'event_queue_prefix', 'celeryev'],
] as const

/** The names of an application's own exchanges, one after the other; empty for Celery's usual ones. Undefined when the user gave up. */
export async function askExchanges(current: Required<OwnNames>): Promise<Required<OwnNames> | undefined> {
  const names = { ...current }
  for (const [index, [name, setting, usual]] of nameSettings.entries()) {
    const text = await vscode.window.showInputBox({
      title: `Exchanges of the Application (${index + 1} of ${nameSettings.length})`,
      prompt: `What the application’s setting ${setting} says. Leave it empty for the usual ${usual}.`,
      placeHolder: usual,
      value: names[name],
      ignoreFocusOut: true,
      validateInput: (entered) => (entered.trim().length > 200 ? 'A name has 200 characters at most.' : undefined),
    })
    if (text === undefined) return undefined
    names[name] = text.trim()
  }
  return names
}

const meanings: Readonly<Record<Environment, string>> = {
  development: 'Yours to play with',
  staging: 'Shared with others',
  production: 'Begins read-only',
}

export async function askEnvironment(): Promise<Environment | undefined> {
  const items = environments.map((environment) => ({ label: environment, description: meanings[environment], environment }))
  return (await vscode.window.showQuickPick(items, { title, placeHolder: 'What kind of broker is this?' }))?.environment
}

/** True for read-only. */
export async function askReadOnly(): Promise<boolean | undefined> {
  const items = [
    { label: '$(unlock) Read and write', description: 'Enqueue, retry and control tasks', readOnly: false },
    { label: '$(lock) Read-only', description: 'Only look; every action is refused', readOnly: true },
  ]
  return (await vscode.window.showQuickPick(items, { title, placeHolder: 'What may Warren do here?' }))?.readOnly
}

/** The path of a PEM file; null for none. Undefined when the user gave up. */
export async function askFile(label: string, current: string | null): Promise<string | null | undefined> {
  if (current !== null) {
    const items = [
      { label: 'Choose another file…', none: false },
      { label: 'Use none', none: true },
    ]
    const picked = await vscode.window.showQuickPick(items, { title: label, placeHolder: pickText(current) })
    if (!picked) return undefined
    if (picked.none) return null
  }
  const files = await vscode.window.showOpenDialog({
    title: label,
    openLabel: 'Choose',
    canSelectMany: false,
    filters: { 'PEM files': ['pem', 'crt', 'cer', 'key'], 'All files': ['*'] },
  })
  return files?.[0]?.fsPath
}

/** Asks for the passphrase of a key that is locked with one; null where it is not. Undefined when the user gave up. */
export async function askPassphrase(path: string): Promise<string | null | undefined> {
  const pem = await readFile(path, 'utf8').catch(() => '')
  if (!isEncryptedKey(pem)) return null
  return vscode.window.showInputBox({ title, prompt: messageText(`Passphrase of ${path}`), password: true, ignoreFocusOut: true })
}
