import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { launch, output, until } from './childProcess.ts'
import { watchFolder } from './leftovers.ts'
import { freePorts } from './ports.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const recipe = join(root, 'test', 'vscode', 'code-server')
const installed = join(root, '.cache', 'code-server')
const entry = join(installed, 'node_modules', 'code-server', 'out', 'node', 'entry.js')
const stamp = join(installed, 'installed-from.json')
/** The extension as `npm run package` makes it. */
export const vsix = join(root, 'warren.vsix')

/** Whether the VS Code of the tests is there as the lock file in test/vscode/code-server says. */
export function codeServerInstalled(): boolean {
  return (
    existsSync(entry) &&
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === readFileSync(join(recipe, 'package-lock.json'), 'utf8')
  )
}

/** Installs it into .cache/code-server: two to three minutes, 700 MB. Its output goes to `log`. */
export async function installCodeServer(log: string): Promise<void> {
  mkdirSync(installed, { recursive: true })
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(recipe, name), join(installed, name))
  const npm = await launch({
    command: 'npm',
    args: ['ci', '--foreground-scripts', '--no-fund', '--no-audit', '--loglevel=notice'],
    cwd: installed,
    env: installEnv(),
    log,
  })
  if ((await npm.ended) !== 0) throw new Error(`code-server could not be installed:\n${readFileSync(log, 'utf8').slice(-4000)}`)
  writeFileSync(stamp, readFileSync(join(recipe, 'package-lock.json')))
}

// What the npm that runs us has put into our environment about itself and this project. What somebody set for npm stays.
const ofOuterNpm =
  /^npm_(package_|lifecycle_|command$|execpath$|node_execpath$|config_(user_agent|node_gyp|(local_|global_)?prefix)$)/

function installEnv(): NodeJS.ProcessEnv {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofOuterNpm.test(name)))
  // Headers of the system's own Node spare a download; the modules use the interface that is the same in all versions.
  const headers = existsSync('/usr/include/node/node_version.h') ? { npm_config_nodedir: '/usr' } : {}
  return {
    ...headers,
    ...own,
    PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
    // It installs further packages from a script of its own, which must be allowed their scripts too; npm before 11 ignores this.
    npm_config_dangerously_allow_all_scripts: 'true',
  }
}

/** How VS Code is started. */
export interface CodeServerOptions {
  /** The folder to open; a new empty one unless said otherwise. */
  readonly workspace?: string
  /** Extensions to install; the packaged Warren unless said otherwise. */
  readonly extensions?: readonly string[]
  /** User settings, besides those that keep VS Code quiet. */
  readonly settings?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string>>
  /** Whether the folder is trusted from the start, as it is unless said otherwise; else it is opened in Restricted Mode. */
  readonly trusted?: boolean
}

/** A real VS Code, served to a browser on 127.0.0.1. */
export interface CodeServer extends AsyncDisposable {
  /** Opens the workspace. */
  readonly url: string
  readonly workspace: string
  /** Holds user data and logs; the extension's own output is in files below `user/logs`. */
  readonly folder: string
  readonly pid: number
  readonly log: () => Promise<string>
}

const quiet = {
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'security.workspace.trust.startupPrompt': 'never',
  'git.enabled': false,
  'git.openRepositoryInParentFolders': 'never',
  'chat.disableAIFeatures': true,
}

/** Starts VS Code with folders of its own and the extension installed in it. Takes about five seconds. */
export async function startCodeServer(options: CodeServerOptions = {}): Promise<CodeServer> {
  const folder = await mkdtemp(join(tmpdir(), 'warren-vscode-'))
  const watched = watchFolder(folder)
  const workspace = options.workspace ?? join(folder, 'workspace')
  const own = ['--user-data-dir', join(folder, 'user'), '--extensions-dir', join(folder, 'extensions')]
  await mkdir(join(folder, 'user', 'User'), { recursive: true })
  await mkdir(workspace, { recursive: true })
  await writeFile(join(folder, 'user', 'User', 'settings.json'), JSON.stringify({ ...quiet, ...options.settings }))
  // What bridges of one user tell each other stays among those of this VS Code.
  const env = { ...withoutVsCode(), XDG_RUNTIME_DIR: folder, ...options.env }
  for (const extension of options.extensions ?? [vsix]) {
    await output(process.execPath, [entry, ...own, '--install-extension', extension], { env })
  }
  const [port = 0] = await freePorts(1)
  const log = join(folder, 'code-server.log')
  const server = await launch({
    command: process.execPath,
    args: [entry, ...serve(port, options.trusted !== false), ...own, workspace],
    env,
    log,
  })
  await until('VS Code listens', 60_000, () => answers(port))
  const end = async (): Promise<void> => {
    await server.kill()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    watched.forget()
  }
  const url = `http://127.0.0.1:${port}/?folder=${encodeURIComponent(workspace)}`
  return { url, workspace, folder, pid: server.pid, log: () => readFile(log, 'utf8'), [Symbol.asyncDispose]: end }
}

function serve(port: number, trusted: boolean): string[] {
  const silent = [
    '--disable-telemetry',
    '--disable-update-check',
    ...(trusted ? ['--disable-workspace-trust'] : []),
    '--disable-getting-started-override',
  ]
  return ['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, ...silent]
}

/** Started from a terminal inside VS Code it would talk to that one. */
function withoutVsCode(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VSCODE_|AMQP_URL$|CELERY_BROKER_URL$|npm_)/.test(name)),
  )
}

async function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/healthz`).then(
    (response) => response.ok,
    () => false,
  )
}
