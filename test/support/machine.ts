import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { codeServerInstalled, installCodeServer } from './codeServer.ts'
import { provide, type Need } from './debian.ts'
import {
  celery,
  celeryBackends,
  chromium,
  compiler,
  debugpy,
  fonts,
  kerberos,
  openssl,
  postgres,
  rabbitmq,
  redis,
} from './needs.ts'

const artefacts = fileURLToPath(new URL('../artefacts', import.meta.url))
const brokers = [rabbitmq, celery, openssl]
const browser = [chromium, fonts]
const needs: Readonly<Record<string, readonly Need[]>> = {
  unit: [],
  integration: [...brokers, redis, postgres, celeryBackends, debugpy],
  webview: [...brokers, ...browser],
  vscode: [...brokers, ...browser, debugpy, compiler, kerberos],
}

/** Installs what the tests of these kinds stand on, as far as it is missing. */
export async function prepareMachine(kinds: readonly string[]): Promise<void> {
  await provide([...new Set(kinds.flatMap((kind) => needs[kind] ?? []))], (line) => console.log(line))
  if (!kinds.includes('vscode') || codeServerInstalled()) return
  console.log('Installing the VS Code of the tests into .cache/code-server (two to three minutes) …')
  mkdirSync(artefacts, { recursive: true })
  await installCodeServer(join(artefacts, 'code-server-install.log'))
}
