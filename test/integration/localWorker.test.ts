import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readDefinition, workerArguments } from '../../extension/localWorkers/workerDefinition.ts'
import { WorkerLog } from '../../extension/localWorkers/workerLog.ts'
import { WorkerProcess } from '../../extension/localWorkers/workerProcess.ts'
import { runPython, testApp } from '../support/celeryWorker.ts'
import type { CeleryApp } from '../support/celeryWorker.ts'
import { output, until } from '../support/childProcess.ts'
import { findPython } from '../support/needs.ts'
import { problemsIn } from '../support/problemMatchers.ts'
import { startRabbit } from '../support/rabbit.ts'
import type { PrivateRabbit } from '../support/rabbit.ts'

const program = fileURLToPath(new URL('../../extension/programs/run_worker.py', import.meta.url))
const patience = 60_000

interface Run {
  readonly worker: WorkerProcess
  readonly log: WorkerLog
  readonly lines: string[]
  readonly ended: (number | string)[]
}

describe('a worker that the editor started', { timeout: 4 * 60_000 }, () => {
  let rabbit: PrivateRabbit
  let app: CeleryApp
  const runs: Run[] = []

  before(async () => {
    rabbit = await startRabbit()
    app = testApp(rabbit.amqpUrl)
  })
  afterEach(() => {
    for (const { worker } of runs.splice(0)) worker.kill()
  })
  after(async () => {
    await rabbit[Symbol.asyncDispose]()
  })

  async function start(written: object, settings: Record<string, unknown> = {}): Promise<Run> {
    const definition = readDefinition({ app: app.module, ...written })
    assert.ok(typeof definition !== 'string')
    const log = new WorkerLog()
    const read = log.reader(true)
    const [lines, ended]: [string[], (number | string)[]] = [[], []]
    const worker = new WorkerProcess({
      interpreter: (await findPython()) ?? 'python3',
      args: ['-u', program, ...workerArguments(definition, 'local@%h')],
      folder: app.folder,
      environment: { ...process.env, ...app.env, CELERY_SETTINGS: JSON.stringify(settings), PYTHONDONTWRITEBYTECODE: '1' },
      onLine: (line) => {
        read(line)
        lines.push(line)
      },
      onEnd: (how) => ended.push(how),
    })
    const run = { worker, log, lines, ended }
    runs.push(run)
    await until('it is ready', patience, () => lines.some((line) => / local@\S+ ready\.$/.test(line)))
    return run
  }

  const send = async (code: string): Promise<string> =>
    (await runPython(app, `import tasksapp\nprint(tasksapp.${code}.id)`)).trim()
  const logged = (run: Run, id: string, text: string): Promise<boolean> =>
    until(`${text} is logged`, patience, () => run.log.linesOf(id).some((line) => line.includes(text)))

  it('logs each line with its task, and a traceback is a problem at the line that raised', async () => {
    const run = await start({ concurrency: 2 })
    const ids = [await send('fail.delay(7)'), await send('add.delay(1, 2)'), await send('flaky.delay(1)')]
    const [failed = '', added = '', flaky = ''] = ids
    await logged(run, failed, 'tasksapp.Broken: the report could not be made')
    await logged(run, added, 'succeeded in')
    await logged(run, flaky, 'retry: Retry in 0.1s')
    await logged(run, flaky, 'succeeded in')
    assert.equal(run.log.linesOf(added).length, 2, run.log.linesOf(added).join('\n'))
    const source = (await readFile(join(app.folder, 'tasksapp.py'), 'utf8')).split('\n')
    const found = problemsIn(run.log.linesOf(failed))
    const raised = { file: join(app.folder, 'tasksapp.py'), message: 'tasksapp.Broken: the report could not be made' }
    assert.deepEqual(
      found.filter(({ message }) => message === raised.message),
      [{ ...raised, line: source.findIndex((line) => line.includes('raise Broken("the report')) + 1 }],
    )
    assert.deepEqual(
      found.map(({ message }) => message.split(':')[0]),
      ['KeyError', 'ValueError', 'tasksapp.Broken'],
    )
    run.worker.signal('SIGTERM')
    await until('it has ended', patience, () => run.ended.length > 0)
    assert.deepEqual(run.ended, [0])
  })

  it('finishes its tasks when it is told to stop, and when nobody is left who started it', async () => {
    const run = await start({ pool: 'solo' })
    const id = await send('sleep.delay(2)')
    await logged(run, id, 'received')
    run.worker.letGo()
    await until('it has ended', patience, () => run.ended.length > 0)
    assert.deepEqual(run.ended, [0])
    assert.ok(
      run.log.linesOf(id).some((line) => line.includes('succeeded in')),
      run.lines.join('\n'),
    )
  })

  it('leaves its tasks when it is told to stop at once', async () => {
    const run = await start({ concurrency: 1 })
    const id = await send('sleep.delay(300)')
    await logged(run, id, 'received')
    run.worker.signal('SIGTERM')
    await until('it is about to stop', patience, () => run.lines.some((line) => line.includes('Warm shutdown')))
    run.worker.signal('SIGQUIT')
    await until('it has ended', patience, () => run.ended.length > 0)
  })

  it('leaves no process behind when it is killed', async () => {
    const run = await start({ concurrency: 2 })
    run.worker.kill()
    await until('it has ended', patience, () => run.ended.length > 0)
    assert.deepEqual(run.ended, ['SIGKILL'])
    await until('its pool is gone', patience, async () => !(await output('ps', ['-eo', 'args'])).includes(program))
  })

  it('says why it could not be started', async () => {
    const ended: (number | string)[] = []
    const onEnd = (how: number | string): number => ended.push(how)
    new WorkerProcess({ interpreter: '/nowhere/python', args: [], folder: '/', environment: {}, onLine: () => undefined, onEnd })
    await until('it has ended', patience, () => ended.length > 0)
    assert.match(String(ended[0]), /ENOENT/)
  })
})
