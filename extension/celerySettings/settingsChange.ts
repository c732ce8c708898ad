import { settingLine, settingName } from '../../broker-bridge/protocol/index.ts'
import type { BlindSetting } from '../../broker-bridge/protocol/index.ts'
import type { Expression, PythonModule, Span } from '../python/module.ts'
import { readPython } from '../python/readPython.ts'
import type { SettingsFile } from './settingsFiles.ts'

/** One change of a text. */
export interface TextEdit extends Span {
  readonly text: string
}

/** What there is to do in a file so that a setting is on. */
export type SettingChange = { readonly setting: BlindSetting } & (
  | { readonly kind: 'on' }
  /** Set by something that only running the file would tell; or there is no place that certainly runs. `at` is to be looked at. */
  | { readonly kind: 'look'; readonly at: Span }
  /** `line` is what is added or what stays of the assignment; `at` is what concerns it now. */
  | { readonly kind: 'add' | 'change'; readonly at: Span; readonly edit: TextEdit; readonly line: string }
)

type Subject = Pick<SettingsFile, 'text' | 'style' | 'module'>

/** What to do in a file for some settings. The last assignment of a setting decides, as it does when Python runs it. */
export function changesFor(file: Subject, settings: readonly BlindSetting[]): SettingChange[] {
  return settings.map((setting) => changeFor(file, setting))
}

/**
 * The same for what an editor shows of the file. Places in the file itself would be wrong there: the editor may hold changes that were
 * not saved, and has line ends of one kind.
 */
export function changesShown(file: Subject, text: string, settings: readonly BlindSetting[]): SettingChange[] {
  return changesFor({ ...file, text, module: readPython(text) }, settings)
}

function changeFor(file: Subject, setting: BlindSetting): SettingChange {
  const given = valuesOf(file, setting).at(-1)
  if (given === undefined) return addition(file, setting)
  const { value, conditional } = given
  if (value.kind === 'boolean' && value.value) return { setting, kind: 'on' }
  if (value.kind !== 'boolean' || conditional) return { setting, kind: 'look', at: span(value) }
  return {
    setting,
    kind: 'change',
    at: span(value),
    edit: { ...span(value), text: 'True' },
    line: settingLine(setting, file.style),
  }
}

function addition(file: Subject, setting: BlindSetting): SettingChange {
  const related = lastRelated(file)
  const at = related ?? makingOf(file) ?? firstLine(file.text)
  if (file.style.kind === 'app' && related === undefined) return { setting, kind: 'look', at }
  const line = settingLine(setting, file.style)
  const after = related !== undefined && !couldBeTakenBack(file, related) ? related.to : file.text.length
  return { setting, kind: 'add', at, edit: insertion(file.text, after, line), line }
}

/** What is imported from elsewhere by `*` could take a setting back that stands before it. */
function couldBeTakenBack({ module, style }: Subject, related: Span): boolean {
  return style.kind !== 'app' && module.imports.some(({ name, from }) => name === '*' && from > related.to)
}

/** A line of its own below the one that holds this place. */
function insertion(text: string, after: number, line: string): TextEdit {
  const ending = text.includes('\r\n') ? '\r\n' : '\n'
  const found = text.indexOf('\n', after)
  const at = found < 0 ? text.length : found + 1
  const begun = at === 0 || text.charAt(at - 1) === '\n'
  return { from: at, to: at, text: `${begun ? '' : ending}${line}${ending}` }
}

interface Given {
  readonly value: Expression
  readonly conditional: boolean
}

/** Everything the file gives this setting, in the order of the text. */
function valuesOf({ module, style }: Subject, setting: BlindSetting): Given[] {
  const name = settingName(setting, style)
  const target = style.kind === 'app' ? `${style.app}.conf.${name}` : name
  const assigned = module.assignments.filter(({ within, target: to }) =>
    style.kind === 'app'
      ? isName(to, target) || isItem(to, `${style.app}.conf`, name)
      : within.length === 0 && isName(to, target),
  )
  const updated = style.kind === 'app' ? updatesOf(module, style.app, name) : []
  return [...assigned, ...updated].sort((one, other) => one.value.from - other.value.from)
}

/** What `app.conf.update(…)` gives a setting, as a keyword or in a dictionary. */
function updatesOf({ callStatements }: PythonModule, app: string, setting: string): Given[] {
  return callStatements
    .filter(({ call }) => isName(call.callee, `${app}.conf.update`))
    .flatMap(({ call: { args, keywords }, conditional }) => {
      const entries = args.flatMap((arg) => (arg.kind === 'dictionary' ? arg.entries : []))
      return [
        ...keywords.filter(({ name }) => name === setting),
        ...entries.filter(({ key }) => key.kind === 'string' && key.value === setting),
      ].map(({ value }) => ({ value, conditional }))
    })
}

/** The last statement about settings that certainly runs: one more stands well below it. */
function lastRelated({ module, style }: Subject): Span | undefined {
  const prefix = style.kind === 'app' ? `${style.app}.conf` : style.kind === 'prefixed' ? `${style.prefix}_` : ''
  const concerns = (name: string): boolean =>
    name.startsWith(prefix) || (style.kind === 'app' && (name === style.app || name === `${style.app}.config_from_object`))
  const certain = [
    ...module.assignments.map((place) => ({ place, on: place.target })),
    ...module.callStatements.map((place) => ({ place, on: place.call.callee })),
  ].filter(({ place }) => place.within.length === 0 && !place.conditional)
  const last = certain
    .filter(({ on }) => concerns(nameOf(on)))
    .map(({ place }) => place)
    .sort((one, other) => one.to - other.to)
    .at(-1)
  return last && span(last)
}

function makingOf({ module, style }: Subject): Span | undefined {
  const made = module.assignments.find(({ target }) => style.kind === 'app' && isName(target, style.app))
  return made && span(made)
}

function firstLine(text: string): Span {
  const end = text.indexOf('\n')
  return { from: 0, to: end < 0 ? text.length : end }
}

function nameOf(expression: Expression): string {
  if (expression.kind === 'item') return nameOf(expression.of)
  return expression.kind === 'name' ? expression.name : ''
}

function isName(expression: Expression, name: string): boolean {
  return expression.kind === 'name' && expression.name === name
}

function isItem(expression: Expression, of: string, key: string): boolean {
  return (
    expression.kind === 'item' && isName(expression.of, of) && expression.key.kind === 'string' && expression.key.value === key
  )
}

function span({ from, to }: Span): Span {
  return { from, to }
}
