import type { Call, Expression, PythonModule } from '../python/module.ts'
import { readPython } from '../python/readPython.ts'
import type { TaskDefinition } from './taskDefinitions.ts'

/** A file of Python; the path is below the workspace's folder, with slashes. */
export interface PythonFile {
  readonly path: string
  readonly text: string
}

/** A Celery application that a file makes. */
export interface CeleryApp {
  /** What `celery -A` gets: `shop`, or `shop.worker:queue` where the names are not those Celery looks for. */
  readonly app: string
  /** The folder that this is imported from, below the workspace's; empty for that folder itself. */
  readonly folder: string
  readonly path: string
}

/** Where a task's code is imported from, and by which names. */
export interface TaskCode {
  readonly app: string | null
  readonly module: string | null
  readonly folder: string
}

/** The applications that these files make, those nearest to the top first. */
export function findCeleryApps(files: readonly PythonFile[]): CeleryApp[] {
  const paths = new Set(files.map(({ path }) => path))
  const found = files.flatMap((file) => appOf(file, paths) ?? [])
  const depth = ({ path }: CeleryApp): number => path.split('/').length
  return found.sort((one, other) => depth(one) - depth(other) || (one.path < other.path ? -1 : 1))
}

function appOf({ path, text }: PythonFile, paths: ReadonlySet<string>): CeleryApp | undefined {
  if (!text.includes('Celery')) return undefined
  const name = appName(readPython(text))
  if (name === undefined) return undefined
  const folder = importFolder(path, paths)
  const module = moduleOf(path, folder)
  // Celery looks for `celery` and `app` by itself, also in the module `celery` of a package.
  const usual = name === 'app' || name === 'celery'
  return { app: usual ? module.replace(/\.celery$/, '') : `${module}:${name}`, folder, path }
}

/** The variable that holds what `Celery(…)` gives, at the top level. */
function appName({ assignments, imports }: PythonModule): string | undefined {
  const real = new Map(imports.map(({ name, as }) => [as, name ?? as]))
  const made = assignments.find(
    ({ target, value, within }) =>
      within.length === 0 &&
      target.kind === 'name' &&
      !target.name.includes('.') &&
      value.kind === 'call' &&
      makesApp(value, real),
  )
  return made?.target.kind === 'name' ? made.target.name : undefined
}

function makesApp({ callee }: Call, real: ReadonlyMap<string, string>): boolean {
  if (callee.kind !== 'name') return false
  const last = callee.name.split('.').at(-1) ?? ''
  return (real.get(last) ?? last) === 'Celery'
}

/** The folder above the outermost package that the file lies in. */
function importFolder(path: string, paths: ReadonlySet<string>): string {
  let folder = parentOf(path)
  // A module called `celery` at the top would stand in the place of Celery itself: its folder is a package, with a file or without.
  if (path === 'celery.py' || path.endsWith('/celery.py')) folder = parentOf(folder)
  while (folder !== '' && paths.has(`${folder}/__init__.py`)) folder = parentOf(folder)
  return folder
}

function parentOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
}

/** `shop/orders/__init__.py` below `shop/..` is `shop.orders`. */
function moduleOf(path: string, folder: string): string {
  const within = folder === '' ? path : path.slice(folder.length + 1)
  return within
    .replace(/\.py$/, '')
    .replace(/(?:^|\/)__init__$/, '')
    .replaceAll('/', '.')
}

/**
 * Where the code of a task is: by the file that defines it and the application nearest to that; undefined where the workspace has
 * neither.
 * @param name as workers registered it
 * @param named the application that the user named, for where no file shows one: a function may make it
 */
export function codeOf(
  name: string,
  definition: TaskDefinition | undefined,
  files: readonly PythonFile[],
  apps: readonly CeleryApp[],
  named: string | null,
): TaskCode | undefined {
  const [first] = apps
  if (!definition && first) return { app: first.app, module: null, folder: first.folder }
  if (!definition) return named === null ? undefined : { app: named, module: null, folder: '' }
  const { folder, module } = moduleOfTask(name, definition, files)
  const near = apps.filter((app) => app.folder === folder)
  const top = (text: string): string => text.split(/[.:]/)[0] ?? ''
  const app = near.find((one) => top(one.app) === top(module)) ?? near[0]
  return { app: app?.app ?? null, module, folder }
}

/** Workers that made the task's name of its module tell from where they import it; for a name of its own the packages tell. */
function moduleOfTask(
  name: string,
  { given, dotted, path }: TaskDefinition,
  files: readonly PythonFile[],
): { folder: string; module: string } {
  if (given === null && (dotted === name || dotted.endsWith(`.${name}`))) {
    const above = dotted.slice(0, -name.length - 1)
    return { folder: above.replaceAll('.', '/'), module: name.slice(0, name.lastIndexOf('.')) }
  }
  const folder = importFolder(path, new Set(files.map((file) => file.path)))
  return { folder, module: moduleOf(path, folder) }
}

/** The module of Django's settings that `manage.py` names, or the file of the application; null without Django. */
export function djangoSettingsOf(files: readonly PythonFile[], folder: string, app: CeleryApp | undefined): string | null {
  const manage = folder === '' ? 'manage.py' : `${folder}/manage.py`
  for (const path of [manage, app?.path]) {
    const named = settingsNamed(files.find((file) => file.path === path)?.text ?? '')
    if (named !== null) return named
  }
  return null
}

/** `os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")`, as Django's own templates write it. */
function settingsNamed(text: string): string | null {
  if (!text.includes('DJANGO_SETTINGS_MODULE')) return null
  const text0 = (value: Expression | undefined): string | null => (value?.kind === 'string' ? value.value : null)
  const call = readPython(text).calls.find(({ args }) => text0(args[0]) === 'DJANGO_SETTINGS_MODULE')
  return text0(call?.args[1])
}
