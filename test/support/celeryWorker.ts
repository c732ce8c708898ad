import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { launch, output, until, type Launched } from './childProcess.ts'
import { watchFolder } from './leftovers.ts'
import { findPython } from './needs.ts'

/** A Python package with a Celery app in it, and how its processes are started. */
export interface CeleryApp {
  /** The folder that holds the package; the working directory of its processes. */
  readonly folder: string
  /** What `celery -A` gets, such as `tasksapp`. */
  readonly module: string
  readonly env: Readonly<Record<string, string>>
  /** A Python with another Celery than this machine's. */
  readonly python?: string
}

/** What a worker is started with. */
export interface WorkerOptions {
  /** Node name; `%h` stands for the host. `worker@test` unless said otherwise. */
  readonly hostname?: string
  readonly queues?: readonly string[]
  /** Task events from the start (`-E`); true unless said otherwise. */
  readonly events?: boolean
  /** Processes of its pool; 1 unless said otherwise. */
  readonly concurrency?: number
  /** Further arguments of `celery worker`, such as `--pool=solo`. */
  readonly args?: readonly string[]
}

export interface CeleryWorker extends AsyncDisposable {
  readonly hostname: string
  readonly pid: number
  readonly ended: Launched['ended']
  readonly running: () => boolean
  /** What it has logged so far. */
  readonly log: () => Promise<string>
  /** A warm shutdown (SIGTERM), killed when it takes longer than `patience` milliseconds; it sends `worker-offline`. */
  readonly stop: (patience?: number) => Promise<void>
  /** SIGKILL for it and its pool: no `worker-offline`, unacknowledged messages go back to the queue. */
  readonly kill: () => Promise<void>
}

/** The app of the tests (test/support/app), on a broker, with a result backend of its own if `results` names a database file. */
export function testApp(broker: string, results?: string): CeleryApp {
  const backend = results === undefined ? {} : { CELERY_RESULT_BACKEND: `db+sqlite:///${results}` }
  return {
    folder: fileURLToPath(new URL('app', import.meta.url)),
    module: 'tasksapp',
    env: { CELERY_BROKER_URL: broker, ...backend },
  }
}

/** Starts a real Celery worker and waits until it says that it is ready. Takes two to four seconds. */
export async function startWorker(app: CeleryApp, options: WorkerOptions = {}): Promise<CeleryWorker> {
  const folder = await mkdtemp(join(tmpdir(), 'warren-worker-'))
  const watched = watchFolder(folder)
  const logFile = join(folder, 'worker.log')
  const hostname = options.hostname ?? 'worker@test'
  const worker = await launch({
    command: await python(app),
    args: workerArgs(app, hostname, options),
    cwd: app.folder,
    env: environment(app),
    log: logFile,
  })
  const log = (): Promise<string> => readFile(logFile, 'utf8')
  const kill = async (): Promise<void> => {
    await worker.kill()
    await rm(folder, { recursive: true, force: true })
    watched.forget()
  }
  await until(`worker ${hostname} is ready`, 60_000, async () => {
    if (!worker.running())
      throw new Error(`The worker ${hostname} ended while it started. It said:\n${(await log()).slice(-4000)}`)
    return / ready\.$/m.test(await log())
  })
  const stop = (patience = 30_000): Promise<void> => worker.stop(patience)
  return {
    hostname,
    pid: worker.pid,
    ended: worker.ended,
    running: worker.running,
    log,
    stop,
    kill: worker.kill,
    [Symbol.asyncDispose]: kill,
  }
}

function workerArgs(app: CeleryApp, hostname: string, options: WorkerOptions): string[] {
  const queues = options.queues ? ['-Q', options.queues.join(',')] : []
  const events = options.events === false ? [] : ['-E']
  const pool = ['-c', String(options.concurrency ?? 1), '-n', hostname, '-l', 'INFO']
  return ['-m', 'celery', '-A', app.module, 'worker', ...pool, ...queues, ...events, ...(options.args ?? [])]
}

/** Runs Python code in the app's folder and returns what it printed; `import` the app by its module's name. */
export async function runPython(app: CeleryApp, code: string): Promise<string> {
  return output(await python(app), ['-c', code], { cwd: app.folder, env: environment(app) })
}

/** Runs a module of the app (`python -m`) until it is ended. */
export async function launchModule(app: CeleryApp, module: string, log: string): Promise<Launched> {
  return launch({ command: await python(app), args: ['-m', module], cwd: app.folder, env: environment(app), log })
}

function environment(app: CeleryApp): NodeJS.ProcessEnv {
  // C_FORCE_ROOT: Celery refuses pickle as root, which nobody here uses, and says so at length.
  return { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1', C_FORCE_ROOT: '1', ...app.env }
}

async function python(app: CeleryApp): Promise<string> {
  if (app.python !== undefined) return app.python
  const found = await findPython()
  if (found === null)
    throw new Error('No Python with Celery and SQLAlchemy is installed ("apt-get install python3-celery python3-sqlalchemy").')
  return found
}
