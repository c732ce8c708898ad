import { spawn } from 'node:child_process'
import { dirname, delimiter } from 'node:path'
import type { Tally } from './suite.ts'

/** A tool that says by its exit code whether the sources are in order. */
export interface Check {
  readonly name: string
  /** Arguments of Node: the tool's program and its own arguments. */
  readonly args: readonly string[]
}

/** Runs a check; what it says is shown when it fails. */
export async function runCheck(check: Check, cwd: string): Promise<Tally> {
  const start = performance.now()
  const { code, said } = await run(check, cwd)
  const seconds = (performance.now() - start) / 1000
  const passed = code === 0
  console.log(`${passed ? '✔' : '✖'} ${check.name} (${seconds.toFixed(1)} s)`)
  if (!passed) console.log(said)
  return {
    passed: passed ? 1 : 0,
    failed: passed ? 0 : 1,
    skipped: 0,
    seconds,
    unsteady: [],
    failures: passed ? [] : [check.name],
  }
}

function run(check: Check, cwd: string): Promise<{ code: number; said: string }> {
  const PATH = `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, check.args, { cwd, env: { ...process.env, PATH }, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text))
    child.once('error', reject)
    child.once('close', (code) => resolve({ code: code ?? 1, said }))
  })
}
