import { availableParallelism } from 'node:os'
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
}

/** Longest time for one test file, in milliseconds; a test that hangs shall not hold up the rest for ever. */
const patience = 15 * 60_000

/** Runs test files, each in a process of its own, and shows them as Node's `spec` reporter does. */
export async function runTests(files: readonly string[], together: boolean): Promise<Tally> {
  const start = performance.now()
  const counted = { passed: 0, failed: 0, skipped: 0 }
  const failures: string[] = []
  const fail = (name: string): void => {
    counted.failed++
    failures.push(name)
  }
  const concurrency = together ? availableParallelism() : 1
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
    else fail(`${data.name} holds no test`)
  })
  stream.on('test:fail', (data) => {
    if (data.todo !== undefined) return
    // What fails because of something in it is not counted twice.
    if (becauseOfSubtests(data.details.error)) return
    fail(data.name)
  })
  const shown = stream.pipe(new spec())
  shown.pipe(process.stdout, { end: false })
  await finished(shown)
  return { ...counted, failures, seconds: (performance.now() - start) / 1000 }
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
    }),
    { passed: 0, failed: 0, skipped: 0, seconds: 0, failures: [] },
  )
}
