import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { startWorker } from './celeryWorker.ts'
import type { CeleryApp } from './celeryWorker.ts'
import { startChromium } from './chromium.ts'
import { startCodeServer, vsix } from './codeServer.ts'
import type { CodeServer } from './codeServer.ts'
import { makeDjangoTables } from './djangoTables.ts'
import { startRabbit } from './rabbit.ts'
import type { PrivateRabbit } from './rabbit.ts'
import { openWorkbench } from './workbench.ts'
import type { Workbench } from './workbench.ts'

/** Fails for one of five causes, which lie in functions of their own. */
const tasks = `from celery import Celery

app = Celery("tasks")
app.config_from_object("celeryconfig")


def charge(card):
    raise ConnectionError(f"the gateway refused {card}")


def book(item):
    raise KeyError(item)


def render(page):
    raise ValueError(f"page {page} cannot be rendered")


def deliver(address):
    raise TimeoutError(f"{address} did not answer")


def count(stock):
    return 1 / 0


causes = [charge, book, render, deliver, count]


@app.task
def fail(number):
    causes[number % 5](number)


@app.task
def add(x, y):
    return x + y
`

/** What the settings of the project say at first. */
export function celeryconfig(folder: string): string {
  return `import os

broker_url = os.environ["CELERY_BROKER_URL"]
result_backend = "db+sqlite:///${folder}/results.db"
task_track_started = False
enable_utc = True
`
}

/** VS Code with a project in it whose broker and worker run. */
export interface ProjectInVsCode extends AsyncDisposable {
  readonly rabbit: PrivateRabbit
  readonly app: CeleryApp
  /** The folder that is open; it has a Django database with schedules in django.sqlite3. */
  readonly folder: string
  readonly server: CodeServer
  readonly browser: Browser
  readonly workbench: Workbench
}

/**
 * Starts all of it and opens VS Code; nothing is connected yet.
 * @param extensions to install besides Warren, as packages
 * @param prepare puts further things into the folder before anything is started; the folder is then opened in Restricted Mode
 */
export async function openProjectInVsCode(
  settings: Readonly<Record<string, unknown>>,
  extensions: readonly string[] = [],
  prepare?: (folder: string) => Promise<void>,
): Promise<ProjectInVsCode> {
  const rabbit = await startRabbit()
  const folder = await mkdtemp(join(tmpdir(), 'warren-project-'))
  await writeFile(join(folder, 'tasks.py'), tasks)
  await writeFile(join(folder, 'celeryconfig.py'), celeryconfig(folder))
  await writeFile(join(folder, '.env'), `CELERY_BROKER_URL=${rabbit.amqpUrl}\n`)
  makeDjangoTables(join(folder, 'django.sqlite3'))
  await prepare?.(folder)
  const app: CeleryApp = { folder, module: 'tasks', env: { CELERY_BROKER_URL: rabbit.amqpUrl } }
  const [worker, server, browser] = await Promise.all([
    startWorker(app, { hostname: 'w1@test', args: ['--pool=solo'] }),
    startCodeServer({
      workspace: folder,
      extensions: [vsix, ...extensions],
      settings: { 'remote.autoForwardPorts': false, ...settings },
      trusted: prepare === undefined,
    }),
    startChromium(),
  ])
  const workbench = await openWorkbench(browser, server)
  const end = async (): Promise<void> => {
    await browser.close()
    await server[Symbol.asyncDispose]()
    await worker[Symbol.asyncDispose]()
    await rabbit[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, maxRetries: 5 })
  }
  return { rabbit, app, folder, server, browser, workbench, [Symbol.asyncDispose]: end }
}

/** Connects to the broker that the workspace names, with the project's database of schedules. */
export async function connectToProject({ workbench, folder }: ProjectInVsCode): Promise<void> {
  await workbench.openContainer('Warren')
  await workbench.runCommand('Warren: Connect to Broker')
  await workbench.pick('CELERY_BROKER_URL in .env')
  await workbench.pick('Results and schedules')
  await workbench.quickInput.filter({ hasText: 'Leave it empty' }).waitFor()
  await workbench.enter(join(folder, 'django.sqlite3'))
  await workbench.pick('Connect')
  await workbench.row('Connections', '127.0.0.1')
  await workbench.row('Workers', 'w1@test')
}
