import { availableParallelism } from 'node:os'
import { basename } from 'node:path'
import { finished } from 'node:stream/promises'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'

/** What became of some tests. */
export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly seconds: number
  /** Names of those that failed. */
  readonly failures: readonly string[]
  /** Names of those that failed, and passed when their file was run once more. */
  readonly unsteady: readonly string[]
}

interface Run extends Tally {
  /** Paths of the files with tests that failed. */
  readonly failedFiles: readonly string[]
}

/** Longest time for one test file, in milliseconds; a test that hangs shall not hold up the rest for ever. */
const patience = 15 * 60_000

/** With more files than this that failed something is broken, and a second look would only take time. */
const fewFiles = 3

/**
 * Runs test files one at a time. A few that failed are run once more: with brokers, workers and browsers on a machine
 * that is busy with other things, one test in thousands meets a moment that it was not made for. It is named all the same.
 */
export async function runOneByOne(files: readonly string[]): Promise<Tally> {
  const first = await runTests(files, 1)
  const { failedFiles } = first
  if (failedFiles.length === 0 || failedFiles.length > fewFiles) return first
  console.log(`\n── once more: ${failedFiles.map((file) => basename(file)).join(', ')}`)
  const second = await runTests(failedFiles, 1)
  return {
    passed: first.passed + first.failed - second.failed,
    failed: second.failed,
    skipped: first.skipped,
    seconds: first.seconds + second.seconds,
    failures: second.failures,
    unsteady: first.failures.filter((name) => !second.failures.includes(name)),
  }
}

/** Runs test files side by side: those that need nothing but themselves. */
export function runTogether(files: readonly string[]): Promise<Tally> {
  return runTests(files, availableParallelism())
}

/** Runs test files, each in a process of its own, and shows them as Node's `spec` reporter does. */
async function runTests(files: readonly string[], concurrency: number): Promise<Run> {
  const start = performance.now()
  const counted = { passed: 0, failed: 0, skipped: 0 }
  const failures: string[] = []
  const failedFiles = new Set<string>()
  const fail = (name: string, file: string | undefined): void => {
    counted.failed++
    failures.push(name)
    if (file !== undefined) failedFiles.add(file)
  }
  const stream = run({
    files: [...files],
    concurrency,
    timeout: patience,
    execArgv: ['--import', import.meta.resolve('./endOfFile.ts')],
  })
  stream.on('test:pass', (data) => {
    if (data.details.type === 'suite') return
    if (data.skip !== undefined || data.todo !== undefined) counted.skipped++
    else if (!files.includes(data.name)) counted.passed++
    else fail(`${data.name} holds no test`, data.name)
  })
  stream.on('test:fail', (data) => {
    if (data.todo !== undefined) return
    // What fails because of something in it is not counted twice.
    if (becauseOfSubtests(data.details.error)) return
    fail(data.name, data.file)
  })
  const shown = stream.pipe(new spec())
  shown.pipe(process.stdout, { end: false })
  await finished(shown)
  const seconds = (performance.now() - start) / 1000
  return { ...counted, failures, unsteady: [], failedFiles: [...failedFiles], seconds }
}

function becauseOfSubtests(error: Error): boolean {
  return 'failureType' in error && error.failureType === 'subtestsFailed'
}

/** All of them together. */
export function sum(tallies: readonly Tally[]): Tally {
  return tallies.reduce(
    (all, one) => ({
      passed: all.passed + one.passed,
      failed: all.failed + one.failed,
      skipped: all.skipped + one.skipped,
      seconds: all.seconds + one.seconds,
      failures: [...all.failures, ...one.failures],
      unsteady: [...all.unsteady, ...one.unsteady],
    }),
    { passed: 0, failed: 0, skipped: 0, seconds: 0, failures: [], unsteady: [] },
  )
}
