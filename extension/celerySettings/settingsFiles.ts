import { settingLine } from '../../broker-bridge/protocol/index.ts'
import type { BlindSetting, SettingsStyle } from '../../broker-bridge/protocol/index.ts'

/** A Python file of the workspace. */
export interface PythonFile {
  /** Below the workspace, with slashes. */
  readonly path: string
  readonly text: string
}

/** A file that holds, or seems to hold, Celery's settings. */
export interface SettingsFile extends PythonFile {
  readonly style: SettingsStyle
  /** True where every line is a setting, so that one more may stand at its end; else it is only shown to the user. */
  readonly plain: boolean
}

/** Python is looked at for a few words and never rewritten: what they are in doubt about is left to the user. */
const words = {
  namespace: /config_from_object\([^)]*namespace\s*=\s*['"](\w+)['"]/,
  configModule: /config_from_object\(\s*['"]([\w.]+)['"]\s*[,)]/g,
  app: /^(\w+)\s*(?::\s*\w+\s*)?=\s*(?:celery\.)?Celery\(/m,
  djangoSettings: /^(?:INSTALLED_APPS|ROOT_URLCONF|WSGI_APPLICATION)\s*[:=]/m,
}

/** The files that hold Celery's settings, the likeliest first. */
export function findSettingsFiles(files: readonly PythonFile[]): SettingsFile[] {
  const namespaces = files.map(({ text }) => words.namespace.exec(text)?.[1]).filter((prefix) => prefix !== undefined)
  const modules = files.flatMap(({ text }) => [...text.matchAll(words.configModule)].map((match) => match[1] ?? ''))
  const found = files.flatMap((file) => classify(file, namespaces[0], modules) ?? [])
  return found.sort(
    (one, other) => Number(other.plain) - Number(one.plain) || one.path.split('/').length - other.path.split('/').length,
  )
}

function classify(file: PythonFile, prefix: string | undefined, modules: readonly string[]): SettingsFile | undefined {
  const { path, text } = file
  if (words.djangoSettings.test(text) && prefix !== undefined)
    return { ...file, style: { kind: 'prefixed', prefix }, plain: true }
  const app = words.app.exec(text)?.[1]
  if (app !== undefined) return { ...file, style: { kind: 'app', app }, plain: false }
  const isNamed = modules.some((module) => isModule(path, module)) && prefix === undefined
  return isNamed || path.split('/').at(-1) === 'celeryconfig.py' ? { ...file, style: { kind: 'module' }, plain: true } : undefined
}

function isModule(path: string, module: string): boolean {
  const file = `${module.replaceAll('.', '/')}.py`
  return path === file || path.endsWith(`/${file}`)
}

/** What to do in a file for some settings: lines to add, and settings it already mentions, by their line from 0. */
export interface SettingsChange {
  readonly lines: readonly string[]
  readonly mentioned: readonly { readonly setting: BlindSetting; readonly line: number }[]
}

export function changeFor(
  { text, style }: Pick<SettingsFile, 'text' | 'style'>,
  settings: readonly BlindSetting[],
): SettingsChange {
  const rows = text.split('\n')
  const placed = settings.map((setting) => {
    const added = settingLine(setting, style)
    return { setting, added, line: rows.findIndex((row) => mentions(row, setting)) }
  })
  return {
    lines: placed.filter(({ line }) => line < 0).map(({ added }) => added),
    mentioned: placed.filter(({ line }) => line >= 0).map(({ setting, line }) => ({ setting, line })),
  }
}

/** A setting that is already there, in whatever form, is the user's to change: a second one would hide the first. */
function mentions(row: string, setting: BlindSetting): boolean {
  return !row.trimStart().startsWith('#') && row.toLowerCase().includes(setting)
}
