import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { interpreterCandidates } from '../../extension/interpreter/candidates.ts'
import { codeOf, djangoSettingsOf, findCeleryApps } from '../../extension/pythonTasks/celeryApps.ts'
import { definitionOf, readTaskDefinitions } from '../../extension/pythonTasks/taskDefinitions.ts'
import type { PythonFile, TaskCode } from '../../extension/pythonTasks/celeryApps.ts'

const demo = fileURLToPath(new URL('../demo', import.meta.url))
const files = readdirSync(demo, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.py'))
  .map((path) => ({ path: path.replaceAll('\\', '/'), text: readFileSync(join(demo, path), 'utf8') }))
const below = (folder: string): PythonFile[] => files.map(({ path, text }) => ({ path: `${folder}/${path}`, text }))
const app = (text: string): string => `from celery import Celery\n${text}\n`
const apps = (found: Record<string, string>): string[] =>
  findCeleryApps(Object.entries(found).map(([path, text]) => ({ path, text }))).map((one) => `${one.folder}|${one.app}`)

function code(name: string, all: readonly PythonFile[], named: string | null = null): TaskCode | undefined {
  const definitions = all.flatMap(({ path, text }) => readTaskDefinitions(path, text))
  return codeOf(name, definitionOf(name, definitions), all, findCeleryApps(all), named)
}

describe('Celery applications of a workspace', () => {
  test('are called as celery -A wants them', () => {
    assert.deepEqual(apps({ 'shop/celery.py': app('app = Celery("shop")'), 'shop/__init__.py': '' }), ['|shop'])
    assert.deepEqual(apps({ 'shop/celery.py': app('app = Celery("shop")') }), ['|shop'])
    assert.deepEqual(apps({ 'src/a/b/worker.py': app('queue = Celery()'), 'src/a/b/__init__.py': '', 'src/a/__init__.py': '' }), [
      'src|a.b.worker:queue',
    ])
    assert.deepEqual(apps({ 'tasks.py': 'import celery\napp = celery.Celery("x")' }), ['|tasks'])
    assert.deepEqual(apps({ 'tasks.py': 'from celery import Celery as C\ncelery: C = C("x")' }), ['|tasks'])
  })

  test('are not what only looks like one', () => {
    assert.deepEqual(
      apps({ 'a.py': 'def f():\n  app = Celery()\n', 'b.py': '# app = Celery()\n', 'c.py': 'app = NotCelery()\n' }),
      [],
    )
  })
})

describe('where a task’s code is', () => {
  test('by its name, in the workspace itself or in a folder of it', () => {
    assert.deepEqual(code('shop.orders.tasks.charge_card', files), { app: 'shop', module: 'shop.orders.tasks', folder: '' })
    assert.deepEqual(code('shop.orders.tasks.charge_card', below('backend/src')), {
      app: 'shop',
      module: 'shop.orders.tasks',
      folder: 'backend/src',
    })
  })

  test('by its file where the name is one of its own', () => {
    const own = { path: 'shop/orders/more.py', text: '@shared_task(name="billing")\ndef bill(): pass\n' }
    assert.deepEqual(code('billing', [...files, own]), { app: 'shop', module: 'shop.orders.more', folder: '' })
  })

  test('by the application alone where no file defines it, and nowhere without either', () => {
    assert.deepEqual(code('library.task', files), { app: 'shop', module: null, folder: '' })
    assert.equal(code('library.task', []), undefined)
    const factory = { path: 'shop/factory.py', text: 'def make():\n  return Celery("shop")\n' }
    assert.deepEqual(code('library.task', [factory], 'shop.start:queue'), { app: 'shop.start:queue', module: null, folder: '' })
    assert.deepEqual(code('a.t', [{ path: 'a.py', text: '@shared_task\ndef t(): pass' }]), { app: null, module: 'a', folder: '' })
  })

  test('and which settings Django has there', () => {
    const manage = {
      path: 'web/manage.py',
      text: 'import os\ndef main():\n  os.environ.setdefault("DJANGO_SETTINGS_MODULE", "web.settings")\n',
    }
    assert.equal(djangoSettingsOf([manage], 'web', undefined), 'web.settings')
    assert.equal(djangoSettingsOf([manage], '', undefined), null)
    const made = { path: 'web/celery.py', folder: '', app: 'web' }
    assert.equal(djangoSettingsOf([{ ...manage, path: made.path }], '', made), 'web.settings')
  })

  test('no text makes the reading throw', () =>
    fc.assert(fc.property(fc.string(), (text) => void findCeleryApps([{ path: 'a.py', text: `app = Celery(${text}` }]))))
})

describe('the workspace’s Python', () => {
  const paths = (setting: unknown, platform: NodeJS.Platform = 'linux', folder = '/w'): string[] =>
    interpreterCandidates(folder, setting, platform).map(({ path }) => path)
  test('is the one the setting names, then the workspace’s own, then the system’s', () => {
    assert.deepEqual(paths(undefined), ['/w/.venv/bin/python', '/w/venv/bin/python', 'python3'])
    assert.equal(paths('${workspaceFolder}/env/bin/python')[0], '/w/env/bin/python')
    assert.equal(paths('~/envs/${workspaceFolderBasename}/py')[0], `${process.env['HOME'] ?? '~'}/envs/w/py`)
    assert.equal(paths('${workspaceFolder}/py', 'linux', '/w/$&/$1')[0], '/w/$&/$1/py')
    assert.equal(paths('env/bin/python')[0], '/w/env/bin/python')
    assert.equal(paths('/opt/py')[0], '/opt/py')
    assert.equal(paths('python3.12')[0], 'python3.12')
    for (const nothing of ['python', '', 7, '${env:PY}/bin/python']) assert.equal(paths(nothing).length, 3, String(nothing))
    assert.match(paths(undefined, 'win32')[0] ?? '', /Scripts.python\.exe$/)
  })
})
