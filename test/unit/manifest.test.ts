import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import * as ids from '../../extension/contributions.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const Menu = v.array(v.object({ command: v.string(), when: v.optional(v.string()), group: v.optional(v.string()) }))
const Manifest = v.object({
  main: v.string(),
  icon: v.string(),
  engines: v.object({ vscode: v.string() }),
  devDependencies: v.record(v.string(), v.string()),
  activationEvents: v.array(v.string()),
  capabilities: v.object({
    untrustedWorkspaces: v.object({ supported: v.literal('limited'), restrictedConfigurations: v.array(v.string()) }),
  }),
  contributes: v.object({
    commands: v.array(v.object({ command: v.string(), title: v.string(), category: v.string(), icon: v.string() })),
    viewsContainers: v.object({ activitybar: v.array(v.object({ id: v.string(), icon: v.string() })) }),
    views: v.record(v.string(), v.array(v.object({ id: v.string(), icon: v.string() }))),
    viewsWelcome: v.array(v.object({ view: v.string(), contents: v.string(), when: v.string() })),
    menus: v.record(v.string(), Menu),
    debuggers: v.array(v.object({ type: v.string() })),
    taskDefinitions: v.array(v.object({ type: v.string() })),
    problemMatchers: v.array(v.object({ name: v.string() })),
    languages: v.array(v.object({ id: v.string(), configuration: v.string() })),
    grammars: v.array(v.object({ language: v.string(), path: v.string() })),
    configuration: v.object({
      properties: v.record(v.string(), v.object({ scope: v.string(), default: v.unknown(), markdownDescription: v.string() })),
    }),
  }),
})
const text = readFileSync(join(root, 'package.json'), 'utf8')
const manifest = v.parse(v.pipe(v.string(), v.parseJson(), Manifest), text)
const { contributes } = manifest
const menuLines = Object.values(contributes.menus).flat()

function sameSet(actual: Iterable<string>, expected: Iterable<string>): void {
  assert.deepEqual([...actual].sort(), [...expected].sort())
}

describe('the manifest and the code hold the same ids', () => {
  test('commands', () =>
    sameSet(
      contributes.commands.map(({ command }) => command),
      Object.values(ids.commandIds),
    ))

  test('views and their container', () => {
    sameSet(Object.keys(contributes.views), [ids.viewContainerId])
    sameSet(
      contributes.viewsContainers.activitybar.map(({ id }) => id),
      [ids.viewContainerId],
    )
    sameSet(
      Object.values(contributes.views).flatMap((views) => views.map(({ id }) => id)),
      Object.values(ids.viewIds),
    )
  })

  test('settings', () => sameSet(Object.keys(contributes.configuration.properties), Object.values(ids.settingIds)))

  test('languages', () => {
    sameSet(
      contributes.languages.map(({ id }) => id),
      [ids.tracebackLanguage],
    )
    sameSet(
      contributes.grammars.map(({ language }) => language),
      [ids.tracebackLanguage],
    )
  })

  test('tasks and what reads their output', () => {
    sameSet(
      contributes.taskDefinitions.map(({ type }) => type),
      [ids.workerTaskType],
    )
    sameSet(
      contributes.problemMatchers.map(({ name }) => name),
      ids.problemMatchers,
    )
  })

  test('debuggers', () =>
    sameSet(
      contributes.debuggers.map(({ type }) => type),
      [ids.ownDebugger],
    ))

  test('activation events name the panel and the scheme of the code', () =>
    sameSet(manifest.activationEvents, [
      `onWebviewPanel:${ids.feedPanelType}`,
      `onFileSystem:${ids.schemes.retry}`,
      `onTaskType:${ids.workerTaskType}`,
      `workspaceContains:**/*${ids.requestEnding}`,
    ]))

  test('when clauses ask only for context keys, views and schemes of the code', () => {
    const known = new Set<string>([...Object.values(ids.contextKeys), ...Object.values(ids.viewIds), ids.schemes.retry])
    const clauses = [...menuLines, ...contributes.viewsWelcome].map(({ when }) => when ?? '')
    const named = clauses.flatMap((clause) => clause.match(/\bwarren[.-][\w-]+/g) ?? [])
    assert.ok(named.length > 20)
    assert.deepEqual(
      [...new Set(named)].filter((name) => !known.has(name)),
      [],
    )
  })

  test('the code writes no id of its own beside the list', () => {
    const own = /['"`]warren\.(?!connection\.|status\b)[a-zA-Z]+['"`]/
    const folder = join(root, 'extension')
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && name !== 'contributions.ts',
    )
    assert.ok(files.length > 40)
    assert.deepEqual(
      files.filter((name) => own.test(readFileSync(join(folder, name), 'utf8'))),
      [],
    )
  })
})

describe('the manifest', () => {
  test('has for every command a category, a verb as its title and an icon of the codicon font', () => {
    for (const { title, category, icon } of contributes.commands) {
      assert.equal(category, 'Warren')
      assert.match(title, /^[A-Z][a-z]+( [A-Z]?[a-zA-Z]+)*…?$/)
      assert.match(icon, /^\$\([a-z-]+\)$/)
    }
  })

  test('says of every command whether the palette shows it', () =>
    sameSet(
      (contributes.menus['commandPalette'] ?? []).map(({ command }) => command),
      Object.values(ids.commandIds),
    ))

  test('shows the commands a person is promised in the palette', () => {
    const shown = new Set(
      (contributes.menus['commandPalette'] ?? []).filter(({ when }) => when === 'true').map(({ command }) => command),
    )
    const promised = [
      'connect',
      'disconnect',
      'enqueueTask',
      'retryTask',
      'showTraceback',
      'showTask',
      'openFeed',
      'refresh',
    ] as const
    for (const name of promised) assert.ok(shown.has(ids.commandIds[name]), name)
  })

  test('offers in menus and welcome views only commands that exist', () => {
    const known = new Set<string>(Object.values(ids.commandIds))
    const linked = contributes.viewsWelcome.flatMap(({ contents }) =>
      [...contents.matchAll(/\(command:([\w.]+)\)/g)].map((match) => match[1] ?? ''),
    )
    for (const command of [...menuLines.map((line) => line.command), ...linked]) assert.ok(known.has(command), command)
  })

  test('has a welcome for every view in each state', () => {
    for (const view of Object.values(ids.viewIds)) {
      const clauses = contributes.viewsWelcome.filter((welcome) => welcome.view === view).map(({ when }) => when)
      assert.ok(
        clauses.some((when) => when.includes('bridgeFailed')),
        view,
      )
      assert.ok(clauses.length >= 2, view)
    }
  })

  test('lets no workspace decide what is safe: such settings are the user’s, and are read as that', () => {
    for (const name of ids.ownSettingIds)
      assert.ok(['machine', 'application'].includes(contributes.configuration.properties[name]?.scope ?? ''), name)
    const users = Object.entries(contributes.configuration.properties).filter(([, { scope }]) =>
      /machine|application/.test(scope),
    )
    sameSet(
      users.map(([name]) => name),
      ids.ownSettingIds,
    )
    // Whoever reads one past `ownSetting` would hear of what a workspace says.
    const names = Object.entries(ids.settingIds).flatMap(([member, id]) => (isOwn(id) ? [member] : []))
    const read = new RegExp(`(?<!ownSetting\\()settingIds\\.(${names.join('|')})\\b`)
    const files = readdirSync(join(root, 'extension'), { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    )
    const past = files.filter(
      (file) => file !== 'contributions.ts' && read.test(withoutListening(readFileSync(join(root, 'extension', file), 'utf8'))),
    )
    assert.deepEqual(past, [])
  })

  test('restricts in an untrusted workspace every setting a workspace can set', () => {
    const settable = Object.entries(contributes.configuration.properties).filter(
      ([, { scope }]) => scope === 'window' || scope === 'resource',
    )
    sameSet(
      manifest.capabilities.untrustedWorkspaces.restrictedConfigurations,
      settable.map(([name]) => name),
    )
  })

  test('asks for no newer VS Code than its types describe', () =>
    assert.equal(manifest.engines.vscode, `^${manifest.devDependencies['@types/vscode'] ?? ''}`))

  test('names pictures and grammars that are there and packed', () => {
    const packed = readFileSync(join(root, '.vscodeignore'), 'utf8').split('\n')
    const paths = [
      manifest.icon,
      ...contributes.viewsContainers.activitybar.map(({ icon }) => icon),
      ...Object.values(contributes.views).flatMap((views) => views.map(({ icon }) => icon)),
      ...contributes.languages.map(({ configuration }) => configuration),
      ...contributes.grammars.map(({ path }) => path),
    ].map((path) => path.replace(/^\.\//, ''))
    for (const path of paths) {
      assert.ok(existsSync(join(root, path)), path)
      assert.ok(packed.includes(`!${path.split('/').slice(0, 2).join('/')}/**`), path)
    }
    assert.ok(packed.includes('!dist/**'))
  })
})

function isOwn(name: string): boolean {
  return ids.ownSettingIds.includes(name)
}

/** To hear that a setting changed is not to read it. */
function withoutListening(source: string): string {
  return source.replace(/affectsConfiguration\([^)]*\)/g, '')
}
