import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { afterEach, describe, mock, test } from 'node:test'
import { WorkerRun } from '../../extension/localWorkers/workerRun.ts'
import type { FindLaunch } from '../../extension/localWorkers/workerRun.ts'
import { until } from '../support/childProcess.ts'

const patience = 20_000
/** In the place of a worker: it says what it is told, and ends when nobody is left who started it. */
const worker = `
  process.on('SIGTERM', () => console.log('told'))
  process.on('SIGQUIT', () => process.exit(3))
  // What it was told before comes before its end.
  process.stdin.resume().on('end', () => setTimeout(() => { console.log('alone'); process.exit(0) }, 300))
  console.log('ready')
`
const launch = { interpreter: process.execPath, args: ['-e', worker], folder: process.cwd(), environment: process.env }

interface Watched {
  readonly run: WorkerRun
  readonly lines: string[]
  readonly said: string[]
  readonly over: number[]
  readonly change: (path: string) => void
}

const runs: WorkerRun[] = []
afterEach(() => {
  for (const run of runs.splice(0)) for (let times = 0; times < 4; times += 1) run.interrupt()
})

function watched(find: FindLaunch): Watched {
  const [lines, said, over]: [string[], string[], number[]] = [[], [], []]
  let change: (path: string) => void = () => undefined
  const run = new WorkerRun({
    ...{ name: 'local@%h', find },
    onLine: (line) => lines.push(line),
    say: (text) => said.push(text),
    onOver: (code) => over.push(code),
    watch: (changed) => {
      change = changed
      return { dispose: () => undefined }
    },
  })
  runs.push(run)
  run.start()
  return { run, lines, said, over, change: (path) => change(path) }
}

async function ready(): Promise<Watched> {
  const found = watched(() => Promise.resolve(launch))
  await until('it is ready', patience, () => found.lines.includes('ready'))
  return found
}

/** Looks for the launch until it is told to answer. */
function slowFind() {
  let answer = (): void => undefined
  const promise = new Promise<typeof launch>((resolve) => {
    answer = () => resolve(launch)
  })
  return { find: mock.fn(() => promise), answer }
}

const starts = ({ said }: Watched): number => said.filter((text) => text.startsWith('starting')).length

describe('a worker whose launch is still looked for', () => {
  for (const how of ['stop', 'interrupt', 'leave', 'letGo'] as const)
    test(`does not start after “${how}”: nobody could stop it`, async () => {
      const { find, answer } = slowFind()
      const found = watched(find)
      found.run[how]()
      answer()
      await setImmediate()
      assert.equal(starts(found), 0)
      assert.deepEqual(found.over, how === 'letGo' ? [] : [0])
    })

  test('starts once, whatever changes meanwhile', async (context) => {
    const { find, answer } = slowFind()
    context.mock.timers.enable({ apis: ['setTimeout'] })
    const found = watched(find)
    found.change('tasks.py')
    context.mock.timers.tick(1_000)
    context.mock.timers.reset()
    answer()
    await until('it is ready', patience, () => found.lines.includes('ready'))
    assert.equal(find.mock.callCount(), 1)
    assert.equal(starts(found), 1)
  })

  test('and cannot be found is over, or waits for a change where changes are watched', async () => {
    const found = watched(() => Promise.reject(new Error('no Python')))
    await until('it says so', patience, () => found.said.some((text) => text.includes('no Python')))
    assert.deepEqual(found.over, [])
    found.run.stop()
    found.run.leave()
    assert.deepEqual(found.over, [0], 'it is over once')
  })
})

describe('a worker that runs', () => {
  test('finishes its tasks however often it is told to stop, also when its window goes then', async () => {
    const { run, lines, over } = await ready()
    run.stop()
    await until('it is told', patience, () => lines.includes('told'))
    run.stop()
    run.stop()
    run.letGo()
    await until('it has ended', patience, () => over.length > 0)
    assert.deepEqual(lines, ['ready', 'told', 'alone'])
    assert.deepEqual(over, [0])
  })

  test('is told once to finish, also where it was about to start again', async () => {
    const found = await ready()
    const { run, lines, over } = found
    found.change('tasks.py')
    await until('it is told', patience, () => lines.includes('told'))
    run.stop()
    run.letGo()
    await until('it has ended', patience, () => over.length > 0)
    assert.deepEqual(lines, ['ready', 'told', 'alone'])
    assert.equal(starts(found), 1)
  })

  test('leaves its tasks at the second Ctrl+C', async () => {
    const { run, lines, over } = await ready()
    run.interrupt()
    await until('it is told', patience, () => lines.includes('told'))
    assert.deepEqual(over, [])
    run.interrupt()
    await until('it has ended', patience, () => over.length > 0)
    assert.deepEqual(over, [3])
  })

  test('is killed at the third', async () => {
    const { run, over } = await ready()
    for (let times = 0; times < 3; times += 1) run.interrupt()
    await until('it has ended', patience, () => over.length > 0)
  })
})
