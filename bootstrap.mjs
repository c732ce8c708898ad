// Runs a program of this project under the project's own Node, from a clean clone on: `node bootstrap.mjs [--build] PROGRAM [ARGS]`.
// It installs the npm packages when they are missing or differ from the lock file, builds dist/ when --build is given and sources
// are newer, and then runs PROGRAM. Plain JavaScript for Node 18 and later, because nothing is installed yet. What it does it tells
// on standard error: standard output belongs to the program.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('.', import.meta.url))
const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']

const say = (text) => process.stderr.write(`${text}\n`)
const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'))

/** Whether node_modules holds what package-lock.json asks for; npm keeps a list of what it installed. */
function packagesInstalled() {
  const list = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(node) || !existsSync(list)) return false
  const installed = readJson(list).packages
  const wanted = Object.entries(readJson(join(root, 'package-lock.json')).packages)
  return wanted.every(([path, entry]) => path === '' || entry.optional || installed[path]?.version === entry.version)
}

/** The newest change of a file under `path`, in milliseconds; 0 if there is none. */
function newestChange(path) {
  if (!existsSync(path)) return 0
  const found = statSync(path)
  if (!found.isDirectory()) return found.mtimeMs
  return Math.max(found.mtimeMs, ...readdirSync(path).map((name) => newestChange(join(path, name))))
}

/** The bundles as esbuild.mjs lists them. They cannot be imported from there: before the packages are installed there is no esbuild. */
function bundleFiles() {
  const found = [...readFileSync(join(root, 'esbuild.mjs'), 'utf8').matchAll(/outfile: '([^']+)'/g)].map((match) => match[1])
  if (found.length === 0) throw new Error('esbuild.mjs names no bundle.')
  return found
}

function built() {
  const outputs = bundleFiles().map((name) => newestChange(join(root, name)))
  const sources = ['broker-bridge', 'extension', 'webview', 'esbuild.mjs', 'package.json', 'package-lock.json']
  return Math.min(...outputs) > Math.max(...sources.map((name) => newestChange(join(root, name))))
}

/** Runs a command to its end. Signals go on to it, as to the terminal's own child. Resolves to its exit code or signal. */
function run(command, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, ...options })
    const forward = (signal) => child.kill(signal)
    for (const signal of signals) process.on(signal, forward)
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      for (const name of signals) process.off(name, forward)
      resolve(signal ?? code)
    })
  })
}

/** Ends this process the way the child ended. */
function endLike(result) {
  if (typeof result === 'string') process.kill(process.pid, result)
  process.exit(typeof result === 'string' ? 1 : result)
}

async function step(sentence, command, args) {
  say(sentence)
  const result = await run(command, args, {
    stdio: ['ignore', process.stderr, process.stderr],
    shell: process.platform === 'win32',
  })
  if (result === 0) return
  say(`This failed: ${[command, ...args].join(' ')}`)
  endLike(result)
}

/**
 * Ends this process when npm, which started it, has ended. npm runs scripts by way of a shell, which a signal to npm ends while
 * what runs in it goes on.
 */
function endWithParent() {
  const parent = process.ppid
  const look = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(look)
    process.kill(process.pid, 'SIGTERM')
  }, 500)
  look.unref()
}

/** Runs the program: here, when this is the right Node already, else in a process of its own. */
async function runProgram(program, args) {
  if (realpathSync(process.execPath) !== realpathSync(node)) {
    endLike(await run(node, [...process.execArgv, ...process.argv.slice(1)], { cwd: process.cwd(), stdio: 'inherit' }))
  }
  process.argv = [process.execPath, program, ...args]
  await import(pathToFileURL(program).href)
}

if (process.env.npm_lifecycle_event !== undefined) endWithParent()
const build = process.argv[2] === '--build'
const [program, ...args] = process.argv.slice(build ? 3 : 2)
if (!packagesInstalled()) await step('Installing the npm packages (half a minute) …', 'npm', ['ci', '--loglevel=notice'])
if (build && !built()) await step('Building Warren …', node, ['esbuild.mjs'])
await runProgram(join(root, program), args)
