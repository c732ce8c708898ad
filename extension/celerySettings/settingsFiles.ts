import type { SettingsStyle } from '../../broker-bridge/protocol/index.ts'
import type { Call, Expression, PythonModule } from '../python/module.ts'
import { readPython } from '../python/readPython.ts'

/** A Python file of the workspace. */
export interface PythonFile {
  /** Below the workspace, with slashes. */
  readonly path: string
  readonly text: string
}

/** A file that holds Celery's settings. */
export interface SettingsFile extends PythonFile {
  readonly style: SettingsStyle
  /** True where every line is a setting, so that one more may stand at its end; else it is code that makes an application. */
  readonly plain: boolean
  readonly module: PythonModule
}

interface ReadFile extends PythonFile {
  readonly module: PythonModule
}

/** What `config_from_object` of some application names. */
interface Source {
  /** Path of the file that calls it. */
  readonly by: string
  /** The module with the settings, `django.conf` for those of Django; null where it cannot be told. */
  readonly module: string | null
  readonly namespace: string | null
}

/** The files that hold Celery's settings, the likeliest first. An application that reads one of the others is none itself. */
export function findSettingsFiles(files: readonly PythonFile[]): SettingsFile[] {
  const read = files.map((file) => ({ ...file, module: readPython(file.text) }))
  const sources = read.flatMap(sourcesOf)
  const plain = read.flatMap((file) => plainSettings(file, sources) ?? [])
  const readers = new Set(sources.filter((source) => plain.some((file) => isSourceOf(source, file))).map(({ by }) => by))
  const taken = new Set([...plain.map(({ path }) => path), ...readers])
  const apps = read.filter(({ path }) => !taken.has(path)).flatMap((file) => application(file) ?? [])
  const depth = ({ path }: SettingsFile): number => path.split('/').length
  return [...plain.sort((one, other) => depth(one) - depth(other)), ...apps.sort((one, other) => depth(one) - depth(other))]
}

function sourcesOf({ path, module }: ReadFile): Source[] {
  return module.calls.filter((call) => lastName(call.callee) === 'config_from_object').map((call) => sourceOf(path, module, call))
}

function sourceOf(by: string, { imports }: PythonModule, { args, keywords }: Call): Source {
  const named = (name: string): Expression | undefined => keywords.find((keyword) => keyword.name === name)?.value
  const object = args[0] ?? named('obj')
  const namespace = named('namespace') ?? args[3]
  if (object?.kind === 'string') return { by, module: namedModule(object.value), namespace: stringOf(namespace) }
  const imported = imports.find(({ as }) => object?.kind === 'name' && as === object.name)
  // `from shop import conf` names a module, or something within one; the file that is there tells which.
  const module = imported && (imported.name === null ? imported.module : `${imported.module}.${imported.name}`)
  return { by, module: module ?? null, namespace: stringOf(namespace) }
}

/** Of `shop.conf:Settings` the settings stand within something of the module, which is not looked into. */
function namedModule(text: string): string | null {
  const [module = '', within] = text.split(':')
  return within === undefined || module.startsWith('django.') ? module : null
}

function stringOf(expression: Expression | undefined): string | null {
  return expression?.kind === 'string' ? expression.value : null
}

function isSourceOf({ module }: Source, { path, style }: SettingsFile): boolean {
  if (module === null) return false
  return style.kind === 'prefixed' ? module.startsWith('django.') || isModule(path, module) : isModule(path, module)
}

const djangoNames = ['INSTALLED_APPS', 'ROOT_URLCONF', 'WSGI_APPLICATION']

function plainSettings(file: ReadFile, sources: readonly Source[]): SettingsFile | undefined {
  const { path, module } = file
  const source = sources.find((one) => one.module !== null && isModule(path, one.module))
  const namespace = source ? source.namespace : isDjango(module) ? djangoNamespace(sources) : null
  if (namespace !== null && namespace !== '')
    return {
      ...file,
      style: { kind: 'prefixed', prefix: namespace.endsWith('_') ? namespace.slice(0, -1) : namespace },
      plain: true,
    }
  if (!source && path.split('/').at(-1) !== 'celeryconfig.py') return undefined
  const names = module.assignments.flatMap(({ target, within }) =>
    target.kind === 'name' && within.length === 0 ? [target.name] : [],
  )
  return { ...file, style: { kind: 'module', ...oldStyle(names) }, plain: true }
}

function isDjango({ assignments }: PythonModule): boolean {
  return assignments.some(
    ({ target, within }) => within.length === 0 && target.kind === 'name' && djangoNames.includes(target.name),
  )
}

function djangoNamespace(sources: readonly Source[]): string | null {
  const ofDjango = sources.filter(({ module }) => module === null || module.startsWith('django.'))
  return ofDjango.find(({ namespace }) => namespace !== null)?.namespace ?? null
}

function application(file: ReadFile): SettingsFile | undefined {
  const { assignments, imports, callStatements } = file.module
  const real = new Map(imports.map(({ name, as }) => [as, name ?? as]))
  const made = assignments.find(({ target, value, within }) => {
    if (within.length > 0 || target.kind !== 'name' || target.name.includes('.') || value.kind !== 'call') return false
    const called = lastName(value.callee)
    return called !== undefined && (real.get(called) ?? called) === 'Celery'
  })
  if (made?.target.kind !== 'name') return undefined
  const app = made.target.name
  const conf = `${app}.conf.`
  const set = assignments.flatMap(({ target }) =>
    target.kind === 'name' && target.name.startsWith(conf) ? [target.name.slice(conf.length)] : [],
  )
  const updated = callStatements.filter(({ call }) => call.callee.kind === 'name' && call.callee.name === `${conf}update`)
  const names = [...set, ...updated.flatMap(({ call }) => call.keywords.map(({ name }) => name))]
  return { ...file, style: { kind: 'app', app, ...oldStyle(names) }, plain: false }
}

const oldPrefixes = ['CELERY_', 'CELERYD_', 'CELERYBEAT_', 'BROKER_']
const newPrefixes = [
  'task_',
  'worker_',
  'result_',
  'broker_',
  'beat_',
  'event_',
  'control_',
  'accept_content',
  'timezone',
  'enable_utc',
]

/** The kind of names that most have, because the others are what Celery would refuse. */
function oldStyle(names: readonly string[]): { readonly old?: true } {
  const count = (prefixes: readonly string[]): number =>
    names.filter((name) => prefixes.some((prefix) => name.startsWith(prefix))).length
  return count(oldPrefixes) > count(newPrefixes) ? { old: true } : {}
}

/** The last of the names of `a.b.c`, also where it is one of what a call gave. */
function lastName(expression: Expression): string | undefined {
  if (expression.kind === 'attribute') return expression.name
  return expression.kind === 'name' ? expression.name.split('.').at(-1) : undefined
}

function isModule(path: string, module: string): boolean {
  const file = `${module.replaceAll('.', '/')}.py`
  return path === file || path.endsWith(`/${file}`)
}
