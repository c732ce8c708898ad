import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Every import of every source file, as [file, what it imports], both from the project's root. */
function imports(folder: string): (readonly [string, string])[] {
  return globSync('**/*.ts', { cwd: join(root, folder) }).flatMap((name) => {
    const file = join(folder, name)
    const text = readFileSync(join(root, file), 'utf8')
    return [...text.matchAll(/(?:from|import) '([^']+)'/g)].map((match) => {
      const target = match[1] ?? ''
      return [file, target.startsWith('.') ? relative(root, join(root, dirname(file), target)) : target] as const
    })
  })
}

test('a source is one folder and one line: only the list of sources, and the reading of options, names RabbitMQ or Celery', () => {
  const inside = /^broker-bridge\/sources\/(rabbitmq|celery)\//
  const strangers = imports('broker-bridge').filter(
    ([file, target]) =>
      inside.test(target) &&
      !inside.test(file) &&
      file !== 'broker-bridge/sources/index.ts' &&
      file !== 'broker-bridge/sources/tracing.ts' &&
      !target.endsWith('/managementAddress.ts'),
  )
  assert.deepEqual(strangers, [])
})

test('RabbitMQ’s folder and Celery’s folder do not know each other', () => {
  for (const [one, other] of [
    ['rabbitmq', 'celery'],
    ['celery', 'rabbitmq'],
  ] as const) {
    const crossings = imports(`broker-bridge/sources/${one}`).filter(([, target]) => target.includes(`/sources/${other}/`))
    assert.deepEqual(crossings, [])
  }
})

test('only the history, the payloads, the claims, and look-ups in databases of others open SQLite files', () => {
  const others = imports('broker-bridge').filter(
    ([file, target]) => target === 'node:sqlite' && !/^broker-bridge\/(claims|history|payloads|lookups)\//.test(file),
  )
  assert.deepEqual(others, [])
})

test('no folder or file hides behind a word that says nothing', () => {
  const files = ['broker-bridge', 'extension', 'webview', 'test'].flatMap((folder) =>
    globSync('**/*.ts', { cwd: join(root, folder), exclude: ['**/node_modules/**'] }).map((name) => join(folder, name)),
  )
  assert.ok(files.length > 50)
  assert.deepEqual(
    files.filter((file) => /(^|\/)(utils?|helpers?|common|manager|misc)(\/|\.ts$)/i.test(file)),
    [],
  )
})
