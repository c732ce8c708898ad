import { spawn } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { output } from './childProcess.ts'

const policy = '/usr/sbin/policy-rc.d'
const remembered = `${policy}.before-warren`
const ours = '#!/bin/sh\n# Written by Warren for the time of one installation: no package starts its service.\nexit 101\n'
/** Units that the packages would have started at the next boot. */
const services = ['rabbitmq-server.service', 'epmd.service', 'epmd.socket', 'redis-server.service', 'postgresql.service']

/** One thing the machine must have, and how to get it where we may not install it. */
export interface Need {
  readonly what: string
  readonly packages: readonly string[]
  readonly present: () => Promise<boolean>
  /** A whole sentence for people on other systems. */
  readonly elsewhere: string
}

/** Installs through apt what is missing. Throws an error of one sentence where that is not possible. */
export async function provide(needs: readonly Need[], say: (line: string) => void): Promise<void> {
  const missing = await absent(needs)
  if (missing.length === 0) return
  if (!mayInstall()) throw new Error(advice(missing))
  say(`Installing ${missing.map((need) => need.what).join(', ')} with apt (a minute or two) …`)
  await install(missing.flatMap((need) => need.packages))
  const still = await absent(missing)
  if (still.length > 0) throw new Error(`After its installation ${still.map((need) => need.what).join(', ')} cannot be found.`)
}

async function absent(needs: readonly Need[]): Promise<Need[]> {
  const present = await Promise.all(needs.map((need) => need.present()))
  return needs.filter((_, index) => present[index] !== true)
}

const isDebian = (): boolean => existsSync('/usr/bin/apt-get') && existsSync('/etc/debian_version')
const mayInstall = (): boolean => isDebian() && process.getuid?.() === 0

function advice(missing: readonly Need[]): string {
  const what = missing.map((need) => need.what).join(', ')
  if (!isDebian()) return `${what} cannot be found; ${missing.map((need) => need.elsewhere).join('; ')}.`
  const packages = missing.flatMap((need) => need.packages).join(' ')
  return `${what} cannot be found, and only root may install: run "sudo apt-get install --no-install-recommends ${packages}" and try again.`
}

async function install(packages: readonly string[]): Promise<void> {
  const stopped: NodeJS.Signals[] = []
  const remember = (signal: NodeJS.Signals): void => void stopped.push(signal)
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  // A Ctrl-C ends apt, then us, but not before the machine's own policy is back in its place.
  for (const signal of signals) process.on(signal, remember)
  const before = withoutServices()
  try {
    await installOrUpdateFirst(packages)
    await disableServices(before.units)
  } finally {
    before.restore()
    for (const signal of signals) process.off(signal, remember)
  }
  if (stopped[0]) process.kill(process.pid, stopped[0])
}

/** Lets no package start its service, until `restore`. `units` are the services that were installed before us. */
function withoutServices(): { restore: () => void; units: ReadonlySet<string> } {
  // A policy of ours that is still there comes from a run that was killed; the machine's own is beside it, if it has one.
  if (existsSync(policy) && readFileSync(policy, 'utf8') !== ours) renameSync(policy, remembered)
  writeFileSync(policy, ours, { mode: 0o755 })
  const units = new Set(services.filter(unitExists))
  const restore = (): void => {
    if (existsSync(remembered)) renameSync(remembered, policy)
    else rmSync(policy, { force: true })
  }
  return { restore, units }
}

const unitExists = (unit: string): boolean => existsSync(`/lib/systemd/system/${unit}`)

/** The packages also ask for their services to start with the machine; ours are only needed while a test or the demo runs. */
async function disableServices(alreadyThere: ReadonlySet<string>): Promise<void> {
  const units = services.filter((unit) => unitExists(unit) && !alreadyThere.has(unit))
  if (units.length > 0 && existsSync('/bin/systemctl'))
    await output('/bin/systemctl', ['disable', ...units]).catch(() => undefined)
}

async function installOrUpdateFirst(packages: readonly string[]): Promise<void> {
  const lists = '/var/lib/apt/lists'
  const known =
    existsSync(lists) && readdirSync(lists).some((name) => name.endsWith('_Packages') || name.endsWith('_Packages.lz4'))
  if (known && (await apt('install', ...packages)) === 0) return
  await apt('update')
  const code = await apt('install', ...packages)
  if (code !== 0) throw new Error(`apt-get could not install ${packages.join(' ')}; what it said stands above.`)
}

/** Runs apt-get. On a terminal a line tells how far it is; what it said is shown when it fails. */
function apt(command: string, ...packages: string[]): Promise<number> {
  const options = ['-y', '-qq', '--no-install-recommends', '-o', 'Dpkg::Use-Pty=0', '-o', 'DPkg::Lock::Timeout=300']
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return new Promise((resolve, reject) => {
    const child = spawn('apt-get', [...options, command, ...packages], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text
        if (process.stderr.isTTY) process.stderr.write(progress(said))
      })
    }
    child.once('error', reject)
    child.once('close', (code) => {
      if (process.stderr.isTTY && progress(said) !== '') process.stderr.write('\n')
      if (code !== 0) process.stderr.write(said)
      resolve(code ?? 1)
    })
  })
}

function progress(said: string): string {
  const [unpacked, ready] = [/^Unpacking /gm, /^Setting up /gm].map((line) => said.match(line)?.length ?? 0)
  return unpacked === 0 ? '' : `\r  ${unpacked} packages unpacked, ${ready} ready`
}
