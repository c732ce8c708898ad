// `npm test`: everything a commit must pass. `npm test -- unit`, `npm test -- integration/feed`: only tests, and only those.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runCheck, type Check } from './support/checks.ts'
import { prepareMachine } from './support/machine.ts'
import { runOneByOne, runTogether, sum, type Tally } from './support/suite.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Kinds of tests, the quickest first. Those with brokers and browsers run one file at a time: two cores are few for them. */
const kinds = [
  { name: 'unit', together: true },
  { name: 'integration', together: false },
  { name: 'webview', together: false },
  { name: 'vscode', together: false },
] as const
type Kind = (typeof kinds)[number]

const build: Check = { name: 'build', args: ['esbuild.mjs'] }
const packaging: Check = {
  name: 'package',
  args: [
    'node_modules/@vscode/vsce/vsce',
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
    '--out',
    'warren.vsix',
  ],
}
const sources: readonly Check[] = [
  { name: 'types', args: ['node_modules/typescript/bin/tsc', '-b'] },
  { name: 'lint', args: ['node_modules/eslint/bin/eslint.js', '.'] },
  { name: 'format', args: ['node_modules/prettier/bin/prettier.cjs', '--check', '.'] },
]

/** Test files of a kind whose path begins like one of the wishes. */
function filesOf(kind: Kind, wishes: readonly string[]): string[] {
  const folder = join(root, 'test', kind.name)
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.test.ts')) : []
  const wanted = names.filter((name) => wishes.length === 0 || wishes.some((wish) => `${kind.name}/${name}`.startsWith(wish)))
  return wanted.sort().map((name) => join(folder, name))
}

async function runChecks(checks: readonly Check[]): Promise<Tally> {
  const results: Tally[] = []
  for (const check of checks) results.push(await runCheck(check, root))
  return sum(results)
}

async function main(wishes: readonly string[]): Promise<number> {
  const chosen = kinds.map((kind) => ({ kind, files: filesOf(kind, wishes) })).filter(({ files }) => files.length > 0)
  const names = chosen.map(({ kind }) => kind.name)
  if (chosen.length === 0) console.log(`There are no tests called ${wishes.join(', ')} in test/.`)
  await prepareMachine(names)
  const rows: [string, Tally][] = []
  const checks = [...(wishes.length === 0 ? sources : []), ...buildsFor(names)]
  if (checks.length > 0) rows.push(['checks', await runChecks(checks)])
  for (const { kind, files } of chosen) {
    console.log(`\n── ${kind.name}: ${files.length} files`)
    rows.push([kind.name, await (kind.together ? runTogether(files) : runOneByOne(files))])
  }
  return report(rows, chosen.length > 0)
}

/** Every kind runs programs of dist/, also the unit tests: a bridge that is run from its sources serves the built page. */
function buildsFor(names: readonly string[]): Check[] {
  return names.length === 0 ? [] : [names.includes('vscode') ? packaging : build]
}

function report(rows: readonly [string, Tally][], found: boolean): number {
  const all = sum(rows.map(([, tally]) => tally))
  console.log('')
  for (const [name, { passed, failed, skipped, seconds }] of rows) {
    console.log(`${name.padEnd(12)} ${passed} passed, ${failed} failed, ${skipped} skipped, ${seconds.toFixed(0)} s`)
  }
  for (const name of all.unsteady) console.log(`passed only at its second try: ${name}`)
  for (const name of all.failures) console.log(`failed: ${name}`)
  console.log(`${all.passed} passed, ${all.failed} failed`)
  return all.failed > 0 || !found ? 1 : 0
}

process.exit(await main(process.argv.slice(2)))
